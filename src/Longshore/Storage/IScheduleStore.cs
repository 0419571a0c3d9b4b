using Longshore.Schedules;

namespace Longshore.Storage;

/// <summary>Which schedules to list, by namespace and name.</summary>
public sealed record ScheduleQuery
{
    /// <summary>Only of this namespace; null means all.</summary>
    public string? Namespace { get; init; }

    /// <summary>The mark of the page before.</summary>
    public string? After { get; init; }

    /// <summary>Most schedules of the page.</summary>
    public int Limit { get; init; } = 100;
}

/// <summary>That a schedule's ticks were fired, and which comes next.</summary>
/// <param name="Namespace">Of the schedule.</param>
/// <param name="Name">Of the schedule.</param>
/// <param name="DueUs">The tick that was to come; when it is not the one noted, somebody else was here.</param>
/// <param name="NextUs">The tick to come now.</param>
/// <param name="LastUs">The last tick that fired; null when none did.</param>
/// <param name="LastTaskId">The task it enqueued.</param>
/// <param name="Fired">How many fired.</param>
public sealed record Advance(
    string Namespace, string Name, long DueUs, long? NextUs, long? LastUs, long? LastTaskId, int Fired);

/// <summary>Verbs on schedules.</summary>
public interface IScheduleStore
{
    /// <summary>The schedule, or null.</summary>
    ValueTask<ScheduleStatus?> GetScheduleAsync(string @namespace, string name, CancellationToken ct = default);

    /// <summary>A page of schedules, by namespace and name.</summary>
    ValueTask<Page<ScheduleStatus>> ListSchedulesAsync(ScheduleQuery query, CancellationToken ct = default);

    /// <summary>
    /// Makes or replaces a schedule, with its next tick; what it fired so far stays noted. Null when its version is not
    /// <paramref name="expectedVersion"/>; 0 means that it must be new.
    /// </summary>
    ValueTask<ScheduleStatus?> PutScheduleAsync(
        Schedule schedule, long? nextUs, long expectedVersion, long? nowUs = null, CancellationToken ct = default);

    /// <summary>Removes a schedule; its tasks stay. False when there is none.</summary>
    ValueTask<bool> RemoveScheduleAsync(
        string @namespace, string name, long? nowUs = null, CancellationToken ct = default);

    /// <summary>Schedules whose next tick is due, the longest due first.</summary>
    ValueTask<IReadOnlyList<ScheduleStatus>> ListDueSchedulesAsync(
        int limit, long? nowUs = null, CancellationToken ct = default);

    /// <summary>The instant of the next tick of all schedules, or null.</summary>
    ValueTask<long?> NextTickAsync(CancellationToken ct = default);

    /// <summary>Notes what fired. False when the schedule's next tick is another by now, or it is gone.</summary>
    ValueTask<bool> AdvanceAsync(Advance advance, CancellationToken ct = default);
}
