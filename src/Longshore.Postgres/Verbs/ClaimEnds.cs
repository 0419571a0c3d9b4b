using Longshore.Assignments;
using Longshore.Events;
using Longshore.Matching;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Postgres.Verbs;

/// <summary>
/// What the end of a claim leads to, decided over locked rows: the holder's last word, loss, and changes by others.
/// </summary>
internal sealed class ClaimEnds(Random chance)
{
    private readonly Lock _gate = new();

    public FinishOutcome Finish(Moves moves, Finish finish)
    {
        if (moves.Find(finish.TaskId) is not { } standing)
        {
            return new FinishOutcome(ClaimWriteStatus.NotFound, default);
        }

        if (!standing.HoldsAt(finish.Epoch, moves.NowUs))
        {
            return LateFinish.Decide(moves, standing, finish);
        }

        if ((standing.IsOffer && finish.Kind is not (FinishKind.Reject or FinishKind.Release))
            || (standing.Status == AssignmentStatus.Blocked
                && finish.Kind is not (FinishKind.Release or FinishKind.Cancel)))
        {
            return new FinishOutcome(ClaimWriteStatus.Refused, standing.State);
        }

        moves.Saw(standing.Claim!.AgentId);
        return finish.Kind switch
        {
            FinishKind.Complete => Complete(moves, standing, finish),
            FinishKind.Fail => Fail(moves, standing, finish),
            FinishKind.Snooze => GiveBack(
                moves, standing, finish, AssignmentStatus.Snoozed, EventTypes.TaskSnoozed,
                finish.Delay ?? AttemptRules.SnoozeDefault),
            FinishKind.Release => GiveBack(
                moves, standing, finish, AssignmentStatus.Released, EventTypes.TaskReleased, TimeSpan.Zero),
            FinishKind.Cancel => CancelByHolder(moves, standing, finish),
            FinishKind.Reject => Returns.Reject(moves, standing, finish),
            _ => throw new ArgumentOutOfRangeException(nameof(finish), finish.Kind, null),
        };
    }

    /// <summary>A claim is lost with its holder. Only the loss of a single grant counts (G7).</summary>
    public LostClaim Lose(Moves moves, Standing held, string why)
    {
        if (held.IsOffer)
        {
            return Returns.LoseOffer(moves, held, why);
        }

        if (held.Status == AssignmentStatus.Blocked)
        {
            return Returns.EndHold(moves, held, why);
        }

        var verdict = held.Claim!.Single ? Verdict.Failure : Verdict.Nothing;
        var record = moves.EndClaim(held, AssignmentStatus.Expired, why, verdict: verdict);
        var place = held.Place with { Flags = held.Place.Flags | PlaceFlags.Suspect };
        var wait = held.Retry.WaitAfter(place.Failures + 1, NextDouble());
        if (record.Single)
        {
            place = place.WithFailures(place.Failures + 1);
            place = place with { Flags = place.Flags | PlaceFlags.Failed };
        }

        var operation = AttemptRules.AfterLoss(
            record.Single, place.Attempts, held.MaxAttempts, moves.FailersOf(place.Id), Trips(moves, place));
        var (state, _) = Follow(moves, held, place, operation, wait, record.AgentId, why);
        moves.Note(
            new NewEvent(
                EventTypes.TaskClaimLost, ActorType.System, "longshore", place.Id,
                EventPayloads.Claim(place.Epoch, record.Agent, state)),
            place.Epoch);
        return new LostClaim(place.Id, place.Epoch, record.Agent, state);
    }

    /// <summary>A holder signs off: what it holds goes back with its place in the queue.</summary>
    public static LostClaim SignOff(Moves moves, Standing held)
    {
        var record = moves.EndClaim(held, AssignmentStatus.Released, EndReasons.SignedOff);
        var state = moves.Return(held, held.Place.GivenBack(), moves.NowUs);
        moves.NoteClaim(EventTypes.TaskReleased, record, state);
        return new LostClaim(record.TaskId, record.Epoch, record.Agent, state);
    }

    private static FinishOutcome Complete(Moves moves, Standing held, Finish finish)
    {
        var record = moves.EndClaim(held, AssignmentStatus.Submitted, null, finish.Key, Verdict.Success);
        moves.Finish(moves.Done(held.Place), TaskState.Done, record.AgentId, finish.Result);
        moves.Change(record.AgentId, a => a with { Completed = a.Completed + 1 });
        moves.NoteClaim(EventTypes.TaskCompleted, record, TaskState.Done);
        return new FinishOutcome(ClaimWriteStatus.Accepted, TaskState.Done);
    }

