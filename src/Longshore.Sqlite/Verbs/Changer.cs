using Longshore.Assignments;
using Longshore.Events;
using Longshore.Matching;
using Longshore.Sqlite.Interop;
using Longshore.Storage;
using Longshore.Storage.Sql;
using Longshore.Tasks;

namespace Longshore.Sqlite.Verbs;

/// <summary>Changes by somebody other than the holder: cancel, retry, re-prioritise.</summary>
internal sealed class Changer(
    Connection connection, SqlCatalog sql, Stages stages, Deadlines deadlines, BreakerBook breakers,
    RelaxVerbs relaxing, UniqueVerbs unique, HelpVerbs help, EventLog events)
{
    private readonly Statement _reprioritise = connection.Prepare(sql["task_reprioritise"]);

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

    /// <param name="id">The task.</param>
    /// <param name="isOfBatch">What a run has ended is begun anew with the run; what a batch has, alone.</param>
    /// <param name="nowUs">The instant.</param>
    public ChangeOutcome Retry(long id, bool isOfBatch, long nowUs)
    {
        if (stages.Find(id) is not { } standing)
        {
            return new ChangeOutcome(ChangeStatus.NotFound, default);
        }

        if (TaskTransitions.Next(standing.State, TaskOperation.Retry) is not { } state
            || (!isOfBatch && (standing.Place.Flags & PlaceFlags.InRun) != 0 && standing.State.IsTerminal()))
        {
            return new ChangeOutcome(ChangeStatus.Refused, standing.State);
        }

        if (standing.State.IsTerminal() && (standing.Place.Flags & PlaceFlags.Unique) != 0
            && unique.TakeAgain(standing.Place, nowUs) is { } holder)
        {
            return new ChangeOutcome(ChangeStatus.KeyTaken, standing.State, HolderId: holder);
        }

        if (standing.State.IsTerminal())
        {
            help.CloseOf(id);
        }

        stages.Remove(standing);
        breakers.Forget(id);
        stages.ForgetKept(id);
        var fresh = standing.Place.Cleared() with { Attempts = 0, Failures = 0 };
        fresh = fresh with { Flags = fresh.Flags & ~(PlaceFlags.Kept | PlaceFlags.Tripped) };
        stages.AddReady(fresh.AvailableFrom(nowUs));
        if ((fresh.Flags & PlaceFlags.HasDeadline) != 0)
        {
            deadlines.Restore(id);
        }

        if ((fresh.Flags & PlaceFlags.Relaxing) != 0)
        {
            relaxing.Again(id, nowUs);
        }

        events.AddSingle(new NewEvent(EventTypes.TaskRetried, ActorType.Human, "api", id), nowUs, fresh.Epoch);
        return new ChangeOutcome(ChangeStatus.Changed, state);
    }

    /// <summary>Gives a task that waits another priority; it keeps its age.</summary>
    public ChangeOutcome Reprioritise(long id, int priority, long nowUs)
    {
        if (stages.Find(id) is not { } standing)
        {
            return new ChangeOutcome(ChangeStatus.NotFound, default);
        }

        if (!standing.State.IsQueued())
        {
            return new ChangeOutcome(ChangeStatus.Refused, standing.State);
        }

        var former = standing.Place;
        var place = (former with { Priority = (byte)priority }).AvailableFrom(former.AvailableUs);
        stages.Remove(standing);
        if (standing.UntilUs is { } untilUs)
        {
            stages.AddDeferred(place, untilUs);
        }
        else
        {
            stages.AddReady(place);
        }

        _reprioritise.Bind(id).Bind(priority).Run();
        events.AddSingle(
            new NewEvent(
                EventTypes.TaskReprioritised, ActorType.Human, "api", id, EventPayloads.Priority(priority)),
            nowUs,
            place.Epoch);
        return new ChangeOutcome(ChangeStatus.Changed, standing.State);
    }

    /// <summary>A person closes a breaker; a task that it quarantined goes back to the queue.</summary>
    public bool Reset(BreakerKey key, string actor, string? reason, long nowUs)
    {
        if (breakers.Get(key) is null)
        {
            return false;
        }

        breakers.Remove(key);
        int? epoch = null;
        if (key.TaskId is { } id && stages.Find(id) is { } standing)
        {
            epoch = standing.Place.Epoch;
            if (standing.State == TaskState.Quarantined)
            {
                stages.Remove(standing);
                stages.AddReady(standing.Place);
            }
        }

        var payload = EventPayloads.Breaker(key.Agent, key.Kind, reason);
        events.AddSingle(
            new NewEvent(EventTypes.BreakerReset, ActorType.Human, actor, key.TaskId, payload), nowUs, epoch);
        return true;
    }
}
