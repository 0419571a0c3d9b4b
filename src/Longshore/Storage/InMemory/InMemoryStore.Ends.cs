using System.Diagnostics;
using Longshore.Assignments;
using Longshore.Events;
using Longshore.Tasks;

namespace Longshore.Storage.InMemory;

/// <content>What the end of a claim leads to.</content>
public sealed partial class InMemoryStore
{
    private FinishOutcome Fail(TaskEntry entry, Finish finish, long nowUs)
    {
        var agent = entry.Claim!.Agent;
        var verdict = finish.Retry ? Verdict.Failure : Verdict.Nothing;
        var ended = EndClaim(
            entry, AssignmentStatus.Failed, nowUs, finish.Error, finish.Key, verdict, detail: finish.ErrorDetail);
        ended = ended with { Task = ended.Task with { Failures = ended.Task.Failures + 1, Suspect = false } };
        var operation = AttemptRules.AfterFailure(
            finish.Retry, ended.Task.Attempts, ended.Task.Spec.MaxAttempts, Failers(ended), Trips(ended));
        var wait = finish.Delay ?? ended.Task.Spec.Retry.WaitAfter(ended.Task.Failures, _chance.NextDouble());
        var untilUs = nowUs + wait.ToMicroseconds();
        var task = Follow(ended, operation, agent, untilUs, nowUs, finish.Error);
        Change(agent, a => a with { TotalFailed = a.TotalFailed + 1 });
        RecordClaim(EventTypes.TaskFailed, task, agent, nowUs);
        var readyUs = task.State == TaskState.Created ? untilUs : 0;
        return new FinishOutcome(ClaimWriteStatus.Accepted, task.State, readyUs);
    }

    /// <summary>A claim is lost. Only the loss of a single grant counts against the task (G7).</summary>
    private LostClaim Lose(TaskEntry entry, string why, long nowUs)
    {
        var claim = entry.Claim!;
        if (claim.Status == AssignmentStatus.Assigned)
        {
            return LoseOffer(entry, why, nowUs);
        }

        if (claim.Status == AssignmentStatus.Blocked)
        {
            return EndHold(entry, why, nowUs);
        }

        var verdict = claim.Single ? Verdict.Failure : Verdict.Nothing;
        var ended = EndClaim(entry, AssignmentStatus.Expired, nowUs, why, verdict: verdict);
        var wait = ended.Task.Spec.Retry.WaitAfter(ended.Task.Failures + 1, _chance.NextDouble());
        var failures = ended.Task.Failures + (claim.Single ? 1 : 0);
        ended = ended with { Task = ended.Task with { Failures = failures, Suspect = true } };
        var operation = AttemptRules.AfterLoss(
            claim.Single, ended.Task.Attempts, ended.Task.Spec.MaxAttempts, Failers(ended), Trips(ended));
        var task = Follow(ended, operation, claim.Agent, nowUs + wait.ToMicroseconds(), nowUs, why);
        Record(
            new NewEvent(
                EventTypes.TaskClaimLost,
                ActorType.System,
                "longshore",
                task.Id,
                EventPayloads.Claim(task.Epoch, claim.Agent, task.State)),
            nowUs);
        return new LostClaim(task.Id, task.Epoch, claim.Agent, task.State);
    }

    private bool Trips(TaskEntry ended) => AttemptRules.Trips(
        _options.Breakers.Task.Threshold, HasTripped(ended.Task.Id), ended.Task.Failures, Failers(ended));

    private static int Failers(TaskEntry entry) =>
        entry.Claims.Where(c => c.IsFailure).Select(c => c.Record.Agent).Distinct(StringComparer.Ordinal).Count();

    /// <summary>Goes where a failed attempt leads: back to the queue, to quarantine, or to its end.</summary>
    private WorkTask Follow(
        TaskEntry entry, TaskOperation operation, string agent, long untilUs, long nowUs, string? error)
    {
        var next = After(entry.Task.State, operation) == TaskState.Created
            ? Requeue(entry, operation, untilUs, nowUs)
            : Close(entry, operation, agent, nowUs, error);
        if (operation == TaskOperation.Quarantine && entry.Task.Attempts < entry.Task.Spec.MaxAttempts)
        {
            next = Trip(next, nowUs);
        }
        else if (operation is TaskOperation.Quarantine or TaskOperation.FailForGood)
        {
            ForgetTrips(entry.Task.Id);
        }

        _state.Put(next);
        return next.Task;
    }

    /// <summary>Ends the claim that holds a task: its record is written and its agent's load falls.</summary>
    private TaskEntry EndClaim(
        TaskEntry entry, AssignmentStatus status, long nowUs, string? error, string? key = null,
        Verdict verdict = Verdict.Nothing, RejectReason? reason = null, string? detail = null)
    {
        var claim = entry.Claim!;
        var record = new Assignment(
            entry.Task.Id,
            entry.Task.Epoch,
            claim.Agent,
            claim.GrantedAt,
            UnixTime.FromMicroseconds(nowUs),
            status,
            error,
            reason)
        { ErrorDetail = detail };
        NoteFreed(entry.Task.Spec);
        Change(claim.Agent, a => a with { Load = a.Load - 1 });
        Judge(entry, claim.Agent, verdict, nowUs);
        return entry with { Claim = null, Claims = entry.Claims.Add(new EndedClaim(record, claim.Single, key)) };
    }

    /// <summary>Back to the queue: at once when the wait is over, else when it is.</summary>
    private static TaskEntry Requeue(TaskEntry entry, TaskOperation operation, long untilUs, long nowUs) => entry with
    {
        Task = entry.Task with
        {
            State = After(entry.Task.State, entry.Task.Target is null ? operation : TaskOperation.HandBack),
            DeferredUntil = untilUs > nowUs ? UnixTime.FromMicroseconds(untilUs) : null,
            Agent = null,
            LeaseUntil = null,
            Progress = null,
            Error = entry.LastError,
        },
    };

    /// <summary>Out of the queue: ended, or quarantined.</summary>
    /// <param name="entry">The task; its claim has ended.</param>
    /// <param name="operation">What takes it out.</param>
    /// <param name="agent">Who held it until then, if anybody did.</param>
    /// <param name="nowUs">The instant.</param>
    /// <param name="error">Why, if it is known.</param>
    private static TaskEntry Close(TaskEntry entry, TaskOperation operation, string? agent, long nowUs, string? error)
    {
        var state = After(entry.Task.State, operation);
        return entry with
        {
            Task = entry.Task with
            {
                State = state,
                DeferredUntil = null,
                Agent = state.IsTerminal() ? agent : null,
                LeaseUntil = null,
                Progress = null,
                EndedAt = state.IsTerminal() ? UnixTime.FromMicroseconds(nowUs) : null,
                Suspect = false,
                Error = error ?? entry.LastError,
            },
        };
    }

    private static TaskState After(TaskState state, TaskOperation operation) =>
        TaskTransitions.Next(state, operation)
        ?? throw new UnreachableException(TaskTransitions.Refusal(state, operation));
}
