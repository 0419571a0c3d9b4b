using Longshore.Matching;
using Longshore.Rules;
using Longshore.Storage;

namespace Longshore.Sqlite.Live;

/// <summary>What operators decided about namespaces. Guarded by <see cref="LiveIndex.Gate"/>.</summary>
internal sealed class RuleBook
{
    private readonly SortedDictionary<string, NamespaceRules> _rules = new(StringComparer.Ordinal);

    /// <summary>Agents may claim everything: nobody need ask who may have what.</summary>
    public bool IsOpen { get; private set; } = true;

    public IReadOnlyDictionary<string, NamespaceRules> All => _rules;

    public NamespaceRules Of(string @namespace) =>
        _rules.Count > 0 && _rules.TryGetValue(@namespace, out var rules) ? rules : NamespaceRules.Default;

    public void Set(string @namespace, NamespaceRules rules)
    {
        _rules[@namespace] = rules;
        IsOpen = _rules.Values.All(r => r.IsOpen);
    }

    public void Clear()
    {
        _rules.Clear();
        IsOpen = true;
    }

    public bool MayClaim(TaskClass taskClass) => IsFor(ClaimedBy.Agent, taskClass.Key);

    /// <summary>The rules leave it to this side to give out the tasks of a class.</summary>
    public bool IsFor(ClaimedBy by, ClassKey key) => Of(key.Namespace).LeaveTo(by, key.Kind, key.Step);
}
