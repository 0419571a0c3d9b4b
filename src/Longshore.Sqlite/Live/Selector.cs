using Longshore.Assignments;
using Longshore.Matching;

namespace Longshore.Sqlite.Live;

/// <summary>
/// Picks what an agent would be given next, in order, without giving it. Called under <see cref="LiveIndex.Gate"/>.
/// </summary>
internal sealed class Selector(LiveIndex live, Guards guards)
{
    /// <summary>
    /// Adds up to <paramref name="max"/> places to <paramref name="into"/>. Answers false when it stopped before a
    /// suspect task that the agent may only take when it holds nothing (G7).
    /// </summary>
    public bool ForClaim(
        AgentEntry agent, EligibleClasses eligible, IReadOnlyList<string> kinds, bool isShared, int max, long nowUs,
        List<Place> into)
    {
        Start(agent, eligible, kinds, isShared, max, nowUs);
        while (into.Count < max && Next(isShared, out var place))
        {
            if (!HasKeyRoom(place) || !MayTake(agent, place, nowUs, into))
            {
                continue;
            }

            var before = into.Count;
            var goesOn = Take(agent, place, into);
            if (isShared && into.Count > before)
            {
                live.SharedWalk.Take();
            }

            if (!goesOn)
            {
                return into.Count > 0;
            }
        }

        return true;
    }

    private bool Next(bool isShared, out Place place) =>
        isShared ? live.SharedWalk.Next(out place) : live.Walk.Next(out place);

    /// <summary>As <see cref="TryTake"/>; what is taken counts against its limits.</summary>
    public bool Take(AgentEntry agent, in Place place, List<Place> into)
    {
        var before = into.Count;
        var goesOn = TryTake(agent, place, into);
        if (live.Rations.IsUsed && into.Count > before)
        {
            live.Rations.Pick(place.ClassId);
        }

        if ((place.Flags & PlaceFlags.Keyed) != 0 && into.Count > before)
        {
            live.Keys.Pick(place);
        }

        return goesOn;
    }

    /// <summary>Whether no limit keeps a task from everybody, given what was picked already.</summary>
    public bool HasRoom(in Place place) =>
        (!live.Rations.IsUsed || !live.Rations.IsShut(place.ClassId)) && HasKeyRoom(place);

    private bool HasKeyRoom(in Place place) => (place.Flags & PlaceFlags.Keyed) == 0 || live.Keys.HasRoom(place);

    /// <summary>
    /// Adds up to <paramref name="max"/> places that pass the filter, for showing: each could be claimed by name.
    /// </summary>
    public void ForDiscovery(
        AgentEntry agent, IReadOnlyList<string> kinds, int max, long nowUs, Predicate<Place> wanted, List<Place> into)
    {
        Start(agent, agent.ClaimableAt(nowUs, live.Rules), kinds, false, max, nowUs);
        while (into.Count < max && live.Walk.Next(out var place))
        {
            if ((agent.Load == 0 || !place.IsSuspect) && agent.Takes(place.Priority) && IsOpen(agent, place, nowUs)
                && !guards.KeepsFrom(agent, place, nowUs) && wanted(place))
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

    /// <summary>Whether nothing but room stands between, given what was picked already.</summary>
    public bool MayTake(AgentEntry agent, in Place place, long nowUs, List<Place> picked) =>
        agent.Takes(place.Priority) && IsOpen(agent, place, nowUs) && !guards.KeepsFrom(agent, place, nowUs)
        && GoesWith(agent, place, nowUs, picked);

    private bool IsOpen(AgentEntry agent, in Place place, long nowUs) =>
        agent.GateAt(nowUs, live.Classes[place.ClassId].Key.Kind) != BreakerGate.Shut;

    private bool GoesWith(AgentEntry agent, in Place place, long nowUs, List<Place> picked)
    {
        if ((place.Flags & PlaceFlags.Grouped) == 0 && agent.Breakers.Count == 0)
        {
            return true;
        }

        var kind = live.Classes[place.ClassId].Key.Kind;
        var isProbe = agent.GateAt(nowUs, kind) == BreakerGate.Probe;
        for (var i = 0; i < picked.Count; i++)
        {
            if ((isProbe && live.Classes[picked[i].ClassId].Key.Kind == kind) || !guards.GoTogether(picked[i], place))
            {
                return false;
            }
        }

        return true;
    }

    private void Start(
        AgentEntry agent, EligibleClasses eligible, IReadOnlyList<string> kinds, bool isShared, int max, long nowUs)
    {
        eligible.CatchUp(live.Classes);
        live.Rations.Begin(nowUs);
        live.Keys.Begin(nowUs);
        List<int>? among = kinds.Count switch
        {
            0 => null,
            1 => eligible.OfKind(kinds[0], live.Classes),
            _ => [.. kinds.Distinct(StringComparer.Ordinal).SelectMany(kind => eligible.OfKind(kind, live.Classes))],
        };
        var open = Open(agent, among ?? eligible.List, among is null, nowUs);
        Predicate<int>? isShut = live.Rations.IsUsed ? live.Rations.IsShut : null;
        if (isShared)
        {
            live.SharedWalk.Start(eligible, open, isShut);
        }
        else
        {
            live.Walk.Start(eligible, open, max, isShut);
        }
    }

    /// <summary>
    /// Leaves out kinds whose breaker is shut, so that a long queue of them is not walked for nothing.
    /// </summary>
    private List<int>? Open(AgentEntry agent, List<int>? classes, bool isAll, long nowUs) =>
        classes is null || !agent.Breakers.Values.Any(b => b.GateAt(nowUs) == BreakerGate.Shut)
            ? isAll ? null : classes
            : classes.FindAll(id => agent.GateAt(nowUs, live.Classes[id].Key.Kind) != BreakerGate.Shut);
}
