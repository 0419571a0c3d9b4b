namespace Longshore.Client;

/// <content>Changes of many tasks at once.</content>
public partial interface ILongshoreClient
{
    /// <summary>
    /// Cancels, retries or re-prioritises the tasks of a filter, one page in one transaction. A task that changes its
    /// state between the look and the change is changed if that is possible then, and counted as refused if not.
    /// </summary>
    /// <exception cref="LongshoreException">invalid_input; the filter names nothing.</exception>
    Task<BulkOutcome> ChangeTasksAsync(BulkChange change, CancellationToken ct = default);
}
