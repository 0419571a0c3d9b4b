using Longshore.Matching;

namespace Longshore.Sqlite.Live;

/// <summary>
/// Picks what an agent would be given next, in order, without giving it. Called under <see cref="LiveIndex.Gate"/>.
/// </summary>
internal sealed class Selector(LiveIndex live, RecentFailures failures)
{
    /// <summary>
    /// Adds up to <paramref name="max"/> places to <paramref name="into"/>. Answers false when it stopped before a
    /// suspect task that the agent may only take when it holds nothing (G7).
    /// </summary>
    public bool ForClaim(AgentEntry agent, IReadOnlyList<string> kinds, int max, long nowUs, List<Place> into)
    {
        Start(agent, kinds, max, nowUs);
        while (into.Count < max && live.Walk.Next(out var place))
        {
            if (failures.KeepsFrom(agent, place, nowUs))
            {
                continue;
            }

            if (!TryTake(agent, place, into))
            {
                return into.Count > 0;
            }
        }

        return true;
    }

    /// <summary>
    /// Adds up to <paramref name="max"/> places that pass the filter, for showing: each could be claimed by name.
    /// </summary>
    public void ForDiscovery(
        AgentEntry agent, IReadOnlyList<string> kinds, int max, long nowUs, Predicate<Place> wanted, List<Place> into)
    {
        Start(agent, kinds, max, nowUs);
        while (into.Count < max && live.Walk.Next(out var place))
        {
            if ((agent.Load == 0 || !place.IsSuspect) && !failures.KeepsFrom(agent, place, nowUs) && wanted(place))
            {
                into.Add(place);
            }
        }
    }

    /// <summary>
    /// Adds a place by the rule of suspects (G7): a suspect only as the single pick of an agent that holds nothing,
    /// and nothing beside it. False when picking must stop; the agent drains first, instead of passing the suspect
    /// over for ever.
    /// </summary>
    public static bool TryTake(AgentEntry agent, in Place place, List<Place> into)
    {
        if (!place.IsSuspect)
        {
            into.Add(place);
            return true;
        }

        if (agent.Load == 0 && into.Count == 0)
        {
            into.Add(place);
        }

        return false;
    }

    /// <summary>See <see cref="RecentFailures.KeepsFrom"/>.</summary>
    public bool KeepsFrom(AgentEntry agent, in Place place, long nowUs) => failures.KeepsFrom(agent, place, nowUs);

    private void Start(AgentEntry agent, IReadOnlyList<string> kinds, int max, long nowUs)
    {
        var eligible = agent.EligibleAt(nowUs).CatchUp(live.Classes);
        List<int>? among = kinds.Count switch
        {
            0 => null,
            1 => eligible.OfKind(kinds[0], live.Classes),
            _ => [.. kinds.Distinct(StringComparer.Ordinal).SelectMany(kind => eligible.OfKind(kind, live.Classes))],
        };
        live.Walk.Start(eligible, among, max);
    }
}
