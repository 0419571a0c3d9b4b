using Longshore.Client;
using Longshore.Tasks;
using Longshore.Workflows;

namespace Longshore.Hosting;

/// <summary>
/// A batch of tasks for typed handlers: <c>client.NewBatch("import-7").Add&lt;Import, Row&gt;(row).OnDone&lt;Report,
/// ReportRequest&gt;(request).SubmitAsync(ct)</c>.
/// </summary>
public sealed class BatchBuilder
{
    private readonly ILongshoreClient _client;
    private readonly List<NewTask> _tasks = [];
    private NewBatch _batch;

    internal BatchBuilder(ILongshoreClient client, NewBatch batch) => (_client, _batch) = (client, batch);

    /// <summary>Adds a task for a handler.</summary>
    /// <typeparam name="THandler">The handler; it need not run in this process.</typeparam>
    /// <typeparam name="TPayload">What it takes.</typeparam>
    /// <param name="payload">The input.</param>
    /// <param name="with">Changes the task.</param>
    /// <exception cref="LongshoreException">invalid_input: the payload.</exception>
    public BatchBuilder Add<THandler, TPayload>(TPayload payload, Func<NewTask, NewTask>? with = null)
        where THandler : TaskHandler<TPayload>
    {
        _tasks.Add(EnqueueExtensions.TaskFor<THandler, TPayload>(payload, with));
        return this;
    }

    /// <summary>
    /// Enqueued once, when every task has ended, however it did. The payload has a property <c>Batch</c>, a
    /// <see cref="BatchOutcome"/> or null, which is filled then.
    /// </summary>
    /// <typeparam name="THandler">The handler.</typeparam>
    /// <typeparam name="TPayload">What it takes.</typeparam>
    /// <param name="payload">The input.</param>
    /// <param name="with">Changes the task.</param>
    /// <exception cref="LongshoreException">invalid_input: the payload.</exception>
    public BatchBuilder OnEnd<THandler, TPayload>(TPayload payload, Func<NewTask, NewTask>? with = null)
        where THandler : TaskHandler<TPayload>
    {
        _batch = _batch with { OnEnd = EnqueueExtensions.TaskFor<THandler, TPayload>(payload, with, Filled) };
        return this;
    }

    /// <summary>The same, but only when every task was done.</summary>
    /// <typeparam name="THandler">The handler.</typeparam>
    /// <typeparam name="TPayload">What it takes.</typeparam>
    /// <param name="payload">The input.</param>
    /// <param name="with">Changes the task.</param>
    /// <exception cref="LongshoreException">invalid_input: the payload.</exception>
    public BatchBuilder OnDone<THandler, TPayload>(TPayload payload, Func<NewTask, NewTask>? with = null)
        where THandler : TaskHandler<TPayload>
    {
        _batch = _batch with { OnDone = EnqueueExtensions.TaskFor<THandler, TPayload>(payload, with, Filled) };
        return this;
    }

    /// <summary>Starts the batch.</summary>
    /// <exception cref="LongshoreException">
    /// invalid_input; duplicate_code: the code names another batch or run; queue_full; unavailable.
    /// </exception>
    public Task<StartedBatch> SubmitAsync(CancellationToken ct = default) =>
        _client.SubmitBatchAsync(_batch, _tasks, ct);

    private static JsonText Filled(JsonText payload) =>
        BatchTerms.Fill(payload, new BatchOutcome(1, "batch", 0, 0, 0, 0));
}
