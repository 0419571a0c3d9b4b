using Longshore.Storage;
using Longshore.Tasks;
using Longshore.Telemetry;
using Longshore.Workflows;

namespace Longshore.Client;

/// <content>Batches.</content>
internal sealed partial class LocalClient
{
    // Small enough that whoever else wants the store is not kept waiting.
    private const int ChangedAtOnce = 500;

    public async Task<StartedBatch> StartBatchAsync(NewBatch batch, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(batch);
        var code = batch.Code ?? "batch-" + engine.Ids.Next();
        var plan = BatchPlanner.Plan(batch, code, engine.Time.Now);
        await RefuseUnroutableAsync([.. plan.Members], ct).ConfigureAwait(false);
        var outcome = await engine.Store.Workflows
            .StartRunAsync(plan with { Members = Stamped(plan.Members) }, ct: ct).ConfigureAwait(false);
        switch (outcome.Status)
        {
            case StartStatus.CodeTaken:
                throw new LongshoreException(
                    ErrorCode.DuplicateCode,
                    $"'{code}' is the code of {(outcome.Run!.IsBatch ? "batch" : "run")} {outcome.Run.Id}, which was "
                    + "started with something else",
                    "code");
            case StartStatus.QueueFull:
                throw Full(plan.Namespace);
            case StartStatus.Started:
                engine.OnAdded(plan.Members);
                break;
        }

        return new StartedBatch(Batch.Of(outcome.Run!), outcome.Status == StartStatus.Started);
    }

    public async Task<Batch> AddToBatchAsync(
        long id, IReadOnlyList<NewTask> tasks, int? at = null, bool close = false, CancellationToken ct = default)
    {
        var batch = await BatchRunAsync(id, ct).ConfigureAwait(false);
        var members = BatchPlanner.Members(batch.Namespace, batch.CorrelationId, tasks, engine.Time.Now);
        await RefuseUnroutableAsync([.. members], ct).ConfigureAwait(false);
        TaskValidation.Range(at ?? 0, 0, Limits.BatchMembersMax, "at");
        var wanted = new NewMembers(id, Stamped(members)) { At = at, Close = close };
        var change = await engine.Store.Workflows.AddMembersAsync(wanted, ct: ct).ConfigureAwait(false);
        switch (change.Status)
        {
            case RunChangeStatus.NotFound:
                throw UnknownBatch(id);
            case RunChangeStatus.Closed:
                throw new LongshoreException(
                    ErrorCode.WrongState, $"batch {id} is closed; nothing can be added to it, start another");
            case RunChangeStatus.Misplaced:
                throw new LongshoreException(
                    ErrorCode.WrongState,
                    $"batch {id} has {change.Run!.Steps} tasks, not {at}; go on from there",
                    "at");
            case RunChangeStatus.TooMany:
                throw LongshoreException.Invalid("tasks", $"a batch has at most {Limits.BatchMembersMax} tasks");
            case RunChangeStatus.QueueFull:
                throw Full(batch.Namespace);
        }

        engine.OnAdded(members);
        engine.OnRunsChanged(change.Effects);
        return Batch.Of(change.Run!);
    }

    public async Task<Batch> GetBatchAsync(long id, CancellationToken ct = default) =>
        Batch.Of(await BatchRunAsync(id, ct).ConfigureAwait(false));

    public async Task<Batch> FindBatchAsync(string @namespace, string code, CancellationToken ct = default)
    {
        TaskValidation.Word(@namespace, "namespace");
        TaskValidation.Word(code, "code");
        var id = await engine.Store.Workflows.FindRunAsync(@namespace, code, ct).ConfigureAwait(false);
        var run = id is null ? null : await engine.Store.Workflows.GetRunAsync(id.Value, ct).ConfigureAwait(false);
        return run is { IsBatch: true }
            ? Batch.Of(run)
            : throw new LongshoreException(
                ErrorCode.NotFound, $"there is no batch '{code}' in namespace '{@namespace}'", "code");
    }

