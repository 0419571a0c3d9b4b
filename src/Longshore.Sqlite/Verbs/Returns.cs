using Longshore.Assignments;
using Longshore.Capabilities;
using Longshore.Events;
using Longshore.Matching;
using Longshore.Sqlite.Interop;
using Longshore.Sqlite.Live;
using Longshore.Sqlite.Reading;
using Longshore.Storage;
using Longshore.Storage.Sql;
using Longshore.Tasks;

namespace Longshore.Sqlite.Verbs;

/// <summary>Tasks that come back untried: rejected, not accepted in time, taken away; and new requirements.</summary>
internal sealed class Returns(
    Connection connection, SqlCatalog sql, LiveIndex live, Stages stages, ClassRows classes, RelaxVerbs relaxing,
    EventLog events)
{
    private readonly Statement _task = connection.Prepare(sql["reclassify_task"]);

    /// <summary>The holder declines. The claim is removed already.</summary>
    public FinishOutcome Reject(in ClaimRow claim, Finish finish, long nowUs)
    {
        var reason = finish.Reason ?? RejectReason.Other;
        stages.AddAssignment(
            claim, AssignmentStatus.Rejected, nowUs, finish.Error, finish.Key,
            reason: reason);
        var rules = RulesOf(claim.Place);
        var keptUs = rules.ReofferRejected ? nowUs + rules.RejectCooldown.ToMicroseconds() : long.MaxValue;
        var untilUs = nowUs + rules.TaskCooldown.ToMicroseconds();
        var place = stages.Keep(claim.Place.GivenBack(), claim.AgentId, keptUs, KeptCause.Rejected);
        stages.Requeue(place, untilUs, nowUs);
        var agent = live.Agent(claim.AgentId).Profile.Name;
        var payload = EventPayloads.Rejected(
            place.Epoch, agent, place.QueuedState, reason.ToWire(), finish.Error);
        events.AddSingle(
            new NewEvent(EventTypes.TaskRejected, ActorType.Agent, agent, place.Id, payload), nowUs, place.Epoch);
        return new FinishOutcome(
            ClaimWriteStatus.Accepted, place.QueuedState, untilUs > nowUs ? untilUs : 0);
    }

    /// <summary>
    /// An offer is lost; ends the claim. Whoever let it run out is passed over for a while; a session that ended is not
    /// to blame.
    /// </summary>
    public LostClaim LoseOffer(in ClaimRow offer, string why, long nowUs)
    {
        var isMissed = why == EndReasons.LeaseRanOut;
        var place = Untried(offer.Place);
        stages.RemoveClaim(offer);

        // Nobody tried the task, so its loss says nothing about it (G7).
        stages.AddAssignment(
            offer with { Single = false }, AssignmentStatus.Expired, nowUs, isMissed ? EndReasons.OfferRanOut : why,
            verdict: isMissed ? Verdict.Missed : Verdict.Nothing);
        var cooldownUs = RulesOf(place).RejectCooldown.ToMicroseconds();
        if (isMissed && cooldownUs > 0)
        {
            place = stages.Keep(place, offer.AgentId, nowUs + cooldownUs, KeptCause.Missed);
        }

        stages.AddReady(place);
        var agent = live.Agent(offer.AgentId).Profile.Name;
        var payload = EventPayloads.Claim(place.Epoch, agent, place.QueuedState);
        events.AddSingle(
            new NewEvent(EventTypes.TaskOfferExpired, ActorType.System, "longshore", place.Id, payload),
            nowUs, place.Epoch);
        return new LostClaim(place.Id, place.Epoch, agent, place.QueuedState) { WasOffer = true };
    }

    /// <summary>An administrator takes a task from its agent.</summary>
    public ChangeOutcome Evict(long id, string actor, string? reason, long nowUs)
    {
        if (stages.Find(id) is not { } standing)
        {
            return new ChangeOutcome(ChangeStatus.NotFound, default);
        }

        if (standing.Claim is not { } claim)
        {
            return new ChangeOutcome(ChangeStatus.Refused, standing.State);
        }

        var place = Untried(claim.Place);
        stages.RemoveClaim(claim);
        stages.AddAssignment(claim, AssignmentStatus.Reassigned, nowUs, reason);
        var cooldownUs = RulesOf(place).RejectCooldown.ToMicroseconds();
        if (cooldownUs > 0)
        {
            place = stages.Keep(place, claim.AgentId, nowUs + cooldownUs, KeptCause.Evicted);
        }

        var state = stages.Return(claim, place, nowUs, nowUs);
        events.AddSingle(
            new NewEvent(EventTypes.TaskEvicted, ActorType.Human, actor, id, EventPayloads.Reason(reason)),
            nowUs, place.Epoch);
        var agent = live.Agent(claim.AgentId).Profile.Name;
        return new ChangeOutcome(
            ChangeStatus.Changed, state, new LostClaim(id, place.Epoch, agent, state));
    }

    /// <summary>
    /// A blocked task loses its holder and waits without one; nothing speaks against either. Ends the claim.
    /// </summary>
    public LostClaim EndHold(in ClaimRow held, string why, long nowUs)
    {
        var place = held.Place.GivenBack();
        stages.RemoveClaim(held);
        stages.AddAssignment(
            held with { Single = false }, AssignmentStatus.Expired, nowUs,
            why == EndReasons.LeaseRanOut ? EndReasons.HeldTooLong : why);
        var state = stages.Return(held, place, nowUs, nowUs);
        var agent = live.Agent(held.AgentId).Profile.Name;
        events.AddSingle(
            new NewEvent(
                EventTypes.TaskHoldEnded, ActorType.System, "longshore", place.Id,
                EventPayloads.Claim(place.Epoch, agent, state)),
            nowUs, place.Epoch);
        return new LostClaim(place.Id, place.Epoch, agent, state);
    }

    /// <summary>Gives a task that waits other requirements; it keeps its place.</summary>
    public ChangeOutcome Reclassify(long id, IReadOnlyList<Requirement> requires, string reason, long nowUs)
    {
        if (stages.Find(id) is not { } standing)
        {
            return new ChangeOutcome(ChangeStatus.NotFound, default);
        }

        if (standing.State != TaskState.Created)
        {
            return new ChangeOutcome(ChangeStatus.Refused, standing.State);
        }

        // What it asks for from now on takes the place of all steps.
        var former = standing.Place;
        if ((former.Flags & PlaceFlags.Relaxing) != 0)
        {
            relaxing.Remove(id);
        }

        var classId = classes.IdOf(live.Classes[former.ClassId].Key with { Requires = requires });
        stages.Change(standing, former with { ClassId = classId, Flags = former.Flags & ~PlaceFlags.Relaxing });
        _task.Bind(id).Bind(classId).Run();
        events.AddSingle(
            new NewEvent(
                EventTypes.TaskReclassified, ActorType.System, "longshore", id, EventPayloads.Reason(reason)),
            nowUs, former.Epoch);
        return new ChangeOutcome(ChangeStatus.Changed, TaskState.Created);
    }

    private static Place Untried(in Place place) => place with { Attempts = place.Attempts - 1 };

    private Rules.NamespaceRules RulesOf(in Place place) =>
        live.Rules.Of(live.Classes[place.ClassId].Key.Namespace);
}
