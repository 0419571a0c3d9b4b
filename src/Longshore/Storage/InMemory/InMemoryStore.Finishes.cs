using Longshore.Assignments;
using Longshore.Events;
using Longshore.Tasks;

namespace Longshore.Storage.InMemory;

/// <content>The holder's last word on a claim.</content>
public sealed partial class InMemoryStore
{
    private FinishOutcome Finish(Finish finish, long nowUs)
    {
        if (_state.Find(finish.TaskId) is not { } entry)
        {
            return new FinishOutcome(ClaimWriteStatus.NotFound, default);
        }

        if (!Holds(entry, finish.Epoch, nowUs))
        {
            return WithoutClaim(entry, finish, nowUs);
        }

        if ((entry.Claim!.Status == AssignmentStatus.Assigned
                && finish.Kind is not (FinishKind.Reject or FinishKind.Release))
            || (entry.Claim.Status == AssignmentStatus.Blocked
                && finish.Kind is not (FinishKind.Release or FinishKind.Cancel)))
        {
            return new FinishOutcome(ClaimWriteStatus.Refused, entry.Task.State);
        }

        Saw(entry.Claim.Agent, nowUs);
        return finish.Kind switch
        {
            FinishKind.Complete => Complete(entry, finish, nowUs),
            FinishKind.Fail => Fail(entry, finish, nowUs),
            FinishKind.Snooze => Snooze(entry, finish, nowUs),
            FinishKind.Release => Release(entry, finish, nowUs),
            FinishKind.Cancel => CancelByHolder(entry, finish, nowUs),
            FinishKind.Reject => Reject(entry, finish, nowUs),
            _ => throw new ArgumentOutOfRangeException(nameof(finish), finish.Kind, null),
        };
    }

    private FinishOutcome Complete(TaskEntry entry, Finish finish, long nowUs)
    {
        var agent = entry.Claim!.Agent;
        var ended = EndClaim(
            entry, AssignmentStatus.Submitted, nowUs, error: null, finish.Key, Verdict.Success);
        ForgetTrips(entry.Task.Id);
        var done = Close(ended, TaskOperation.Complete, agent, nowUs, error: null);
        _state.Put(done with { Task = done.Task with { Result = finish.Result, Error = null, Draft = default } });
        Change(agent, a => a with { TotalCompleted = a.TotalCompleted + 1 });
        RecordClaim(EventTypes.TaskCompleted, done.Task, agent, nowUs);
        return new FinishOutcome(ClaimWriteStatus.Accepted, done.Task.State);
    }

    private FinishOutcome Snooze(TaskEntry entry, Finish finish, long nowUs)
    {
        var untilUs = nowUs + (finish.Delay ?? AttemptRules.SnoozeDefault).ToMicroseconds();
        var back = GiveBack(
            entry, TaskOperation.Snooze, AssignmentStatus.Snoozed, untilUs, nowUs, finish.Error, finish.Key);
        return new FinishOutcome(ClaimWriteStatus.Accepted, back.Task.State, untilUs);
    }

    private FinishOutcome Release(TaskEntry entry, Finish finish, long nowUs)
    {
        var back = GiveBack(
            entry, TaskOperation.Release, AssignmentStatus.Released, nowUs, nowUs, finish.Error, finish.Key);
        return new FinishOutcome(ClaimWriteStatus.Accepted, back.Task.State);
    }

    /// <summary>Back to the queue with its place there, as if it had not been tried.</summary>
    private TaskEntry GiveBack(
        TaskEntry entry,
        TaskOperation operation,
        AssignmentStatus status,
        long untilUs,
        long nowUs,
        string? why,
        string? key)
    {
        var agent = entry.Claim!.Agent;
        var ended = EndClaim(entry, status, nowUs, why, key);
        var back = Requeue(ended, operation, untilUs, nowUs);
        back = back with { Task = back.Task with { Attempts = back.Task.Attempts - 1, Suspect = false } };
        _state.Put(back);
        var type = operation == TaskOperation.Snooze ? EventTypes.TaskSnoozed : EventTypes.TaskReleased;
        RecordClaim(type, back.Task, agent, nowUs);
        return back;
    }

