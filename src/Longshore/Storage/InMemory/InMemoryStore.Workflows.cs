using Longshore.Events;
using Longshore.Tasks;
using Longshore.Workflows;

namespace Longshore.Storage.InMemory;

/// <content>Workflows and their runs.</content>
public sealed partial class InMemoryStore
{
    /// <inheritdoc/>
    public ValueTask<Workflow> PutWorkflowAsync(
        Workflow workflow, long? nowUs = null, CancellationToken ct = default) =>
        Atomically(nowUs, now =>
        {
            var key = (workflow.Namespace, workflow.Name, workflow.Version);
            if (_state.Workflows.TryGetValue(key, out var stored))
            {
                return stored;
            }

            _state.Workflows = _state.Workflows.Add(key, workflow);
            var payload = EventPayloads.Workflow(workflow.Namespace, workflow.Name, workflow.Version);
            Record(new NewEvent(EventTypes.WorkflowStored, ActorType.Human, "api", Payload: payload), now);
            return workflow;
        });

    /// <inheritdoc/>
    public ValueTask<Workflow?> GetWorkflowAsync(
        string @namespace, string name, int? version = null, CancellationToken ct = default) =>
        Atomically(null, _ => _state.Workflows.Values
            .Where(w => (w.Namespace, w.Name) == (@namespace, name) && w.Version == (version ?? w.Version))
            .MaxBy(w => w.Version));

    /// <inheritdoc/>
    public ValueTask<Page<Workflow>> ListWorkflowsAsync(WorkflowQuery query, CancellationToken ct = default) =>
        Atomically(null, _ =>
        {
            var (space, name) = Paging.AfterName(query.After);
            var found = _state.Workflows.Values
                .Where(w => query.Namespace is null || w.Namespace == query.Namespace)
                .GroupBy(w => (w.Namespace, w.Name))
                .Select(g => g.MaxBy(w => w.Version)!)
                .OrderBy(w => w.Namespace, StringComparer.Ordinal).ThenBy(w => w.Name, StringComparer.Ordinal)
                .Where(w => string.CompareOrdinal(w.Namespace, space) is var order
                    && (order > 0 || (order == 0 && string.CompareOrdinal(w.Name, name) > 0)))
                .Take(query.Limit + 1)
                .ToList();
            return Paging.PageOf(found, query.Limit, w => Paging.Mark(w.Namespace, w.Name));
        });

    /// <inheritdoc/>
    ValueTask<StartOutcome> IWorkflowStore.StartRunAsync(NewRun run, long? nowUs, CancellationToken ct) =>
        Atomically(nowUs, now =>
        {
            var holder = _state.Runs.Values.FirstOrDefault(r => (r.Namespace, r.Code) == (run.Namespace, run.Code));
            if (holder is not null)
            {
                var status = run.IsSame(holder) ? StartStatus.Existing : StartStatus.CodeTaken;
                return new StartOutcome(status, holder, RunEffects.None);
            }

            if (IsFull(run.Namespace))
            {
                return new StartOutcome(StartStatus.QueueFull, null, RunEffects.None);
            }

            var begun = run.Begun(++_state.LastRunId, UnixTime.FromMicroseconds(now));
            _state.Runs = _state.Runs.Add(begun.Id, begun);
            var ledger = new MemoryLedger(this, now);
            ledger.Note(begun.IsBatch ? EventTypes.BatchStarted : EventTypes.RunStarted, begun);
            var steps = AddSteps(begun.Id, 0, run.Steps, now);
            new RunAdvance(ledger).Begin(steps);
            AddMembers(begun.Id, 0, run.Members, now);
            return new StartOutcome(StartStatus.Started, _state.Runs[begun.Id], ledger.Effects);
        });

    /// <inheritdoc/>
    ValueTask<RunChange> IWorkflowStore.ExtendRunAsync(
        long taskId, int epoch, IReadOnlyList<NewStep> steps, long? nowUs, CancellationToken ct) =>
        Atomically(nowUs, now =>
        {
            if (_state.Find(taskId) is not { Task.Run: { } part } entry)
            {
                return RunChange.Not(RunChangeStatus.NotFound);
            }

            var under = _state.RunSteps[taskId];
            var ledger = new MemoryLedger(this, now);
            var advance = new RunAdvance(ledger);
            if (RunExtension.Refuse(ledger, under, Holds(entry, epoch, now), steps) is { } refusal)
            {
                return refusal;
            }

            var run = _state.Runs[part.Id];
            var added = AddSteps(run.Id, StepsOf(run.Id).Count, steps, now);
            ledger.Note(EventTypes.RunExtended, run, under);
            advance.Join(under, added);
            advance.Begin(added);
            return new RunChange(RunChangeStatus.Changed, _state.Runs[run.Id], ledger.Effects);
        });