    private FinishOutcome Fail(Moves moves, Standing held, Finish finish)
    {
        var verdict = finish.Retry ? Verdict.Failure : Verdict.Nothing;
        var record = moves.EndClaim(held, AssignmentStatus.Failed, finish.Error, finish.Key, verdict);
        var place = held.Place.Cleared().WithFailures(held.Place.Failures + 1);
        place = place with { Flags = place.Flags | PlaceFlags.Failed };
        var operation = AttemptRules.AfterFailure(
            finish.Retry, place.Attempts, held.MaxAttempts, moves.FailersOf(place.Id), Trips(moves, place));
        moves.Change(record.AgentId, a => a with { Failed = a.Failed + 1 });
        if (finish.ErrorDetail is { } detail)
        {
            moves.ErrorDetails.Add((place.Id, place.Epoch, detail));
        }

        var wait = finish.Delay ?? held.Retry.WaitAfter(place.Failures, NextDouble());
        var (state, untilUs) = Follow(moves, held, place, operation, wait, record.AgentId, finish.Error);
        moves.NoteClaim(EventTypes.TaskFailed, record, state);
        return new FinishOutcome(ClaimWriteStatus.Accepted, state, untilUs);
    }

    private static FinishOutcome GiveBack(
        Moves moves, Standing held, Finish finish, AssignmentStatus outcome, string type, TimeSpan wait)
    {
        var record = moves.EndClaim(held, outcome, finish.Error, finish.Key);
        var untilUs = moves.NowUs + wait.ToMicroseconds();
        var state = moves.Return(held, held.Place.GivenBack(), untilUs);
        moves.NoteClaim(type, record, state);
        var readyUs = outcome == AssignmentStatus.Snoozed ? untilUs : 0;
        return new FinishOutcome(ClaimWriteStatus.Accepted, state, readyUs);
    }

    private static FinishOutcome CancelByHolder(Moves moves, Standing held, Finish finish)
    {
        var record = moves.EndClaim(held, AssignmentStatus.Cancelled, finish.Error, finish.Key);
        moves.Finish(moves.WithoutTrips(held.Place), TaskState.Cancelled, record.AgentId, error: finish.Error);
        moves.Note(
            new NewEvent(
                EventTypes.TaskCancelled, ActorType.Agent, record.Agent, record.TaskId,
                EventPayloads.Reason(finish.Error)),
            record.Epoch);
        return new FinishOutcome(ClaimWriteStatus.Accepted, TaskState.Cancelled);
    }

    /// <summary>Goes where a failed attempt leads: back to the queue, to quarantine, or to its end.</summary>
    private static (TaskState State, long UntilUs) Follow(
        Moves moves, Standing held, Place place, TaskOperation operation, TimeSpan wait, int agentId, string? error)
    {
        var state = TaskTransitions.Next(TaskState.InProgress, operation)!.Value;
        switch (state)
        {
            case TaskState.Created:
                var untilUs = moves.NowUs + wait.ToMicroseconds();
                moves.Requeue(place, untilUs);
                return (state, untilUs);
            case TaskState.Quarantined:
                moves.MoveTo(Quarantined(moves, place.Cleared(), isForGood: place.Attempts >= held.MaxAttempts));
                return (state, 0);
            default:
                moves.Finish(moves.WithoutTrips(place), state, agentId, error: error);
                return (state, 0);
        }
    }

    /// <summary>Quarantined for a person to look at, or until its breaker lets it out.</summary>
    private static Standing Quarantined(Moves moves, Place place, bool isForGood) => isForGood
        ? new Standing(Stage.Parked, TaskState.Quarantined, moves.WithoutTrips(place))
        : new Standing(
            Stage.Parked, TaskState.Quarantined, place with { Flags = place.Flags | PlaceFlags.Tripped })
        {
            UntilUs = moves.Breakers.Trip(place.Id, place.Failures),
        };

    private static bool Trips(Moves moves, in Place place) => AttemptRules.Trips(
        moves.Breakers.TaskLimits.Threshold, moves.Breakers.HasTripped(place.Id), place.Failures,
        moves.FailersOf(place.Id));

    private double NextDouble()
    {
        lock (_gate)
        {
            return chance.NextDouble();
        }
    }
}
