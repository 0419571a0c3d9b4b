using Longshore.Explain;
using Longshore.Storage;
using Longshore.Tasks;
using Longshore.Workflows;

namespace Longshore.Client;

/// <summary>Workflows.</summary>
internal sealed partial class LocalClient
{
    public async Task<Workflow> PutWorkflowAsync(Workflow workflow, CancellationToken ct = default)
    {
        var kept = WorkflowValidation.Checked(workflow, engine.Time.Now);
        var stored = await engine.Store.Workflows.PutWorkflowAsync(kept, ct: ct).ConfigureAwait(false);
        if (!WorkflowJson.AreSame(kept, stored))
        {
            var newest = await GetWorkflowAsync(kept.Namespace, kept.Name, null, ct).ConfigureAwait(false);
            throw new LongshoreException(
                ErrorCode.WrongState,
                $"version {kept.Version} of workflow '{kept.Name}' says something else; a version never changes, "
                + $"store this as version {newest.Version + 1}",
                "version");
        }

        engine.OnRunsChanged(RunEffects.None);
        return stored;
    }

    public async Task<Workflow> GetWorkflowAsync(
        string @namespace, string name, int? version = null, CancellationToken ct = default)
    {
        TaskValidation.Word(@namespace, "namespace");
        WorkflowValidation.Name(name, "name");
        if (await engine.Store.Workflows.GetWorkflowAsync(@namespace, name, version, ct).ConfigureAwait(false)
            is { } found)
        {
            return found;
        }

        var known = await engine.Store.Workflows.ListWorkflowsAsync(
            new WorkflowQuery { Namespace = @namespace, Limit = Limits.PageMax }, ct).ConfigureAwait(false);
        var which = version is null ? "" : $", version {version}";
        throw new LongshoreException(
            ErrorCode.NotFound,
            $"there is no workflow '{name}'{which} in namespace '{@namespace}'"
            + NearestName.Among(known.Items.Select(w => w.Name).Where(n => n != name), name),
            "name");
    }

    public async Task<Page<Workflow>> ListWorkflowsAsync(WorkflowQuery query, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        TaskValidation.Range(query.Limit, 1, Limits.PageMax, "limit");
        return await engine.Store.Workflows.ListWorkflowsAsync(query, ct).ConfigureAwait(false);
    }

    public async Task<StartedRun> StartRunAsync(RunRequest request, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var (name, version) = WorkflowValidation.Reference(request.Workflow, "workflow");
        TaskValidation.OptionalWord(request.CorrelationId, "correlation_id");
        if (request.Code is not null)
        {
            WorkflowValidation.Name(request.Code, "code");
            TaskValidation.Text(request.Code, Limits.RunCodeLengthMax, "code");
        }

        var workflow = await GetWorkflowAsync(request.Namespace, name, version, ct).ConfigureAwait(false);
        var parts = await PartsOfAsync(workflow.Namespace, workflow.Steps, ct).ConfigureAwait(false);
        var asked = request with { Code = request.Code ?? "run-" + engine.Ids.Next() };
        var plan = RunPlanner.Plan(workflow, asked, reference => parts[reference]);
        var outcome = await engine.Store.Workflows.StartRunAsync(plan, ct: ct).ConfigureAwait(false);
        switch (outcome.Status)
        {
            case StartStatus.CodeTaken:
                throw new LongshoreException(
                    ErrorCode.DuplicateCode,
                    $"'{asked.Code}' is the code of run {outcome.Run!.Id}, which was started with something else",
                    "code");
            case StartStatus.QueueFull:
                throw Full(workflow.Namespace);
        }

        engine.OnRunsChanged(outcome.Effects);
        var isNew = outcome.Status == StartStatus.Started;
        var warnings = isNew ? await WarningsAsync(plan, ct).ConfigureAwait(false) : [];
        return new StartedRun(outcome.Run!, isNew, warnings);
    }

