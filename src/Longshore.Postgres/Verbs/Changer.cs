using Longshore.Assignments;
using Longshore.Events;
using Longshore.Matching;
using Longshore.Storage;
using Longshore.Tasks;
using Longshore.Workflows;

namespace Longshore.Postgres.Verbs;

/// <summary>Changes by somebody other than the holder: cancel, retry, expire.</summary>
internal static class Changer
{
    public static ChangeOutcome Cancel(Moves moves, long id, string? reason)
    {
        if (moves.Find(id) is not { } standing)
        {
            return new ChangeOutcome(ChangeStatus.NotFound, default);
        }

        if (TaskTransitions.Next(standing.State, TaskOperation.Cancel) is not { } state)
        {
            return new ChangeOutcome(ChangeStatus.Refused, standing.State);
        }

        var lost = End(moves, standing, AssignmentStatus.Cancelled, state, reason);
        moves.Note(
            new NewEvent(EventTypes.TaskCancelled, ActorType.Human, "api", id, EventPayloads.Reason(reason)),
            standing.Place.Epoch);
        return new ChangeOutcome(ChangeStatus.Changed, state, lost);
    }

    public static ChangeOutcome Retry(Moves moves, long id)
    {
        if (moves.Find(id) is not { } standing)
        {
            return new ChangeOutcome(ChangeStatus.NotFound, default);
        }

        // What a run has ended is begun anew with the run; what a batch has, alone.
        var step = standing.Stage == Stage.Finished ? moves.Runs.FindStep(id) : null;
        if (TaskTransitions.Next(standing.State, TaskOperation.Retry) is not { } state
            || (step is not null && !moves.Runs.GetRun(step.RunId).IsBatch))
        {
            return new ChangeOutcome(ChangeStatus.Refused, standing.State);
        }

        if (standing.Stage == Stage.Finished && moves.TakeKey(standing) is { } holder)
        {
            return new ChangeOutcome(ChangeStatus.KeyTaken, standing.State, HolderId: holder);
        }

        if (standing.Stage == Stage.Finished)
        {
            moves.Begun.Add((id, standing.EndedUs));
        }

        if (standing is { Stage: Stage.Finished, Claim: { } ended })
        {
            // The record that stood in the task's end needs a row of its own now that the task goes on.
            moves.NewRecords.Add(ended);
        }

        var place = moves.WithoutTrips(standing.Place.Cleared());
        var fresh = place with { Attempts = 0, Failures = 0, Flags = place.Flags & ~PlaceFlags.Kept };
        if ((place.Flags & PlaceFlags.Kept) != 0)
        {
            moves.Unkept.Add(id);
        }

        moves.Requeue(fresh.AvailableFrom(moves.NowUs), moves.NowUs);
        if ((fresh.Flags & PlaceFlags.HasDeadline) != 0)
        {
            moves.RestoredDeadlines.Add(id);
        }

        if ((fresh.Flags & PlaceFlags.Relaxing) != 0)
        {
            moves.RelaxedAgain.Add(id);
        }

        moves.Note(new NewEvent(EventTypes.TaskRetried, ActorType.Human, "api", id), fresh.Epoch);
        if (step is not null)
        {
            new BatchAdvance(moves.Runs).Again(step);
        }

        return new ChangeOutcome(ChangeStatus.Changed, state);
    }

    /// <summary>Gives a task that waits another priority; it keeps its age.</summary>
    public static ChangeOutcome Reprioritise(Moves moves, long id, int priority)
    {
        if (moves.Find(id) is not { } standing)
        {
            return new ChangeOutcome(ChangeStatus.NotFound, default);
        }

        if (!standing.State.IsQueued())
        {
            return new ChangeOutcome(ChangeStatus.Refused, standing.State);
        }

        var former = standing.Place;
        moves.MoveTo(standing with
        {
            Place = (former with { Priority = (byte)priority }).AvailableFrom(former.AvailableUs),
        });
        moves.Reprioritised[id] = (short)priority;
        moves.Note(
            new NewEvent(
                EventTypes.TaskReprioritised, ActorType.Human, "api", id, EventPayloads.Priority(priority)),
            former.Epoch);
        return new ChangeOutcome(ChangeStatus.Changed, standing.State);
    }

    /// <summary>Gives a task that waits another class, by its former one; it keeps its place.</summary>
    public static ChangeOutcome Reclassify(
        Moves moves, long id, IReadOnlyDictionary<int, int> classes, string reason)
    {
        if (moves.Find(id) is not { } standing)
        {
            return new ChangeOutcome(ChangeStatus.NotFound, default);
        }

        if (standing.State != TaskState.Created)
        {
            return new ChangeOutcome(ChangeStatus.Refused, standing.State);
        }

        // What it asks for from now on takes the place of all steps. A task named twice has its new class already.
        var (place, former) = (standing.Place, standing.Place.ClassId);
        if ((place.Flags & PlaceFlags.Relaxing) != 0)
        {
            moves.Unrelaxed.Add(id);
        }

        moves.MoveTo(standing with
        {
            Place = place with
            {
                ClassId = classes.GetValueOrDefault(former, former),
                Flags = place.Flags & ~PlaceFlags.Relaxing,
            },
        });
        moves.Note(
            new NewEvent(EventTypes.TaskReclassified, ActorType.System, "longshore", id, EventPayloads.Reason(reason)),
            place.Epoch);
        return new ChangeOutcome(ChangeStatus.Changed, standing.State);
    }

    /// <summary>Ends a task whose deadline passed; null when it has ended before.</summary>
    public static LostClaim? Expire(Moves moves, long id)
    {
        if (moves.Find(id) is not { } standing
            || TaskTransitions.Next(standing.State, TaskOperation.Expire) is not { } state)
        {
            return null;
        }

        var lost = End(moves, standing, AssignmentStatus.Expired, state, EndReasons.DeadlinePassed);
        moves.Note(new NewEvent(EventTypes.TaskExpired, ActorType.System, "longshore", id), standing.Place.Epoch);
        return lost ?? new LostClaim(id, 0, null, state);
    }

    /// <summary>Ends a task over its holder's head, if it has one.</summary>
    public static LostClaim? End(
        Moves moves, Standing standing, AssignmentStatus outcome, TaskState state, string? why)
    {
        var claim = standing.Stage == Stage.Claims ? moves.EndClaim(standing, outcome, why) : null;
        moves.Finish(moves.WithoutTrips(standing.Place), state, claim?.AgentId, error: why);
        return claim is null ? null : new LostClaim(claim.TaskId, claim.Epoch, claim.Agent, state);
    }
}