    private FinishOutcome CancelByHolder(TaskEntry entry, Finish finish, long nowUs)
    {
        var agent = entry.Claim!.Agent;
        var ended = EndClaim(entry, AssignmentStatus.Cancelled, nowUs, finish.Error, finish.Key);
        var cancelled = Close(ended, TaskOperation.Cancel, agent, nowUs, finish.Error);
        _state.Put(cancelled);
        ForgetTrips(finish.TaskId);
        Record(
            new NewEvent(
                EventTypes.TaskCancelled,
                ActorType.Agent,
                agent,
                finish.TaskId,
                EventPayloads.Reason(finish.Error)),
            nowUs);
        return new FinishOutcome(ClaimWriteStatus.Accepted, cancelled.Task.State);
    }

    /// <summary>The epoch names no claim that holds: a repetition, a late result, or stale (G2).</summary>
    private FinishOutcome WithoutClaim(TaskEntry entry, Finish finish, long nowUs)
    {
        var stale = new FinishOutcome(ClaimWriteStatus.Stale, entry.Task.State);
        if (entry.Claims.Find(c => c.Record.Epoch == finish.Epoch) is not { } ended)
        {
            return stale;
        }

        if (IsRepetition(entry, ended, finish))
        {
            return stale with { Status = ClaimWriteStatus.Replayed };
        }

        var isLate = finish.Kind == FinishKind.Complete
            && ended.Record.Status == AssignmentStatus.Expired
            && entry.Task.Epoch == finish.Epoch
            && entry.Task.Spec.Late == LatePolicy.AcceptIfNotReplaced
            && TaskTransitions.Next(entry.Task.State, TaskOperation.CompleteLate) is not null;
        return isLate ? CompleteLate(entry, ended, finish, nowUs) : stale;
    }

    private FinishOutcome CompleteLate(TaskEntry entry, EndedClaim ended, Finish finish, long nowUs)
    {
        var agent = ended.Record.Agent;
        var submitted = ended.Record with
        {
            Status = AssignmentStatus.Submitted,
            EndedAt = UnixTime.FromMicroseconds(nowUs),
            Error = null,
        };
        var done = Close(entry, TaskOperation.CompleteLate, agent, nowUs, error: null);
        _state.Put(done with
        {
            Task = done.Task with { Result = finish.Result, Error = null, Draft = default },
            Claims = entry.Claims.Replace(ended, ended with { Record = submitted, Key = finish.Key }),
        });
        ForgetTrips(entry.Task.Id);
        Saw(agent, nowUs);
        Change(agent, a => a with { TotalCompleted = a.TotalCompleted + 1 });
        Learn(agent, Lessons.Of(Verdict.Success, entry.Task.Asks.Requires)!.Value, nowUs);
        RecordClaim(EventTypes.TaskCompleted, done.Task, agent, nowUs);
        return new FinishOutcome(ClaimWriteStatus.Accepted, done.Task.State);
    }

    /// <summary>The record of the claim's end says what this finish says.</summary>
    private static bool IsRepetition(TaskEntry entry, EndedClaim ended, Finish finish)
    {
        var status = finish.Kind switch
        {
            FinishKind.Complete => AssignmentStatus.Submitted,
            FinishKind.Fail => AssignmentStatus.Failed,
            FinishKind.Snooze => AssignmentStatus.Snoozed,
            FinishKind.Release => AssignmentStatus.Released,
            FinishKind.Cancel => AssignmentStatus.Cancelled,
            FinishKind.Reject => AssignmentStatus.Rejected,
            _ => throw new ArgumentOutOfRangeException(nameof(finish), finish.Kind, null),
        };
        if (ended.Record.Status != status || ended.Key != finish.Key)
        {
            return false;
        }

        var isSameContent = finish.Kind == FinishKind.Complete
            ? entry.Task.Result == finish.Result
            : ended.Record.Error == finish.Error;
        return finish.Key is not null || isSameContent;
    }
}