    public async Task<Page<Batch>> ListBatchesAsync(BatchQuery query, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        TaskValidation.Range(query.Limit, 1, Limits.PageMax, "limit");
        var page = await engine.Store.Workflows.ListRunsAsync(
            new RunQuery
            {
                Batches = true,
                Namespace = query.Namespace,
                Ended = query.Ended,
                After = query.After,
                Limit = query.Limit,
            },
            ct).ConfigureAwait(false);
        return new Page<Batch>([.. page.Items.Select(Batch.Of)], page.Next);
    }

    public async Task<Page<RunStepInfo>> ListBatchTasksAsync(BatchTaskQuery query, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        TaskValidation.Range(query.Limit, 1, Limits.PageMax, "limit");
        await BatchRunAsync(query.Id, ct).ConfigureAwait(false);
        var page = await engine.Store.Workflows.ListMembersAsync(query, ct).ConfigureAwait(false);
        var infos = await InfosAsync([.. page.Items.Select(step => new RunStepRecord(step, []))], ct)
            .ConfigureAwait(false);
        return new Page<RunStepInfo>(infos, page.Next);
    }

    public async Task<Batch> CancelBatchAsync(long id, string? reason = null, CancellationToken ct = default)
    {
        TaskValidation.Text(reason, Limits.ErrorLengthMax, "reason");
        var batch = await GetBatchAsync(id, ct).ConfigureAwait(false);
        if (batch.EndedAt is not null)
        {
            throw new LongshoreException(ErrorCode.WrongState, $"batch {id} has ended; you cannot cancel it now");
        }

        await AddToBatchAsync(id, [], close: true, ct: ct).ConfigureAwait(false);
        await ChangeMembersAsync(id, StepOutcome.None, BulkAction.Cancel, reason, ct).ConfigureAwait(false);
        return await GetBatchAsync(id, ct).ConfigureAwait(false);
    }

    public async Task<Batch> RetryBatchAsync(long id, CancellationToken ct = default)
    {
        await BatchRunAsync(id, ct).ConfigureAwait(false);
        var changed =
            await ChangeMembersAsync(id, StepOutcome.Failed, BulkAction.Retry, null, ct).ConfigureAwait(false)
            + await ChangeMembersAsync(id, StepOutcome.Cancelled, BulkAction.Retry, null, ct).ConfigureAwait(false);
        var batch = await GetBatchAsync(id, ct).ConfigureAwait(false);
        return changed > 0
            ? batch
            : throw new LongshoreException(
                ErrorCode.WrongState, $"in batch {id} there is nothing to be done again: it is {batch.State.ToWire()}");
    }

    /// <summary>Changes the tasks of a batch that stand so, in parts; answers how many were.</summary>
    private async Task<int> ChangeMembersAsync(
        long id, StepOutcome outcome, BulkAction action, string? reason, CancellationToken ct)
    {
        var changed = 0;
        var query = new BatchTaskQuery(id) { Outcome = outcome, Limit = ChangedAtOnce };
        do
        {
            var page = await engine.Store.Workflows.ListMembersAsync(query, ct).ConfigureAwait(false);
            if (page.Items.Count > 0)
            {
                long[] ids = [.. page.Items.Select(step => step.TaskId)];
                var outcomes = await ApplyAsync(action, ids, null, reason, ct).ConfigureAwait(false);
                changed += outcomes.Count(o => o.Status == ChangeStatus.Changed);
            }

            query = query with { After = page.Next };
        }
        while (query.After is not null);
        return changed;
    }

    private async Task<WorkflowRun> BatchRunAsync(long id, CancellationToken ct) =>
        await engine.Store.Workflows.GetRunAsync(id, ct).ConfigureAwait(false) is { IsBatch: true } run
            ? run
            : throw UnknownBatch(id);

    private static IReadOnlyList<NewTask> Stamped(IReadOnlyList<NewTask> tasks) =>
        TraceContext.Present() is { } context ? [.. tasks.Select(context.Stamp)] : tasks;

    private static LongshoreException Full(string @namespace) => new(
        ErrorCode.QueueFull, $"in '{@namespace}' as many tasks wait as its rules allow; try again later");

    private static LongshoreException UnknownBatch(long id) =>
        new(ErrorCode.NotFound, $"there is no batch {id}", "id");
}