    public async Task<WorkflowRun> GetRunAsync(long id, CancellationToken ct = default) =>
        await engine.Store.Workflows.GetRunAsync(id, ct).ConfigureAwait(false) is { IsBatch: false } run
            ? run
            : throw UnknownRun(id);

    public async Task<WorkflowRun> FindRunAsync(string @namespace, string code, CancellationToken ct = default)
    {
        TaskValidation.Word(@namespace, "namespace");
        TaskValidation.Word(code, "code");
        return await engine.Store.Workflows.FindRunAsync(@namespace, code, ct).ConfigureAwait(false) is { } id
            ? await GetRunAsync(id, ct).ConfigureAwait(false)
            : throw new LongshoreException(
                ErrorCode.NotFound, $"there is no run '{code}' in namespace '{@namespace}'", "code");
    }

    public async Task<Page<WorkflowRun>> ListRunsAsync(RunQuery query, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        TaskValidation.Range(query.Limit, 1, Limits.PageMax, "limit");
        return await engine.Store.Workflows.ListRunsAsync(query, ct).ConfigureAwait(false);
    }

    public async Task<IReadOnlyList<RunStepInfo>> ListRunStepsAsync(long id, CancellationToken ct = default)
    {
        await GetRunAsync(id, ct).ConfigureAwait(false);
        var steps = await engine.Store.Workflows.ListStepsAsync(id, ct).ConfigureAwait(false);
        return await InfosAsync(steps, ct).ConfigureAwait(false);
    }

    private async Task<IReadOnlyList<RunStepInfo>> InfosAsync(
        IReadOnlyList<RunStepRecord> steps, CancellationToken ct)
    {
        var names = steps.ToDictionary(s => s.Step.TaskId, s => s.Step.Name);
        var tasks = (await _queries.GetTasksAsync([.. names.Keys], ct).ConfigureAwait(false)).ToDictionary(t => t.Id);
        return
        [
            .. from record in steps
               let task = tasks.GetValueOrDefault(record.Step.TaskId)
               where task is not null
               select new RunStepInfo
               {
                   Name = record.Step.Name,
                   TaskId = task.Id,
                   Kind = task.Spec.Kind,
                   Role = record.Step.Role,
                   Outcome = record.Step.Outcome,
                   State = task.State,
                   DependsOn = [.. record.DependsOn.Select(before => names[before])],
                   Agent = task.Agent,
                   Attempts = task.Attempts,
                   Result = task.Result,
                   Error = task.Error,
                   EndedAt = task.EndedAt,
               },
        ];
    }

    public async Task<WorkflowRun> AddStepsAsync(
        long taskId, int epoch, IReadOnlyList<WorkflowStep> steps, CancellationToken ct = default)
    {
        var task = await GetTaskAsync(taskId, ct).ConfigureAwait(false);
        if (task.Run is not { } part)
        {
            throw new LongshoreException(ErrorCode.NotFound, $"task {taskId} is no step of a run", "id");
        }

        var run = await GetRunAsync(part.Id, ct).ConfigureAwait(false);
        var kept = WorkflowValidation.Checked(
            new Workflow
            {
                Name = run.Workflow,
                Namespace = run.Namespace,
                Version = run.Version,
                OnFailure = run.OnFailure,
                Steps = steps,
            },
            engine.Time.Now).Steps;
        var parts = await PartsOfAsync(run.Namespace, kept, ct).ConfigureAwait(false);
        var plan = RunPlanner.PlanMore(run, part.Step, kept, reference => parts[reference]);
        var change = await engine.Store.Workflows.ExtendRunAsync(taskId, epoch, plan, ct: ct).ConfigureAwait(false);
        return Done(change, run.Id, "add steps to");
    }

    public async Task<WorkflowRun> CancelRunAsync(long id, string? reason = null, CancellationToken ct = default)
    {
        TaskValidation.Text(reason, Limits.ErrorLengthMax, "reason");
        var change = await engine.Store.Workflows.CancelRunAsync(id, reason, ct: ct).ConfigureAwait(false);
        return Done(change, id, "cancel");
    }

