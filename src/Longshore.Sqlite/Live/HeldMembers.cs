namespace Longshore.Sqlite.Live;

/// <summary>
/// Of which batches tasks are that were granted, so that their ends need not ask. What is missing is looked up. Only
/// touched by the writer.
/// </summary>
internal sealed class HeldMembers
{
    private readonly Dictionary<long, long> _batchOf = [];

    public void Add(long taskId, long batchId) => _batchOf[taskId] = batchId;

    /// <summary>Its batch, if that is known; it is forgotten.</summary>
    public long? Take(long taskId) => _batchOf.Remove(taskId, out var batchId) ? batchId : null;

    /// <summary>Ids that a failed transaction gave may be given to others.</summary>
    public void Clear() => _batchOf.Clear();
}
