using Longshore.Events;
using Longshore.Tasks;

namespace Longshore.Workflows;

/// <summary>
/// What the end of steps leads to: dependents that may begin, are skipped or called off, compensations, the end of the
/// run. The same for every store; called inside the transaction in which the steps ended, so that two predecessors that
/// end together never both miss the join.
/// </summary>
internal sealed class RunAdvance(IRunLedger ledger)
{
    private readonly Queue<(long TaskId, StepOutcome Outcome)> _ended = new();
    private readonly HashSet<long> _dropped = [];

    /// <summary>Takes up what ended in a transaction, in the order of ids, what was done first.</summary>
    public void Ended(IReadOnlyCollection<(long TaskId, TaskState State)> ended)
    {
        foreach (var (id, state) in ended.OrderBy(e => e.State != TaskState.Done).ThenBy(e => e.TaskId))
        {
            _ended.Enqueue((id, state switch
            {
                TaskState.Done => StepOutcome.Done,
                TaskState.Cancelled when IsOfBatch(id) => StepOutcome.Cancelled,
                _ => StepOutcome.Failed,
            }));
        }

        Settle();
    }

    /// <summary>Calls a run off; false when it has ended.</summary>
    public bool Cancel(long runId, string? reason)
    {
        var run = ledger.GetRun(runId);
        if (run.State != RunState.Running || run.IsBatch)
        {
            return false;
        }

        CancelRest(run with { Reason = reason }, StopWords.RunCancelled, RunState.Cancelled);
        Settle();
        return true;
    }

    /// <summary>
    /// Takes in steps that were added under one that goes on: what depends on that waits for them, too.
    /// </summary>
    public void Join(RunStep under, IReadOnlyList<RunStep> added)
    {
        var counted = added.Where(step => step.Role == StepRole.Step).ToList();
        var run = ledger.GetRun(under.RunId);
        ledger.Put(run with { Steps = run.Steps + counted.Count, Open = run.Open + counted.Count });
        foreach (var id in ledger.DependentsOf(under.TaskId))
        {
            if (ledger.FindStep(id) is { Role: StepRole.Step, Outcome: StepOutcome.None } next)
            {
                counted.ForEach(step => ledger.AddDependency(id, step.TaskId));
                ledger.Put(next with { Open = next.Open + counted.Count });
            }
        }
    }

    /// <summary>Lets those of the steps go that nothing precedes.</summary>
    public void Begin(IEnumerable<RunStep> steps)
    {
        foreach (var step in steps.Where(step => step is { Role: StepRole.Step, Open: 0 }))
        {
            Release(step);
        }

        Settle();
    }

    /// <summary>
    /// Begins a run anew where it failed: what failed or was called off is to be done again, what was done stays done.
    /// </summary>
    public RetryRunStatus Retry(long runId)
    {
        var run = ledger.GetRun(runId);
        if (run.IsBatch || run.State is RunState.Running or RunState.Compensating or RunState.Done)
        {
            return RetryRunStatus.WrongState;
        }

        var steps = ledger.StepsOf(runId);
        if (steps.Any(s => s.Role == StepRole.Compensation && s.Outcome is StepOutcome.Done or StepOutcome.Failed))
        {
            return RetryRunStatus.Compensated;
        }

        if (steps.Any(step => IsToBeRedone(step) && ledger.TaskOf(step.TaskId).State == TaskState.Expired))
        {
            return RetryRunStatus.Expired;
        }

        var again = steps.Where(IsToBeRedone).ToDictionary(step => step.TaskId);
        foreach (var step in steps.Where(step => step.Role is StepRole.Compensation or StepRole.End))
        {
            // They stand ready for the next end; what was done stays done.
            if (TaskTransitions.Next(ledger.TaskOf(step.TaskId).State, TaskOperation.Await) is not null)
            {
                ledger.Put(step with { Outcome = StepOutcome.None });
                ledger.Await(step.TaskId);
            }
        }

        var open = 0;
        foreach (var step in again.Values)
        {
            open += step.Role == StepRole.Step ? 1 : 0;
            var before = ledger.PredecessorsOf(step.TaskId);
            var waitsFor = before.Count(again.ContainsKey);
            ledger.Put(step with
            {
                Outcome = StepOutcome.None,
                Open = waitsFor,
                Led = before.Count(id => !again.ContainsKey(id) && Led(ledger.FindStep(id)!)),
                Asked = 0,
            });
            ledger.Await(step.TaskId);
        }

        run = run with { State = RunState.Running, Reason = null, EndedAt = null, Failed = 0, Open = open };
        ledger.Put(run);
        ledger.Note(EventTypes.RunRetried, run);
        Begin([.. again.Keys.Select(id => ledger.FindStep(id)!)]);
        return RetryRunStatus.Retried;
    }

