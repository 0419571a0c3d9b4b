using Longshore.Events;
using Longshore.Tasks;

namespace Longshore.Workflows;

/// <summary>
/// What the end of a task of a batch leads to. A batch is a run whose steps depend on nothing: it counts them, and its
/// last end enqueues the callbacks. While more may be added it counts itself as a step, so it cannot end too early.
/// </summary>
internal sealed class BatchAdvance(IRunLedger ledger)
{
    /// <summary>Enqueued when everything has ended.</summary>
    public const string OnEnd = "#end";

    /// <summary>Enqueued when everything was done.</summary>
    public const string OnDone = "#done";

    /// <summary>Counts tasks that were added.</summary>
    public void Added(WorkflowRun batch, int count)
    {
        ledger.Put(batch with { Steps = batch.Steps + count, Open = batch.Open + count });
        ledger.Note(EventTypes.BatchExtended, batch);
    }

    /// <summary>Nothing more will be added.</summary>
    public void Close(long id)
    {
        var batch = ledger.GetRun(id);
        if (batch.Batch == BatchStage.Open)
        {
            ledger.Note(EventTypes.BatchClosed, batch);
            Put(batch with { Batch = BatchStage.Closed, Open = batch.Open - 1 });
        }
    }

    /// <summary>A task of the batch has ended.</summary>
    public void Ended(WorkflowRun batch, RunStep member) => Put(Counted(batch, member.Outcome, 1));

    /// <summary>So many tasks of the batch were done, which is noted of them.</summary>
    public void Done(WorkflowRun batch, int tasks) => Put(batch with { Open = batch.Open - tasks });

    /// <summary>A task that had ended is to be done again.</summary>
    public void Again(RunStep step)
    {
        var batch = ledger.GetRun(step.RunId);
        ledger.Put(step with { Outcome = StepOutcome.None });
        if (step.Role != StepRole.Step)
        {
            return;
        }

        var goesOn = Counted(batch, step.Outcome, -1) with { State = RunState.Running, EndedAt = null };
        ledger.Put(goesOn);
        if (batch.State == RunState.Running)
        {
            return;
        }

        ledger.Note(EventTypes.BatchRetried, goesOn);
        foreach (var callback in ledger.AsideOf(batch.Id))
        {
            // What was enqueued once is not enqueued again.
            if (callback.Outcome == StepOutcome.Cancelled
                && TaskTransitions.Next(ledger.TaskOf(callback.TaskId).State, TaskOperation.Await) is not null)
            {
                ledger.Put(callback with { Outcome = StepOutcome.None });
                ledger.Await(callback.TaskId);
            }
        }
    }

    private static WorkflowRun Counted(WorkflowRun batch, StepOutcome outcome, int ends) => batch with
    {
        Open = batch.Open - ends,
        Failed = batch.Failed + (outcome == StepOutcome.Failed ? ends : 0),
        Cancelled = batch.Cancelled + (outcome == StepOutcome.Cancelled ? ends : 0),
    };

    private void Put(WorkflowRun batch)
    {
        ledger.Put(batch);
        if (batch.Open == 0)
        {
            End(batch);
        }
    }

    private void End(WorkflowRun batch)
    {
        var allDone = batch.Failed + batch.Cancelled == 0;
        var ended = batch with
        {
            State = allDone ? RunState.Done : RunState.Failed,
            EndedAt = UnixTime.FromMicroseconds(ledger.NowUs),
        };
        ledger.Put(ended);
        foreach (var callback in ledger.AsideOf(batch.Id))
        {
            if (callback.Outcome != StepOutcome.None
                || ledger.TaskOf(callback.TaskId).State != TaskState.Waiting)
            {
                continue;
            }

            if (callback.Name == OnDone && !allDone)
            {
                ledger.Cancel(callback.TaskId, StopWords.NotAllDone);
                ledger.Put(callback with { Outcome = StepOutcome.Cancelled });
            }
            else
            {
                ledger.Fill(callback.TaskId, BatchTerms.Read(batch.Input).PayloadOf(callback.Name, ended));
                ledger.Proceed(callback.TaskId);
            }
        }

        ledger.Note(EventTypes.BatchEnded, ended);
    }
}
