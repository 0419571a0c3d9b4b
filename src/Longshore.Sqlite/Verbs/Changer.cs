using Longshore.Assignments;
using Longshore.Events;
using Longshore.Matching;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Sqlite.Verbs;

/// <summary>Changes by somebody other than the holder: cancel and retry.</summary>
internal sealed class Changer(Stages stages, Deadlines deadlines, EventLog events)
{
    public ChangeOutcome Cancel(long id, string? reason, long nowUs)
    {
        if (stages.Find(id) is not { } standing)
        {
            return new ChangeOutcome(ChangeStatus.NotFound, default);
        }

        if (TaskTransitions.Next(standing.State, TaskOperation.Cancel) is not { } state)
        {
            return new ChangeOutcome(ChangeStatus.Refused, standing.State);
        }

        var lost = stages.Take(standing, AssignmentStatus.Cancelled, state, reason, nowUs);
        stages.AddFinished(standing.Place, state, standing.Claim?.AgentId, nowUs, error: reason);
        events.AddSingle(
            new NewEvent(EventTypes.TaskCancelled, ActorType.Human, "api", id, EventPayloads.Reason(reason)),
            nowUs,
            standing.Place.Epoch);
        return new ChangeOutcome(ChangeStatus.Changed, state, lost);
    }

    public ChangeOutcome Retry(long id, long nowUs)
    {
        if (stages.Find(id) is not { } standing)
        {
            return new ChangeOutcome(ChangeStatus.NotFound, default);
        }

        if (TaskTransitions.Next(standing.State, TaskOperation.Retry) is not { } state)
        {
            return new ChangeOutcome(ChangeStatus.Refused, standing.State);
        }

        stages.Remove(standing);
        var fresh = standing.Place.Cleared() with { Attempts = 0, Failures = 0 };
        stages.AddReady(fresh.AvailableFrom(nowUs));
        if ((fresh.Flags & PlaceFlags.HasDeadline) != 0)
        {
            deadlines.Restore(id);
        }

        events.AddSingle(new NewEvent(EventTypes.TaskRetried, ActorType.Human, "api", id), nowUs, fresh.Epoch);
        return new ChangeOutcome(ChangeStatus.Changed, state);
    }
}