    /// <summary>Settles a step by hand: it is done, with this result. False when it cannot be.</summary>
    public bool Resolve(RunStep step, JsonText result)
    {
        var run = ledger.GetRun(step.RunId);
        if (run.IsBatch || step.Role != StepRole.Step || step.Outcome == StepOutcome.Done
            || (run.State == RunState.Running && step.Outcome != StepOutcome.None))
        {
            return false;
        }

        // The rest of a run that failed is to be done again; this step is not.
        if (run.State != RunState.Running && Retry(step.RunId) != RetryRunStatus.Retried)
        {
            return false;
        }

        step = ledger.FindStep(step.TaskId)!;
        if (TaskTransitions.Next(ledger.TaskOf(step.TaskId).State, TaskOperation.Conclude) is null)
        {
            return false;
        }

        if (step.Terms.Overlap is not null)
        {
            CancelAnswers(step);
        }

        ledger.Conclude(step.TaskId, result);
        ledger.Note(EventTypes.StepResolved, ledger.GetRun(step.RunId), step);
        _ended.Enqueue((step.TaskId, StepOutcome.Done));
        Settle();
        return true;
    }

    private static bool IsToBeRedone(RunStep step) => step.Role switch
    {
        StepRole.Step => step.Outcome is StepOutcome.Failed or StepOutcome.Cancelled,
        StepRole.Answer => step.Outcome is StepOutcome.Failed or StepOutcome.Cancelled,
        _ => false,
    };

    private bool IsOfBatch(long id) => ledger.FindStep(id) is { } step && ledger.GetRun(step.RunId).IsBatch;

    private static bool Led(RunStep before) => before.Outcome is StepOutcome.Done or StepOutcome.Failed;

    private void Settle()
    {
        while (_ended.TryDequeue(out var end))
        {
            if (ledger.FindStep(end.TaskId) is { Outcome: StepOutcome.None } step)
            {
                ledger.Put(step = step with { Outcome = end.Outcome });
                SettleOne(step);
            }
        }
    }

    private void SettleOne(RunStep step)
    {
        switch (step.Role)
        {
            case StepRole.Step:
                SettleStep(step);
                break;
            case StepRole.Answer:
                new OverlapTally(ledger, _ended).Answered(ledger.FindStep(step.Of!.Value)!);
                break;
            case StepRole.Compensation when ledger.GetRun(step.RunId) is { State: RunState.Compensating } run:
                CompensateNext(run);
                break;
        }
    }

    private void SettleStep(RunStep step)
    {
        var run = ledger.GetRun(step.RunId);
        if (run.State != RunState.Running)
        {
            return;
        }

        if (run.IsBatch)
        {
            new BatchAdvance(ledger).Ended(run, step);
            return;
        }

        run = run with { Open = run.Open - 1 };
        if (step.Terms.Overlap is not null)
        {
            CancelAnswers(step);
        }

        if (step.Outcome == StepOutcome.Failed && !step.Terms.IsOptional)
        {
            var error = ledger.TaskOf(step.TaskId).Error;
            var why = $"step {step.Name} failed" + (error is null ? "" : ": " + error);
            run = run with { Failed = run.Failed + 1, Reason = run.Reason ?? why };
            if (run.OnFailure == FailurePolicy.CancelRest)
            {
                CancelRest(run, StopWords.StepFailed(step.Name), RunState.Failed);
                return;
            }
        }

        ledger.Put(run);
        foreach (var id in ledger.DependentsOf(step.TaskId))
        {
            // What was dropped is out, whether that was settled in this transaction or before.
            if (ledger.FindStep(id) is { Role: StepRole.Step, Outcome: StepOutcome.None } next
                && !_dropped.Contains(id))
            {
                Lead(step, next);
            }
        }

        if (run.Open == 0)
        {
            End(ledger.GetRun(run.Id), run.Failed == 0 ? RunState.Done : RunState.Failed);
        }
    }

    /// <summary>A predecessor of a step has ended.</summary>
    private void Lead(RunStep from, RunStep next)
    {
        var leads = from.Outcome switch
        {
            StepOutcome.Skipped => false,
            StepOutcome.Failed or StepOutcome.Cancelled when !from.Terms.IsOptional => (bool?)null,
            _ => true,
        };
        if (leads is null)
        {
            Drop(next, StepOutcome.Cancelled, StopWords.StepFailed(from.Name));
            return;
        }

        next = next with { Open = next.Open - 1, Led = next.Led + (leads.Value ? 1 : 0) };
        ledger.Put(next);
        if (next.Open == 0)
        {
            Release(next);
        }
    }

