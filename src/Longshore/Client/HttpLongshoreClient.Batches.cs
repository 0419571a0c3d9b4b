using Longshore.Client.Wire;
using Longshore.Storage;
using Longshore.Tasks;
using Longshore.Workflows;

namespace Longshore.Client;

/// <content>Batches.</content>
public sealed partial class HttpLongshoreClient
{
    /// <inheritdoc/>
    public async Task<StartedBatch> StartBatchAsync(NewBatch batch, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(batch);
        var started = await PostAsync<NewBatchWire, StartedBatchWire>("batches", NewBatchWire.Of(batch), ct)
            .ConfigureAwait(false);
        return new StartedBatch(started.Batch.ToBatch(), started.IsNew);
    }

    /// <inheritdoc/>
    public async Task<Batch> AddToBatchAsync(
        long id, IReadOnlyList<NewTask> tasks, int? at = null, bool close = false, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(tasks);
        var body = new MoreTasksWire { Tasks = [.. tasks.Select(NewTaskWire.Of)], At = at, Close = close };
        return (await PostAsync<MoreTasksWire, BatchWire>($"batches/{Text(id)}/tasks", body, ct)
            .ConfigureAwait(false)).ToBatch();
    }

    /// <inheritdoc/>
    public async Task<Batch> GetBatchAsync(long id, CancellationToken ct = default) =>
        (await GetAsync<BatchWire>($"batches/{Text(id)}", ct).ConfigureAwait(false)).ToBatch();

    /// <inheritdoc/>
    public async Task<Batch> FindBatchAsync(string @namespace, string code, CancellationToken ct = default)
    {
        TaskValidation.Word(code, "code");
        var path = "batches/by-code" + Query(("namespace", @namespace), ("code", code));
        return (await GetAsync<BatchWire>(path, ct).ConfigureAwait(false)).ToBatch();
    }

    /// <inheritdoc/>
    public Task<Page<Batch>> ListBatchesAsync(BatchQuery query, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        var path = "batches" + Query(
            ("namespace", query.Namespace), ("ended", query.Ended is { } ended ? (ended ? "true" : "false") : null),
            ("after", query.After), ("limit", Text(query.Limit)));
        return PageAsync<BatchWire, Batch>(path, b => b.ToBatch(), ct);
    }

    /// <inheritdoc/>
    public Task<Page<RunStepInfo>> ListBatchTasksAsync(BatchTaskQuery query, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        var path = $"batches/{Text(query.Id)}/tasks" + Query(
            ("callbacks", query.Callbacks ? "true" : null), ("outcome", query.Outcome?.ToWire()),
            ("after", query.After), ("limit", Text(query.Limit)));
        return PageAsync<RunStepWire, RunStepInfo>(path, step => step.ToStep(), ct);
    }

    /// <inheritdoc/>
    public async Task<Batch> CancelBatchAsync(long id, string? reason = null, CancellationToken ct = default) =>
        (await PostAsync<ReasonWire, BatchWire>($"batches/{Text(id)}/cancel", new ReasonWire { Reason = reason }, ct)
            .ConfigureAwait(false)).ToBatch();

    /// <inheritdoc/>
    public async Task<Batch> RetryBatchAsync(long id, CancellationToken ct = default) =>
        (await PostAsync<object, BatchWire>($"batches/{Text(id)}/retry", new object(), ct).ConfigureAwait(false))
            .ToBatch();
}
