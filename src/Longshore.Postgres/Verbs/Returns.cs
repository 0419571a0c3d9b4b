using Longshore.Assignments;
using Longshore.Events;
using Longshore.Matching;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Postgres.Verbs;

/// <summary>Tasks that come back untried: rejected, not accepted in time, taken away.</summary>
internal static class Returns
{
    public static FinishOutcome Reject(Moves moves, Standing held, Finish finish)
    {
        var rules = moves.RulesOf(held);
        var reason = finish.Reason ?? RejectReason.Other;
        var record = moves.EndClaim(
            held, AssignmentStatus.Rejected, finish.Error, finish.Key, reason: reason);
        var keptUs = rules.ReofferRejected ? moves.NowUs + rules.RejectCooldown.ToMicroseconds() : long.MaxValue;
        var untilUs = moves.NowUs + rules.TaskCooldown.ToMicroseconds();
        var place = moves.Keep(held.Place.GivenBack(), record.AgentId, keptUs, KeptCause.Rejected);
        moves.Requeue(place, untilUs);
        var payload = EventPayloads.Rejected(
            place.Epoch, record.Agent, place.QueuedState, reason.ToWire(), finish.Error);
        moves.Note(
            new NewEvent(EventTypes.TaskRejected, ActorType.Agent, record.Agent, place.Id, payload), place.Epoch);
        return new FinishOutcome(
            ClaimWriteStatus.Accepted, place.QueuedState, untilUs > moves.NowUs ? untilUs : 0);
    }

    /// <summary>
    /// An offer ran out. Whoever let it is passed over for a while; a session that ended is not to blame.
    /// </summary>
    public static LostClaim LoseOffer(Moves moves, Standing held, string why)
    {
        var isMissed = why == EndReasons.LeaseRanOut;

        // Nobody tried the task, so its loss says nothing about it (G7).
        var untried = held with { Claim = held.Claim! with { Single = false } };
        var record = moves.EndClaim(
            untried, AssignmentStatus.Expired, isMissed ? EndReasons.OfferRanOut : why,
            verdict: isMissed ? Verdict.Missed : Verdict.Nothing);
        var place = Untried(held.Place);
        moves.Requeue(
            isMissed ? Kept(moves, held, place, record.AgentId, KeptCause.Missed) : place, moves.NowUs);
        moves.Note(
            new NewEvent(
                EventTypes.TaskOfferExpired, ActorType.System, "longshore", place.Id,
                EventPayloads.Claim(place.Epoch, record.Agent, place.QueuedState)),
            place.Epoch);
        return new LostClaim(place.Id, place.Epoch, record.Agent, place.QueuedState) { WasOffer = true };
    }

    public static ChangeOutcome Evict(Moves moves, long id, string actor, string? reason)
    {
        if (moves.Find(id) is not { } held)
        {
            return new ChangeOutcome(ChangeStatus.NotFound, default);
        }

        if (TaskTransitions.Next(held.State, TaskOperation.Evict) is null || held.Stage != Stage.Claims)
        {
            return new ChangeOutcome(ChangeStatus.Refused, held.State);
        }

        var record = moves.EndClaim(held, AssignmentStatus.Reassigned, reason);
        var state = moves.Return(
            held, Kept(moves, held, Untried(held.Place), record.AgentId, KeptCause.Evicted), moves.NowUs);
        moves.Note(
            new NewEvent(EventTypes.TaskEvicted, ActorType.Human, actor, id, EventPayloads.Reason(reason)),
            record.Epoch);
        return new ChangeOutcome(
            ChangeStatus.Changed, state, new LostClaim(id, record.Epoch, record.Agent, state));
    }

    /// <summary>A blocked task loses its holder and waits without one; nothing speaks against either.</summary>
    public static LostClaim EndHold(Moves moves, Standing held, string why)
    {
        var waiting = held with { Claim = held.Claim! with { Single = false } };
        var record = moves.EndClaim(
            waiting, AssignmentStatus.Expired, why == EndReasons.LeaseRanOut ? EndReasons.HeldTooLong : why);
        var place = held.Place.GivenBack();
        var state = moves.Return(held, place, moves.NowUs);
        moves.Note(
            new NewEvent(
                EventTypes.TaskHoldEnded, ActorType.System, "longshore", place.Id,
                EventPayloads.Claim(place.Epoch, record.Agent, state)),
            place.Epoch);
        return new LostClaim(place.Id, place.Epoch, record.Agent, state);
    }

    private static Place Untried(Place place) => place with { Attempts = place.Attempts - 1 };

    /// <summary>Kept from an agent for the cooldown of the namespace, if it has one.</summary>
    private static Place Kept(Moves moves, Standing held, Place place, int agentId, KeptCause cause)
    {
        var cooldownUs = moves.RulesOf(held).RejectCooldown.ToMicroseconds();
        return cooldownUs > 0 ? moves.Keep(place, agentId, moves.NowUs + cooldownUs, cause) : place;
    }
}