    /// <summary>Nothing is left that a step waits for: it begins, or is skipped.</summary>
    private void Release(RunStep step)
    {
        var before = ledger.PredecessorsOf(step.TaskId);
        if (before.Count > 0 && step.Led == 0)
        {
            Drop(step, StepOutcome.Skipped, StopWords.NothingLed);
        }
        else if (step.Terms.When is { } when && !Holds(when, before))
        {
            Drop(step, StepOutcome.Skipped, StopWords.ConditionFailed(when));
        }
        else if (step.Terms.Overlap is not null)
        {
            new OverlapTally(ledger, _ended).Begin(step);
        }
        else if (IsWaiting(step))
        {
            ledger.Proceed(step.TaskId);
        }
    }

    private bool Holds(StepCondition when, IReadOnlyList<long> before)
    {
        var seen = before.Select(id => ledger.FindStep(id)!).FirstOrDefault(step => step.Name == when.Step);
        var result = seen is { Outcome: StepOutcome.Done } ? ledger.TaskOf(seen.TaskId).Result : default;
        return ResultPath.Holds(when, result);
    }

    /// <summary>A step that will not be done.</summary>
    private void Drop(RunStep step, StepOutcome outcome, string why)
    {
        if (!_dropped.Add(step.TaskId))
        {
            return;
        }

        if (!ledger.TaskOf(step.TaskId).State.IsTerminal())
        {
            ledger.Cancel(step.TaskId, why);
        }

        ledger.Note(EventTypes.StepDropped, ledger.GetRun(step.RunId), step, why);
        _ended.Enqueue((step.TaskId, outcome));
    }

    private void CancelAnswers(RunStep step)
    {
        foreach (var answer in ledger.StepsOf(step.RunId))
        {
            if (answer.Of == step.TaskId && answer is { Role: StepRole.Answer, Outcome: StepOutcome.None })
            {
                CancelTask(answer, StopWords.AnswersEnough);
            }
        }
    }

    private void CancelTask(RunStep step, string why)
    {
        if (!ledger.TaskOf(step.TaskId).State.IsTerminal())
        {
            ledger.Cancel(step.TaskId, why);
            ledger.Put(step with { Outcome = StepOutcome.Cancelled });
        }
    }

    private void CancelRest(WorkflowRun run, string why, RunState end)
    {
        foreach (var step in ledger.StepsOf(run.Id))
        {
            if (step is { Role: StepRole.Step or StepRole.Answer, Outcome: StepOutcome.None })
            {
                CancelTask(step, why);
            }
        }

        var compensates = ledger.StepsOf(run.Id).Any(IsDue);
        run = run with { Open = 0, State = compensates ? RunState.Compensating : run.State };
        ledger.Put(run);
        if (compensates)
        {
            ledger.Note(EventTypes.RunCompensating, run, reason: run.Reason);
            CompensateNext(run);
        }
        else
        {
            End(run, end);
        }
    }

    /// <summary>The compensation of a step that was done, and has not been made up for.</summary>
    private bool IsDue(RunStep step) => step is { Role: StepRole.Compensation, Outcome: StepOutcome.None }
        && ledger.FindStep(step.Of!.Value) is { Outcome: StepOutcome.Done } && IsWaiting(step);

    // Its own end may be among those of the transaction.
    private bool IsWaiting(RunStep step) => ledger.TaskOf(step.TaskId).State == TaskState.Waiting;

    /// <summary>One after the other, the latest step first.</summary>
    private void CompensateNext(WorkflowRun run)
    {
        if (ledger.StepsOf(run.Id).LastOrDefault(IsDue) is { } next)
        {
            ledger.Proceed(next.TaskId);
        }
        else
        {
            End(run, run.Failed > 0 ? RunState.Failed : RunState.Cancelled);
        }
    }

    private void End(WorkflowRun run, RunState state)
    {
        foreach (var step in ledger.AsideOf(run.Id))
        {
            if (step is { Role: StepRole.Compensation, Outcome: StepOutcome.None } && IsWaiting(step))
            {
                ledger.Cancel(step.TaskId, StopWords.NothingToMakeUpFor);
                ledger.Put(step with { Outcome = StepOutcome.Skipped });
            }
            else if (step is { Role: StepRole.End, Outcome: StepOutcome.None } && IsWaiting(step))
            {
                ledger.Proceed(step.TaskId);
            }
        }

        run = run with { State = state, EndedAt = UnixTime.FromMicroseconds(ledger.NowUs) };
        ledger.Put(run);
        ledger.Note(EventTypes.RunEnded, run, reason: run.Reason);
    }
}

/// <summary>Whether a run was begun anew.</summary>
internal enum RetryRunStatus
{
    /// <summary>It goes on.</summary>
    Retried,

    /// <summary>It goes on already, or every step is done.</summary>
    WrongState,

    /// <summary>What was done was made up for, so there is nothing to go on from.</summary>
    Compensated,

    /// <summary>A step's deadline has passed.</summary>
    Expired,
}
