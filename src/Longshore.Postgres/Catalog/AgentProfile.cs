using Longshore.Agents;
using Longshore.Capabilities;
using Longshore.Matching;
using Longshore.Tasks;

namespace Longshore.Postgres.Catalog;

/// <summary>A version of an agent's profile, and which classes it may do by that.</summary>
internal sealed class AgentProfile(int id, int version, AgentRegistration profile)
{
    private readonly Dictionary<string, (int Seen, int[] Ids)> _idsByKinds = new(StringComparer.Ordinal);
    private readonly Dictionary<string, LowWater> _lowByKinds = new(StringComparer.Ordinal);
    private EligibleClasses? _eligible;

    public int Id => id;

    public int Version => version;

    public AgentRegistration Profile => profile;

    /// <summary>What it may do at an instant. Called under the gate of the catalogue, as everything here.</summary>
    public EligibleClasses EligibleAt(long nowUs)
    {
        var now = UnixTime.FromMicroseconds(nowUs);
        if (_eligible is null || _eligible.Capabilities.ValidUntil <= now)
        {
            _eligible = new EligibleClasses(profile, new CapabilitySet(profile.Capabilities, now));
            _idsByKinds.Clear();
        }

        return _eligible;
    }

    /// <summary>
    /// The database's ids of the classes it may do at an instant, of these kinds or of all, and until when that holds.
    /// </summary>
    public (int[] Ids, long ValidUntilUs) ClassIds(ClassCatalog classes, IReadOnlyList<string> kinds, long nowUs)
    {
        var eligible = EligibleAt(nowUs).CatchUp(classes.Index);
        var validUntilUs = eligible.Capabilities.ValidUntil?.ToMicroseconds() ?? long.MaxValue;
        var key = KeyOf(kinds);
        if (!_idsByKinds.TryGetValue(key, out var known) || known.Seen != classes.Index.Count)
        {
            known = (classes.Index.Count, classes.IdsOf(ClassesOf(eligible, classes.Index, kinds)));
            _idsByKinds[key] = known;
        }

        return (known.Ids, validUntilUs);
    }

    /// <summary>Where its claims of these kinds begin.</summary>
    public LowWater Low(IReadOnlyList<string> kinds, LowWaters all, TimeProvider clock)
    {
        if (!_lowByKinds.TryGetValue(KeyOf(kinds), out var low))
        {
            _lowByKinds.Add(KeyOf(kinds), low = new LowWater(all, clock));
        }

        return low;
    }

    private static string KeyOf(IReadOnlyList<string> kinds) => string.Join('\n', kinds);

    private static IEnumerable<int> ClassesOf(
        EligibleClasses eligible, ClassIndex classes, IReadOnlyList<string> kinds) => kinds.Count > 0
            ? kinds.Distinct(StringComparer.Ordinal).SelectMany(kind => eligible.OfKind(kind, classes))
            : eligible.List ?? Enumerable.Range(0, classes.Count).Where(eligible.Contains);
}
