using Longshore.Agents;
using Longshore.Capabilities;
using Longshore.Matching;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Postgres.Catalog;

/// <summary>A version of an agent's profile, and which classes it may do by that.</summary>
internal sealed class AgentProfile(int id, int version, Agent agent)
{
    /// <summary>Every priority.</summary>
    public const int AllLevels = (1 << (Limits.PriorityMax + 1)) - 1;

    private readonly Dictionary<string, (int Seen, KnownRules Rules, int[] Ids)> _idsByKinds =
        new(StringComparer.Ordinal);

    private readonly Dictionary<string, LowWater> _lowByKinds = new(StringComparer.Ordinal);
    private EligibleClasses? _eligible;

    public int Id => id;

    public int Version => version;

    /// <summary>The agent, but for what changes without a new version.</summary>
    public Agent Agent => agent;

    /// <summary>A bit for each priority it takes.</summary>
    public int Levels => agent.Profile.PriorityLevels.Count == 0
        ? AllLevels
        : AgentColumns.LevelBits(agent.Profile.PriorityLevels);

    /// <summary>What it may do at an instant. Called under the gate of the catalogue, as everything here.</summary>
    public EligibleClasses EligibleAt(long nowUs)
    {
        var now = UnixTime.FromMicroseconds(nowUs);
        if (_eligible is null || _eligible.Capabilities.ValidUntil <= now)
        {
            _eligible = new EligibleClasses(agent.Profile, new CapabilitySet(agent.Usable, now));
            _idsByKinds.Clear();
        }

        return _eligible;
    }

    /// <summary>
    /// The database's ids of the classes it may do at an instant and this side may give it, of these kinds or of all,
    /// and until when that holds.
    /// </summary>
    public (int[] Ids, long ValidUntilUs) ClassIds(
        ClassCatalog classes, KnownRules rules, ClaimedBy by, IReadOnlyList<string> kinds, long nowUs)
    {
        var eligible = EligibleAt(nowUs).CatchUp(classes.Index);
        var validUntilUs = eligible.Capabilities.ValidUntil?.ToMicroseconds() ?? long.MaxValue;
        var key = KeyOf(by, kinds);
        if (!_idsByKinds.TryGetValue(key, out var known) || known.Seen != classes.Count
            || !ReferenceEquals(known.Rules, rules))
        {
            var ids = ClassesOf(eligible, classes.Index, kinds);
            if (rules.Rules.Count > 0 || by == ClaimedBy.Distributor)
            {
                ids = ids.Where(id => rules.LeaveTo(by, classes.Index[id].Key));
            }

            known = (classes.Count, rules, classes.IdsOf(ids));
            _idsByKinds[key] = known;
        }

        return (known.Ids, validUntilUs);
    }

    /// <summary>Where claims for it, by this side and of these kinds, begin.</summary>
    public LowWater Low(ClaimedBy by, IReadOnlyList<string> kinds, LowWaters all, TimeProvider clock)
    {
        if (!_lowByKinds.TryGetValue(KeyOf(by, kinds), out var low))
        {
            _lowByKinds.Add(KeyOf(by, kinds), low = new LowWater(all, clock));
        }

        return low;
    }

    private static string KeyOf(ClaimedBy by, IReadOnlyList<string> kinds) =>
        string.Join('\n', kinds) + (char)('\n' + (int)by);

    private static IEnumerable<int> ClassesOf(
        EligibleClasses eligible, ClassIndex classes, IReadOnlyList<string> kinds) => kinds.Count > 0
            ? kinds.Distinct(StringComparer.Ordinal).SelectMany(kind => eligible.OfKind(kind, classes))
            : eligible.List ?? Enumerable.Range(0, classes.Count).Where(eligible.Contains);
}
