using Longshore.Matching;
using Longshore.Rules;
using Longshore.Storage;

namespace Longshore.Sqlite.Live;

/// <summary>What operators decided about namespaces. Guarded by <see cref="LiveIndex.Gate"/>.</summary>
internal sealed class RuleBook
{
    private readonly SortedDictionary<string, NamespaceRules> _rules = new(StringComparer.Ordinal);

    /// <summary>No rule takes the initiative from agents: nobody need ask for modes.</summary>
    public bool AllPool { get; private set; } = true;

    public IReadOnlyDictionary<string, NamespaceRules> All => _rules;

    public NamespaceRules Of(string @namespace) =>
        _rules.Count > 0 && _rules.TryGetValue(@namespace, out var rules) ? rules : NamespaceRules.Default;

    public void Set(string @namespace, NamespaceRules rules)
    {
        _rules[@namespace] = rules;
        AllPool = _rules.Values.All(r => r.Mode == AssignmentMode.Pool
            && r.Kinds.Values.Concat(r.Steps.Values).All(o => o.Mode is null or AssignmentMode.Pool));
    }

    public void Clear()
    {
        _rules.Clear();
        AllPool = true;
    }

    public bool IsPool(TaskClass taskClass) => IsFor(ClaimedBy.Agent, taskClass.Key);

    /// <summary>The mode of a class leaves it to this side to give it out.</summary>
    public bool IsFor(ClaimedBy by, ClassKey key) => Of(key.Namespace).ModeOf(key.Kind, key.Step) switch
    {
        AssignmentMode.Pool => by != ClaimedBy.Distributor,
        AssignmentMode.Auto => by != ClaimedBy.Agent,
        _ => by == ClaimedBy.Administrator,
    };
}
