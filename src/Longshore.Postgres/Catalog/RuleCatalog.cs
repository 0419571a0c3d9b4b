using Longshore.Agents;
using Longshore.Matching;
using Longshore.Rules;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Postgres.Catalog;

/// <summary>
/// The rules this node has read. Others may change them; every claim and insert says which version it went by and is
/// refused when that is not the present one, so nothing is ever decided by old rules.
/// </summary>
internal sealed class RuleCatalog(Database database)
{
    private volatile KnownRules? _known;

    /// <summary>What this node knows, read if it knows nothing.</summary>
    public ValueTask<KnownRules> FindAsync(CancellationToken ct) =>
        _known is { } known ? ValueTask.FromResult(known) : ReadAsync(ct);

    /// <summary>Whether tasks of a namespace are ordered by priority and arrival, as far as this node knows.</summary>
    public bool IsFifo(string @namespace) => _known?.IsFifo(@namespace) == true;

    /// <summary>Reads the present rules.</summary>
    public ValueTask<KnownRules> ReadAsync(CancellationToken ct) => database.LookUpAsync(
        () => new Round().Add(database.Sql["rules_list"]),
        async row =>
        {
            long version = 0;
            var rules = new SortedDictionary<string, NamespaceRules>(StringComparer.Ordinal);
            while (await row.ReadAsync(ct).ConfigureAwait(false))
            {
                version = row.GetInt64(0);
                if (!row.IsDBNull(1))
                {
                    rules.Add(row.GetString(1), RulesJson.Read(row.GetFieldValue<byte[]>(2)));
                }
            }

            return Note(new KnownRules(version, rules));
        },
        ct);

    private KnownRules Note(KnownRules seen)
    {
        // Of two that read at once the later version stays; a lost race costs one more look.
        if (_known is not { } known || known.Version < seen.Version)
        {
            _known = seen;
        }

        return seen;
    }
}

/// <summary>The rules of all namespaces at one version.</summary>
/// <param name="Version">Grows with every change of any of them.</param>
/// <param name="Rules">What was decided, by namespace.</param>
internal sealed record KnownRules(long Version, IReadOnlyDictionary<string, NamespaceRules> Rules)
{
    private readonly bool _hasShares = Rules.Values.Any(rules => rules.Share is not null);

    public NamespaceRules Of(string @namespace) => Rules.GetValueOrDefault(@namespace) ?? NamespaceRules.Default;

    /// <summary>Anything is limited.</summary>
    public bool HasLimits { get; } = Rules.Values.Any(rules => rules.HasLimits);

    /// <summary>An agent chooses among namespaces of which one at least has a share.</summary>
    public bool IsShared(AgentRegistration agent) =>
        _hasShares && agent.Namespaces.Count > 1 && agent.Namespaces.Any(name => Of(name).Share is not null);

    public bool IsFifo(string @namespace) => Rules.Count > 0 && Of(@namespace).Order == TaskOrder.PriorityFifo;

    /// <summary>The namespaces of new tasks that take only so many.</summary>
    public IEnumerable<string> Bounded(IEnumerable<NewTask> tasks) => Rules.Count == 0
        ? []
        : tasks.Select(task => task.Namespace).Distinct(StringComparer.Ordinal)
            .Where(@namespace => Of(@namespace).MaxPending is not null);

    /// <summary>The rules leave it to this side to give out the tasks of a class.</summary>
    public bool LeaveTo(ClaimedBy by, ClassKey key) => Of(key.Namespace).LeaveTo(by, key.Kind, key.Step);
}
