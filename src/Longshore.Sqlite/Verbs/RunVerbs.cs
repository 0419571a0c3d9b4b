using System.Text.Json;
using Longshore.Events;
using Longshore.Matching;
using Longshore.Sqlite.Interop;
using Longshore.Sqlite.Live;
using Longshore.Sqlite.Reading;
using Longshore.Storage;
using Longshore.Storage.Sql;
using Longshore.Tasks;
using Longshore.Workflows;

namespace Longshore.Sqlite.Verbs;

/// <summary>Stores workflows, starts runs, and moves them on when their steps end.</summary>
internal sealed class RunVerbs(
    Connection connection, SqlCatalog sql, RunReader rows, LiveIndex live, Stages stages, HeldMembers held,
    Inserter inserter, RunLedger ledger, Pruner pruner, EventLog events)
{
    private readonly Statement _stored = connection.Prepare(sql["workflow_stored"]);
    private readonly Statement _addWorkflow = connection.Prepare(sql["workflow_add"]);
    private readonly Statement _addRun = connection.Prepare(sql["run_add"]);
    private readonly Statement _addStep = connection.Prepare(sql["run_step_add"]);
    private readonly Statement _nextGroup = connection.Prepare(sql["runs_next_group"]);
    private readonly Statement _over = connection.Prepare(sql["runs_over"]);
    private readonly Statement _isLive = connection.Prepare(sql["run_is_live"]);
    private readonly Statement _membersDone = connection.Prepare(sql["members_done"]);
    private readonly Statement _isLiveBatch = connection.Prepare(sql["batch_is_live"]);
    private readonly Statement _firstOfBatch = connection.Prepare(sql["batch_tasks_first"]);
    private readonly Statement _deleteStep = connection.Prepare(sql["run_step_delete"]);
    private readonly Statement _deleteDependencies = connection.Prepare(sql["run_delete_dependencies"]);
    private readonly Statement _deleteSteps = connection.Prepare(sql["run_delete_steps"]);
    private readonly Statement _delete = connection.Prepare(sql["run_delete"]);

    public Workflow Put(Workflow workflow, long nowUs)
    {
        _stored.Bind(workflow.Namespace).Bind(workflow.Name).Bind(workflow.Version);
        if (_stored.One(row => WorkflowJson.Read(row.Bytes(0))) is { } stored)
        {
            return stored;
        }

        _addWorkflow.Bind(workflow.Namespace).Bind(workflow.Name).Bind(workflow.Version)
            .BindText(WorkflowJson.Write(workflow)).Bind(nowUs).Run();
        var payload = EventPayloads.Workflow(workflow.Namespace, workflow.Name, workflow.Version);
        events.AddSingle(new NewEvent(EventTypes.WorkflowStored, ActorType.Human, "api", Payload: payload), nowUs);
        return workflow;
    }

    public StartOutcome Start(NewRun run, long nowUs)
    {
        ledger.At(nowUs);
        if (rows.Find(run.Namespace, run.Code) is { } id)
        {
            var holder = ledger.GetRun(id);
            var status = run.IsSame(holder) ? StartStatus.Existing : StartStatus.CodeTaken;
            return new StartOutcome(status, holder, RunEffects.None);
        }

        if (live.Pending.Of(run.Namespace) >= live.Rules.Of(run.Namespace).MaxPending)
        {
            return new StartOutcome(StartStatus.QueueFull, null, RunEffects.None);
        }

        var begun = run.Begun(0, UnixTime.FromMicroseconds(nowUs));
        _addRun.Bind(run.Namespace).Bind(run.Code).Bind(run.Workflow).Bind(run.Version).BindText(run.Input.Utf8)
            .Bind((long)run.OnFailure).Bind(begun.Steps).Bind(run.CorrelationId).Bind(nowUs).Bind(begun.Open)
            .Bind((long)run.Batch).Read();
        begun = begun with { Id = _addRun.Long(0) };
        _addRun.Run();
        ledger.Put(begun);
        ledger.Note(begun.IsBatch ? EventTypes.BatchStarted : EventTypes.RunStarted, begun);
        var steps = AddSteps(begun.Id, 0, run.Steps, nowUs);
        new RunAdvance(ledger).Begin(steps);
        AddMembers(begun.Id, 0, steps.Count, run.Members, nowUs);
        return new StartOutcome(StartStatus.Started, ledger.GetRun(begun.Id), ledger.Close());
    }

    public RunChange Extend(long taskId, int epoch, IReadOnlyList<NewStep> steps, long nowUs)
    {
        ledger.At(nowUs);
        if (ledger.FindStep(taskId) is not { } under)
        {
            return RunChange.Not(RunChangeStatus.NotFound);
        }

        var advance = new RunAdvance(ledger);
        if (RunExtension.Refuse(ledger, under, stages.Held(taskId, epoch, nowUs) is not null, steps) is { } refusal)
        {
            return refusal;
        }

        var run = ledger.GetRun(under.RunId);
        var added = AddSteps(run.Id, ledger.StepsOf(run.Id).Count, steps, nowUs);
        ledger.Note(EventTypes.RunExtended, run, under);
        advance.Join(under, added);
        advance.Begin(added);
        return new RunChange(RunChangeStatus.Changed, ledger.GetRun(run.Id), ledger.Close());
    }

    /// <summary>Adds tasks to a batch, or closes it, or both.</summary>
    public RunChange Add(NewMembers members, long nowUs)
    {
        ledger.At(nowUs);
        var batch = ledger.FindRun(members.RunId);
        if (members.Refusal(batch) is { } refusal)
        {
            return RunChange.Not(refusal, batch);
        }

        var advance = new BatchAdvance(ledger);
        if (!members.AreIn(batch!))
        {
            if (live.Pending.Of(batch!.Namespace) >= live.Rules.Of(batch.Namespace).MaxPending)
            {
                return RunChange.Not(RunChangeStatus.QueueFull, batch);
            }

            AddMembers(batch.Id, batch.Steps, ledger.AsideOf(batch.Id).Count, members.Tasks, nowUs);
            advance.Added(batch, members.Tasks.Count);
        }

        if (members.Close)
        {
            advance.Close(members.RunId);
            stages.EndedSteps.Clear();
        }

        return new RunChange(RunChangeStatus.Changed, ledger.GetRun(members.RunId), ledger.Close());
    }

    /// <summary>Retries a task; the batch that it belongs to goes on.</summary>
    public ChangeOutcome RetryTask(Changer changer, long id, long nowUs)
    {
        ledger.At(nowUs);
        var step = stages.Find(id) is { State: var state, Place.Flags: var flags }
            && state.IsTerminal() && (flags & PlaceFlags.InRun) != 0
            && ledger.FindStep(id) is { } found && ledger.GetRun(found.RunId).IsBatch ? found : null;
        var outcome = changer.Retry(id, step is not null, nowUs);
        if (step is not null && outcome.Status == ChangeStatus.Changed)
        {
            new BatchAdvance(ledger).Again(step);
        }

        ledger.Close();
        return outcome;
    }

    public RunChange Cancel(long runId, string? reason, long nowUs) => Change(
        runId, nowUs, advance => advance.Cancel(runId, reason) ? RunChangeStatus.Changed : RunChangeStatus.Refused);

    public RunChange Retry(long runId, long nowUs) =>
        Change(runId, nowUs, advance => advance.Retry(runId).ToStatus());

    public RunChange Resolve(long runId, string name, JsonText result, long nowUs) => Change(runId, nowUs, advance =>
        ledger.StepsOf(runId).FirstOrDefault(step => step.Name == name) is not { } found ? RunChangeStatus.NoSuchStep
        : advance.Resolve(found, result) ? RunChangeStatus.Changed
        : RunChangeStatus.Refused);

    /// <summary>What the ends of steps since the last call lead to.</summary>
    public RunEffects Advance(long nowUs)
    {
        if (stages.EndedSteps.Count == 0)
        {
            return RunEffects.None;
        }

        var (ended, done) = (new List<(long, TaskState)>(), new Dictionary<long, List<long>>());
        foreach (var (id, state) in stages.EndedSteps)
        {
            if (held.Take(id) is { } batch && state == TaskState.Done)
            {
                (done.TryGetValue(batch, out var ids) ? ids : done[batch] = []).Add(id);
            }
            else
            {
                ended.Add((id, state));
            }
        }

        new RunAdvance(ledger.At(nowUs)).Ended(ended);
        foreach (var (batch, ids) in done)
        {
            _membersDone.BindText(JsonSerializer.SerializeToUtf8Bytes(ids)).Run();
            new BatchAdvance(ledger).Done(ledger.GetRun(batch), ids.Count);
        }

        stages.EndedSteps.Clear();
        return ledger.Close();
    }

    /// <summary>Forgets what a failed transaction noted.</summary>
    public void Discard()
    {
        stages.EndedSteps.Clear();
        held.Clear();
        ledger.At(0);
    }

    /// <summary>What was lost, and what that did to runs.</summary>
    public IReadOnlyList<LostClaim> WithRuns(IReadOnlyList<LostClaim> lost, long nowUs) =>
        stages.EndedSteps.Count == 0 ? lost : [.. lost, .. Advance(nowUs).AsLost()];

    /// <summary>Removes runs that ended long ago; answers how many tasks went with them.</summary>
    public PruneOutcome Prune(PrunePlan plan, int limit)
    {
        var count = 0;
        (string Namespace, int State)? group = ("", -1);
        while (count < limit && (group = Next(group.Value)) is { } ended)
        {
            var beforeUs = plan.BeforeUs(ended.Namespace, null, ((RunState)ended.State).Ended());
            count += Prune(ended, beforeUs, limit - count);
        }

        return new PruneOutcome(count, count >= limit);
    }

    private (string Namespace, int State)? Next((string Namespace, int State) group)
    {
        _nextGroup.Bind(group.Namespace).Bind(group.State);
        (string, int)? next = _nextGroup.Read() ? (_nextGroup.Text(0)!, _nextGroup.Int(1)) : null;
        _nextGroup.Reset();
        return next;
    }

    private int Prune((string Namespace, int State) group, long beforeUs, int limit)
    {
        var count = 0;
        foreach (var runId in _over.Bind(group.Namespace).Bind(group.State).Bind(beforeUs).Bind(limit).ReadIds())
        {
            var isBatch = rows.Run(runId)!.IsBatch;
            var look = isBatch ? _isLiveBatch : _isLive;
            var isLive = look.Bind(runId).Read();
            look.Reset();
            if (count < limit && !isLive)
            {
                count += isBatch ? PruneBatch(runId, limit - count) : PruneRun(runId);
            }
        }

        return count;
    }

    private int PruneRun(long runId)
    {
        var tasks = rows.StepsOf(runId);
        pruner.Remove(tasks.ConvertAll(step => step.TaskId));
        _deleteDependencies.Bind(runId).Run();
        _deleteSteps.Bind(runId).Run();
        _delete.Bind(runId).Run();
        return tasks.Count;
    }

    // Everything at once would keep everybody else waiting.
    private int PruneBatch(long batchId, int limit)
    {
        var tasks = _firstOfBatch.Bind(batchId).Bind(limit).ReadIds();
        pruner.Remove(tasks);
        foreach (var id in tasks)
        {
            _deleteStep.Bind(id).Run();
        }

        if (tasks.Count < limit)
        {
            _delete.Bind(batchId).Run();
        }

        return tasks.Count;
    }

    private RunChange Change(long runId, long nowUs, Func<RunAdvance, RunChangeStatus> change)
    {
        ledger.At(nowUs);
        if (ledger.FindRun(runId) is null)
        {
            return RunChange.Not(RunChangeStatus.NotFound);
        }

        var status = change(new RunAdvance(ledger));
        stages.EndedSteps.Clear();
        var run = ledger.GetRun(runId);
        return new RunChange(status, run, ledger.Close());
    }

    private List<RunStep> AddSteps(long runId, int from, IReadOnlyList<NewStep> steps, long nowUs)
    {
        var added = new List<RunStep>(steps.Count);
        foreach (var step in steps)
        {
            var id = inserter.AddWaiting(step.Task, nowUs);
            var stored = step.ToStep(id, runId, from + added.Count, added);
            added.Add(stored);
            _addStep.Bind(id).Bind(runId).Bind(stored.Place).Bind(step.Name).Bind((long)step.Role).Bind(stored.Open)
                .Bind(stored.Of).BindText(step.Terms.Write()).Run();
            foreach (var place in step.DependsOn)
            {
                ledger.AddDependency(id, added[place].TaskId);
            }
        }

        return added;
    }

    private void AddMembers(long batchId, int before, int aside, IReadOnlyList<NewTask> tasks, long nowUs)
    {
        var place = before + aside;
        foreach (var step in NewMembers.Steps(before, tasks))
        {
            var id = inserter.AddMember(step.Task, nowUs);
            _addStep.Bind(id).Bind(batchId).Bind(place++).Bind(step.Name).Bind((long)step.Role).Bind(0)
                .Bind((long?)null).BindText(default).Run();
        }
    }
}