    /// <inheritdoc/>
    ValueTask<RunChange> IWorkflowStore.AddMembersAsync(NewMembers members, long? nowUs, CancellationToken ct) =>
        Atomically(nowUs, now =>
        {
            var batch = _state.Runs.GetValueOrDefault(members.RunId);
            if (members.Refusal(batch) is { } refusal)
            {
                return RunChange.Not(refusal, batch);
            }

            var ledger = new MemoryLedger(this, now);
            var advance = new BatchAdvance(ledger);
            if (!members.AreIn(batch!))
            {
                if (IsFull(batch!.Namespace))
                {
                    return RunChange.Not(RunChangeStatus.QueueFull, batch);
                }

                AddMembers(batch.Id, batch.Steps, members.Tasks, now);
                advance.Added(batch, members.Tasks.Count);
            }

            if (members.Close)
            {
                advance.Close(members.RunId);
            }

            return new RunChange(RunChangeStatus.Changed, _state.Runs[members.RunId], ledger.Effects);
        });

    /// <inheritdoc/>
    public ValueTask<Page<RunStep>> ListMembersAsync(BatchTaskQuery query, CancellationToken ct = default) =>
        Atomically(null, _ =>
        {
            var after = Paging.AfterId(query.After) ?? -1;
            var found = StepsOf(query.Id)
                .Where(step => step.Place > after && query.Callbacks == (step.Role != StepRole.Step)
                    && (query.Outcome ?? step.Outcome) == step.Outcome)
                .Take(query.Limit + 1)
                .ToList();
            return Paging.PageOf(found, query.Limit, step => Paging.Mark(step.Place));
        });

    /// <inheritdoc/>
    public ValueTask<RunChange> CancelRunAsync(
        long runId, string? reason, long? nowUs = null, CancellationToken ct = default) =>
        ChangeRun(runId, nowUs, advance => advance.Cancel(runId, reason)
            ? RunChangeStatus.Changed
            : RunChangeStatus.Refused);

    /// <inheritdoc/>
    public ValueTask<RunChange> RetryRunAsync(long runId, long? nowUs = null, CancellationToken ct = default) =>
        ChangeRun(runId, nowUs, advance => advance.Retry(runId).ToStatus());

    /// <inheritdoc/>
    public ValueTask<RunChange> ResolveStepAsync(
        long runId, string step, JsonText result, long? nowUs = null, CancellationToken ct = default) =>
        ChangeRun(runId, nowUs, advance =>
            StepsOf(runId).Find(s => s.Name == step) is not { } found ? RunChangeStatus.NoSuchStep
            : advance.Resolve(found, result) ? RunChangeStatus.Changed
            : RunChangeStatus.Refused);

    /// <inheritdoc/>
    public ValueTask<WorkflowRun?> GetRunAsync(long id, CancellationToken ct = default) =>
        Atomically(null, _ => _state.Runs.GetValueOrDefault(id));

    /// <inheritdoc/>
    public ValueTask<long?> FindRunAsync(string @namespace, string code, CancellationToken ct = default) =>
        Atomically(null, _ => _state.Runs.Values
            .FirstOrDefault(r => (r.Namespace, r.Code) == (@namespace, code))?.Id);

    /// <inheritdoc/>
    public ValueTask<Page<WorkflowRun>> ListRunsAsync(RunQuery query, CancellationToken ct = default) =>
        Atomically(null, _ =>
        {
            var before = Paging.AfterId(query.After) ?? long.MaxValue;
            var found = _state.Runs.Values.Reverse()
                .Where(r => r.Id < before && r.IsBatch == query.Batches
                    && (query.Ended ?? r.EndedAt is not null) == r.EndedAt is not null
                    && (query.Namespace ?? r.Namespace) == r.Namespace
                    && (query.Workflow ?? r.Workflow) == r.Workflow && (query.State ?? r.State) == r.State)
                .Take(query.Limit + 1)
                .ToList();
            return Paging.PageOf(found, query.Limit, r => Paging.Mark(r.Id));
        });

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<RunStepRecord>> ListStepsAsync(long runId, CancellationToken ct = default) =>
        Atomically<IReadOnlyList<RunStepRecord>>(null, _ =>
        [
            .. StepsOf(runId).Select(step => new RunStepRecord(step, PredecessorsOf(step.TaskId))),
        ]);

