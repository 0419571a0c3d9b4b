using Longshore.Postgres.Verbs;
using Longshore.Storage;
using Longshore.Tasks;
using Longshore.Workflows;

namespace Longshore.Postgres;

/// <content>Workflows and their runs.</content>
public sealed partial class PostgresStore
{
    /// <inheritdoc/>
    public ValueTask<Workflow> PutWorkflowAsync(
        Workflow workflow, long? nowUs = null, CancellationToken ct = default) =>
        _runs.PutAsync(workflow, _database.Instant(nowUs), ct);

    /// <inheritdoc/>
    public ValueTask<Workflow?> GetWorkflowAsync(
        string @namespace, string name, int? version = null, CancellationToken ct = default) =>
        _runReader.WorkflowAsync(@namespace, name, version, ct);

    /// <inheritdoc/>
    public ValueTask<Page<Workflow>> ListWorkflowsAsync(WorkflowQuery query, CancellationToken ct = default) =>
        _runReader.WorkflowsAsync(query, ct);

    /// <inheritdoc/>
    ValueTask<StartOutcome> IWorkflowStore.StartRunAsync(NewRun run, long? nowUs, CancellationToken ct)
    {
        _catalog.Lows.BecameReady(long.MinValue);
        return run.Batch == BatchStage.None
            ? _starts.StartAsync(run, _database.Instant(nowUs), ct)
            : _batches.StartAsync(run, _database.Instant(nowUs), ct);
    }

    /// <inheritdoc/>
    ValueTask<RunChange> IWorkflowStore.ExtendRunAsync(
        long taskId, int epoch, IReadOnlyList<NewStep> steps, long? nowUs, CancellationToken ct)
    {
        _catalog.Lows.BecameReady(long.MinValue);
        return _runs.ExtendAsync(taskId, epoch, steps, _database.Instant(nowUs), ct);
    }

    /// <inheritdoc/>
    ValueTask<RunChange> IWorkflowStore.AddMembersAsync(NewMembers members, long? nowUs, CancellationToken ct)
    {
        _catalog.Lows.BecameReady(long.MinValue);
        return _batches.AddAsync(members, _database.Instant(nowUs), ct);
    }

    /// <inheritdoc/>
    public ValueTask<Page<RunStep>> ListMembersAsync(BatchTaskQuery query, CancellationToken ct = default) =>
        _runReader.MembersAsync(query, ct);

    /// <inheritdoc/>
    public ValueTask<RunChange> CancelRunAsync(
        long runId, string? reason, long? nowUs = null, CancellationToken ct = default) => ChangeRunAsync(
        runId,
        ledger => new RunAdvance(ledger).Cancel(runId, reason) ? RunChangeStatus.Changed : RunChangeStatus.Refused,
        nowUs,
        ct);

    /// <inheritdoc/>
    public ValueTask<RunChange> RetryRunAsync(long runId, long? nowUs = null, CancellationToken ct = default) =>
        ChangeRunAsync(runId, ledger => new RunAdvance(ledger).Retry(runId).ToStatus(), nowUs, ct);

    /// <inheritdoc/>
    public ValueTask<RunChange> ResolveStepAsync(
        long runId, string step, JsonText result, long? nowUs = null, CancellationToken ct = default) =>
        ChangeRunAsync(
            runId,
            ledger => ledger.StepsOf(runId).FirstOrDefault(s => s.Name == step) is not { } found
                ? RunChangeStatus.NoSuchStep
                : new RunAdvance(ledger).Resolve(found, result) ? RunChangeStatus.Changed : RunChangeStatus.Refused,
            nowUs,
            ct);

    /// <inheritdoc/>
    public ValueTask<WorkflowRun?> GetRunAsync(long id, CancellationToken ct = default) =>
        _runReader.RunAsync(id, ct);

    /// <inheritdoc/>
    public ValueTask<long?> FindRunAsync(string @namespace, string code, CancellationToken ct = default) =>
        _runReader.FindAsync(@namespace, code, ct);

    /// <inheritdoc/>
    public ValueTask<Page<WorkflowRun>> ListRunsAsync(RunQuery query, CancellationToken ct = default) =>
        _runReader.RunsAsync(query, ct);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<RunStepRecord>> ListStepsAsync(long runId, CancellationToken ct = default) =>
        _runReader.StepsAsync(runId, ct);

    /// <inheritdoc/>
    public ValueTask<PruneOutcome> PruneRunsAsync(PrunePlan plan, int limit, CancellationToken ct = default) =>
        _upkeep.PruneRunsAsync(plan, limit, ct);

    private ValueTask<RunChange> ChangeRunAsync(
        long runId, Func<RunLedger, RunChangeStatus> change, long? nowUs, CancellationToken ct)
    {
        _catalog.Lows.BecameReady(long.MinValue);
        return _runs.ChangeAsync(runId, change, _database.Instant(nowUs), ct);
    }
}
