using Longshore.Storage;
using Longshore.Tasks;
using Longshore.Workflows;

namespace Longshore.Sqlite;

/// <content>Workflows and their runs.</content>
public sealed partial class SqliteStore
{
    /// <inheritdoc/>
    public ValueTask<Workflow> PutWorkflowAsync(
        Workflow workflow, long? nowUs = null, CancellationToken ct = default) =>
        WriteAsync(nowUs, now => _verbs.Runs.Put(workflow, now));

    /// <inheritdoc/>
    public ValueTask<Workflow?> GetWorkflowAsync(
        string @namespace, string name, int? version = null, CancellationToken ct = default) =>
        _readers.RunAsync(reader => reader.Runs.Workflow(@namespace, name, version), ct);

    /// <inheritdoc/>
    public ValueTask<Page<Workflow>> ListWorkflowsAsync(WorkflowQuery query, CancellationToken ct = default) =>
        _readers.RunAsync(reader => reader.Runs.Workflows(query), ct);

    /// <inheritdoc/>
    ValueTask<StartOutcome> IWorkflowStore.StartRunAsync(NewRun run, long? nowUs, CancellationToken ct) =>
        WriteAsync(nowUs, now => _verbs.Runs.Start(run, now));

    /// <inheritdoc/>
    ValueTask<RunChange> IWorkflowStore.ExtendRunAsync(
        long taskId, int epoch, IReadOnlyList<NewStep> steps, long? nowUs, CancellationToken ct) =>
        WriteAsync(nowUs, now => _verbs.Runs.Extend(taskId, epoch, steps, now));

    /// <inheritdoc/>
    ValueTask<RunChange> IWorkflowStore.AddMembersAsync(NewMembers members, long? nowUs, CancellationToken ct) =>
        WriteAsync(nowUs, now => _verbs.Runs.Add(members, now));

    /// <inheritdoc/>
    public ValueTask<Page<RunStep>> ListMembersAsync(BatchTaskQuery query, CancellationToken ct = default) =>
        _readers.RunAsync(reader => reader.Runs.Members(query), ct);

    /// <inheritdoc/>
    public ValueTask<RunChange> CancelRunAsync(
        long runId, string? reason, long? nowUs = null, CancellationToken ct = default) =>
        WriteAsync(nowUs, now => _verbs.Runs.Cancel(runId, reason, now));

    /// <inheritdoc/>
    public ValueTask<RunChange> RetryRunAsync(long runId, long? nowUs = null, CancellationToken ct = default) =>
        WriteAsync(nowUs, now => _verbs.Runs.Retry(runId, now));

    /// <inheritdoc/>
    public ValueTask<RunChange> ResolveStepAsync(
        long runId, string step, JsonText result, long? nowUs = null, CancellationToken ct = default) =>
        WriteAsync(nowUs, now => _verbs.Runs.Resolve(runId, step, result, now));

    /// <inheritdoc/>
    public ValueTask<WorkflowRun?> GetRunAsync(long id, CancellationToken ct = default) =>
        _readers.RunAsync(reader => reader.Runs.Run(id), ct);

    /// <inheritdoc/>
    public ValueTask<long?> FindRunAsync(string @namespace, string code, CancellationToken ct = default) =>
        _readers.RunAsync(reader => reader.Runs.Find(@namespace, code), ct);

    /// <inheritdoc/>
    public ValueTask<Page<WorkflowRun>> ListRunsAsync(RunQuery query, CancellationToken ct = default) =>
        _readers.RunAsync(reader => reader.Runs.Runs(query), ct);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<RunStepRecord>> ListStepsAsync(long runId, CancellationToken ct = default) =>
        _readers.RunAsync(reader => reader.Runs.Steps(runId), ct);

    /// <inheritdoc/>
    public ValueTask<PruneOutcome> PruneRunsAsync(PrunePlan plan, int limit, CancellationToken ct = default) =>
        WriteAsync(null, _ => _verbs.Runs.Prune(plan, limit));
}