    public async Task<WorkflowRun> RetryRunAsync(long id, CancellationToken ct = default) =>
        Done(await engine.Store.Workflows.RetryRunAsync(id, ct: ct).ConfigureAwait(false), id, "retry");

    public async Task<WorkflowRun> ResolveStepAsync(
        long id, string step, JsonText result, CancellationToken ct = default)
    {
        TaskValidation.Word(step, "step");
        var change = await engine.Store.Workflows.ResolveStepAsync(id, step, result, ct: ct).ConfigureAwait(false);
        if (change.Status == RunChangeStatus.NoSuchStep)
        {
            var steps = await ListRunStepsAsync(id, ct).ConfigureAwait(false);
            throw new LongshoreException(
                ErrorCode.NotFound,
                $"run {id} has no step '{step}'{NearestName.Among(steps.Select(s => s.Name), step)}",
                "step");
        }

        return Done(change, id, $"settle step '{step}' of");
    }

    private WorkflowRun Done(RunChange change, long id, string what)
    {
        if (change.Run is { IsBatch: true })
        {
            throw UnknownRun(id);
        }

        switch (change.Status)
        {
            case RunChangeStatus.NotFound:
                throw UnknownRun(id);
            case RunChangeStatus.Stale:
                throw new LongshoreException(
                    ErrorCode.StaleClaim, $"the step is no longer yours; you cannot {what} run {id}", "epoch");
            case RunChangeStatus.Compensated:
                throw new LongshoreException(
                    ErrorCode.WrongState,
                    $"what run {id} had done was made up for, so there is nothing to go on from; start another");
            case RunChangeStatus.TooMany:
                throw LongshoreException.Invalid(
                    "steps", $"a run has at most {Limits.WorkflowTasksMax} tasks, with its answers and compensations");
            case RunChangeStatus.Refused:
                throw new LongshoreException(
                    ErrorCode.WrongState,
                    $"run {id} is {change.Run!.State.ToWire()}; you cannot {what} it now");
        }

        engine.OnRunsChanged(change.Effects);
        return change.Run!;
    }

    /// <summary>The workflows that stand in the place of steps, and of theirs.</summary>
    private async Task<Dictionary<string, Workflow>> PartsOfAsync(
        string @namespace, IReadOnlyList<WorkflowStep> steps, CancellationToken ct)
    {
        var found = new Dictionary<string, Workflow>(StringComparer.Ordinal);
        var open = new Queue<string>(steps.Select(step => step.Workflow).OfType<string>());
        while (open.TryDequeue(out var reference))
        {
            if (!found.ContainsKey(reference))
            {
                var (name, version) = WorkflowValidation.Reference(reference, "workflow");
                var part = await GetWorkflowAsync(@namespace, name, version, ct).ConfigureAwait(false);
                found.Add(reference, part);
                part.Steps.Select(step => step.Workflow).OfType<string>().ToList().ForEach(open.Enqueue);
            }
        }

        return found;
    }

    /// <summary>Steps that need more agents than could ever do them.</summary>
    private async Task<IReadOnlyList<string>> WarningsAsync(NewRun plan, CancellationToken ct)
    {
        var wanted = plan.Steps.Where(step => step.Role == StepRole.Step && step.Terms.Overlap is not null).ToList();
        if (wanted.Count == 0)
        {
            return [];
        }

        var crowd = await new Crowd(engine.Store).ReadAsync(engine.Time.Now, ct).ConfigureAwait(false);
        return
        [
            .. from step in wanted
               let able = crowd.Where(c => TaskExplainer.CanEver(step.Task, c))
                   .Select(c => c.Agent.Profile.Principal ?? c.Agent.Name).Distinct(StringComparer.Ordinal).Count()
               where able < step.Terms.Overlap!.Answers
               select $"step {step.Name} asks for {step.Terms.Overlap!.Answers} answers, and {able} registered "
                   + "agents could ever give one",
        ];
    }

    private static LongshoreException UnknownRun(long id) =>
        new(ErrorCode.NotFound, $"there is no run {id}", "id");
}
