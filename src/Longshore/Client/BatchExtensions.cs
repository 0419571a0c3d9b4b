using Longshore.Tasks;
using Longshore.Workflows;

namespace Longshore.Client;

/// <summary>Batches of any size.</summary>
public static class BatchExtensions
{
    private const int TasksAtOnce = 1000;

    /// <summary>
    /// Starts a batch with any number of tasks. Up to 1,000 are one transaction; more are added 1,000 at a time while
    /// the batch is open, and can be worked on meanwhile. When it stops half way, calling it again with the same code
    /// and tasks goes on from there.
    /// </summary>
    /// <param name="client">Where to.</param>
    /// <param name="batch">What is said of the batch; its own list of tasks is left empty.</param>
    /// <param name="tasks">The tasks.</param>
    /// <param name="ct">Ends the call; what was added stays.</param>
    /// <exception cref="LongshoreException">
    /// invalid_input; duplicate_code: the code names another batch or run; queue_full; unavailable.
    /// </exception>
    public static async Task<StartedBatch> SubmitBatchAsync(
        this ILongshoreClient client, NewBatch batch, IEnumerable<NewTask> tasks, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(batch);
        using var parts = tasks.Chunk(TasksAtOnce).GetEnumerator();
        var part = parts.MoveNext() ? parts.Current : [];
        var isMore = parts.MoveNext();
        if (!isMore)
        {
            return await client.StartBatchAsync(batch with { Tasks = part, IsOpen = false }, ct).ConfigureAwait(false);
        }

        var started = await client.StartBatchAsync(batch with { Tasks = [], IsOpen = true }, ct).ConfigureAwait(false);
        var stored = started.Batch;
        for (var at = 0; stored.State == BatchState.Open; at += TasksAtOnce)
        {
            stored = await client.AddToBatchAsync(stored.Id, part, at, close: !isMore, ct).ConfigureAwait(false);
            if (isMore)
            {
                part = parts.Current;
                isMore = parts.MoveNext();
            }
        }

        return started with { Batch = stored };
    }

    /// <summary>Says that nothing more will be added to a batch; saying it again changes nothing.</summary>
    /// <exception cref="LongshoreException">not_found.</exception>
    public static Task<Batch> CloseBatchAsync(this ILongshoreClient client, long id, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(client);
        return client.AddToBatchAsync(id, [], close: true, ct: ct);
    }
}
