using Longshore.Schedules;
using Longshore.Storage;

namespace Longshore.Sqlite;

/// <content>Schedules.</content>
public sealed partial class SqliteStore
{
    /// <inheritdoc/>
    public ValueTask<ScheduleStatus?> GetScheduleAsync(
        string @namespace, string name, CancellationToken ct = default) =>
        _readers.RunAsync(reader => reader.Schedules.Get(@namespace, name), ct);

    /// <inheritdoc/>
    public ValueTask<Page<ScheduleStatus>> ListSchedulesAsync(ScheduleQuery query, CancellationToken ct = default) =>
        _readers.RunAsync(reader => reader.Schedules.List(query), ct);

    /// <inheritdoc/>
    public ValueTask<ScheduleStatus?> PutScheduleAsync(
        Schedule schedule, long? nextUs, long expectedVersion, long? nowUs = null, CancellationToken ct = default) =>
        WriteAsync(nowUs, now => _verbs.Schedules.Put(schedule, nextUs, expectedVersion, now));

    /// <inheritdoc/>
    public ValueTask<bool> RemoveScheduleAsync(
        string @namespace, string name, long? nowUs = null, CancellationToken ct = default) =>
        WriteAsync(nowUs, now => _verbs.Schedules.Remove(@namespace, name, now));

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<ScheduleStatus>> ListDueSchedulesAsync(
        int limit, long? nowUs = null, CancellationToken ct = default) =>
        _readers.RunAsync(reader => reader.Schedules.Due(limit, Now(nowUs)), ct);

    /// <inheritdoc/>
    public ValueTask<long?> NextTickAsync(CancellationToken ct = default) =>
        _readers.RunAsync(reader => reader.Schedules.NextUs(), ct);

    /// <inheritdoc/>
    public ValueTask<bool> AdvanceAsync(Advance advance, CancellationToken ct = default) =>
        WriteAsync(null, _ => _verbs.Schedules.Advance(advance));
}
