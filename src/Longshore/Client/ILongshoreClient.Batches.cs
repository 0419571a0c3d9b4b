using Longshore.Storage;
using Longshore.Tasks;
using Longshore.Workflows;

namespace Longshore.Client;

/// <content>Batches: many tasks, and a callback when all have ended.</content>
public partial interface ILongshoreClient
{
    /// <summary>
    /// Starts a batch with its first tasks, in one transaction. Left open, it takes more and does not end before it is
    /// closed. <see cref="BatchExtensions.SubmitBatchAsync"/> does all of that for any number of tasks.
    /// </summary>
    /// <exception cref="LongshoreException">
    /// invalid_input; duplicate_code: the code names another batch or run; queue_full.
    /// </exception>
    Task<StartedBatch> StartBatchAsync(NewBatch batch, CancellationToken ct = default);

    /// <summary>Adds tasks to an open batch, in one transaction, or closes it, or both.</summary>
    /// <param name="id">The batch.</param>
    /// <param name="tasks">Up to 10,000; none when it is only to be closed.</param>
    /// <param name="at">
    /// How many tasks the batch has before. When it has these already, nothing is added: so a call whose answer was
    /// lost can be repeated. Null: add them in any case.
    /// </param>
    /// <param name="close">Nothing more will be added. Closing again changes nothing.</param>
    /// <param name="ct">Ends the call.</param>
    /// <exception cref="LongshoreException">
    /// not_found; invalid_input; wrong_state: it is closed, or has another number of tasks; queue_full.
    /// </exception>
    Task<Batch> AddToBatchAsync(
        long id, IReadOnlyList<NewTask> tasks, int? at = null, bool close = false, CancellationToken ct = default);

    /// <summary>A batch as it stands.</summary>
    /// <exception cref="LongshoreException">not_found.</exception>
    Task<Batch> GetBatchAsync(long id, CancellationToken ct = default);

    /// <summary>The batch of a code.</summary>
    /// <exception cref="LongshoreException">not_found.</exception>
    Task<Batch> FindBatchAsync(string @namespace, string code, CancellationToken ct = default);

    /// <summary>A page of batches, the newest first.</summary>
    /// <exception cref="LongshoreException">invalid_input.</exception>
    Task<Page<Batch>> ListBatchesAsync(BatchQuery query, CancellationToken ct = default);

    /// <summary>A page of the tasks of a batch, in the order in which they were added, or of its callbacks.</summary>
    /// <exception cref="LongshoreException">not_found; invalid_input.</exception>
    Task<Page<RunStepInfo>> ListBatchTasksAsync(BatchTaskQuery query, CancellationToken ct = default);

    /// <summary>
    /// Closes a batch and cancels what has not ended, in parts; calling it again goes on where a former call stopped.
    /// Its callback at the end is enqueued as always.
    /// </summary>
    /// <exception cref="LongshoreException">not_found; wrong_state: it has ended.</exception>
    Task<Batch> CancelBatchAsync(long id, string? reason = null, CancellationToken ct = default);

    /// <summary>
    /// Lets every task of a batch that failed or was cancelled be done again, in parts. What is expired stays so.
    /// </summary>
    /// <exception cref="LongshoreException">not_found; wrong_state: there is nothing to be done again.</exception>
    Task<Batch> RetryBatchAsync(long id, CancellationToken ct = default);
}