    /// <inheritdoc/>
    public ValueTask<PruneOutcome> PruneRunsAsync(PrunePlan plan, int limit, CancellationToken ct = default) =>
        Atomically(null, _ =>
        {
            var count = 0;
            foreach (var run in _state.Runs.Values.Where(IsOver).OrderBy(r => r.EndedAt))
            {
                var steps = StepsOf(run.Id);
                if (count >= limit || steps.Exists(s => !_state.Find(s.TaskId)!.Task.State.IsTerminal()))
                {
                    continue;
                }

                var isLast = !run.IsBatch || steps.Count < limit - count;
                steps = run.IsBatch ? [.. steps.Take(limit - count)] : steps;
                foreach (var step in steps)
                {
                    Remove(_state.Find(step.TaskId)!.Task);
                    _state.RunSteps = _state.RunSteps.Remove(step.TaskId);
                }

                _state.Dependencies = _state.Dependencies
                    .Except(_state.Dependencies.Where(d => steps.Exists(s => s.TaskId == d.TaskId)));
                _state.Runs = isLast ? _state.Runs.Remove(run.Id) : _state.Runs;
                count += steps.Count;
            }

            return new PruneOutcome(count, count >= limit);

            bool IsOver(WorkflowRun run) =>
                run.EndedAt is { } ended
                && ended.ToMicroseconds() < plan.BeforeUs(run.Namespace, null, run.State.Ended());
        });

    private ValueTask<RunChange> ChangeRun(long runId, long? nowUs, Func<RunAdvance, RunChangeStatus> change) =>
        Atomically(nowUs, now =>
        {
            var ledger = new MemoryLedger(this, now);
            return _state.Runs.ContainsKey(runId)
                ? new RunChange(change(new RunAdvance(ledger)), ledger.GetRun(runId), ledger.Effects)
                : RunChange.Not(RunChangeStatus.NotFound);
        });

    private List<RunStep> AddSteps(long runId, int from, IReadOnlyList<NewStep> steps, long nowUs)
    {
        var added = new List<RunStep>();
        foreach (var step in steps)
        {
            var id = Add(step.Task, nowUs, new TaskRun(runId, step.Name, default));
            added.Add(step.ToStep(id, runId, from + added.Count, added));
            _state.RunSteps = _state.RunSteps.Add(id, added[^1]);
            _state.Dependencies = _state.Dependencies.Union(
                step.DependsOn.Select(place => (id, added[place].TaskId)));
        }

        return added;
    }

    private void AddMembers(long batchId, int before, IReadOnlyList<NewTask> tasks, long nowUs)
    {
        var place = StepsOf(batchId).Count;
        foreach (var step in NewMembers.Steps(before, tasks))
        {
            var id = Add(step.Task, nowUs, new TaskRun(batchId, step.Name, default), isMember: true);
            _state.RunSteps = _state.RunSteps.Add(id, step.ToStep(id, batchId, place++, []));
        }
    }

    private List<RunStep> StepsOf(long runId) =>
        [.. _state.RunSteps.Values.Where(step => step.RunId == runId).OrderBy(step => step.Place)];

    private List<long> PredecessorsOf(long taskId) =>
        [.. _state.Dependencies.Where(d => d.TaskId == taskId).Select(d => d.DependsOn)];

    /// <summary>What the ends of steps since the last call lead to.</summary>
    private RunEffects AdvanceRuns(long nowUs)
    {
        if (_state.EndedSteps.IsEmpty)
        {
            return RunEffects.None;
        }

        var ledger = new MemoryLedger(this, nowUs);
        var ended = _state.EndedSteps;
        _state.EndedSteps = [];
        new RunAdvance(ledger).Ended([.. ended.Select(id => (id, _state.Find(id)!.Task.State))]);
        return ledger.Effects;
    }

    /// <summary>What was lost, and what that did to runs.</summary>
    private List<LostClaim> WithRuns(IEnumerable<LostClaim> lost, long nowUs)
    {
        List<LostClaim> all = [.. lost];
        return [.. all, .. AdvanceRuns(nowUs).AsLost()];
    }

    /// <summary>A task as it is granted: a step of a run with what the steps before it handed on.</summary>
    private WorkTask WithInputs(WorkTask task) => task.Run is { } run
        ? task with { Run = run with { Inputs = InputsOf(task.Id) } }
        : task;

    /// <summary>The results of the steps before one that were done.</summary>
    private JsonText InputsOf(long taskId) => StepInputs.Of(
        from id in PredecessorsOf(taskId)
        let step = _state.RunSteps[id]
        where step.Outcome == StepOutcome.Done
        orderby step.Place
        select (step.Name, _state.Find(id)!.Task.Result));
}
