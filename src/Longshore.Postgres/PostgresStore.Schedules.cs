using Longshore.Schedules;
using Longshore.Storage;

namespace Longshore.Postgres;

/// <content>Schedules.</content>
public sealed partial class PostgresStore
{
    /// <inheritdoc/>
    public ValueTask<ScheduleStatus?> GetScheduleAsync(
        string @namespace, string name, CancellationToken ct = default) =>
        _schedules.GetAsync(@namespace, name, ct);

    /// <inheritdoc/>
    public ValueTask<Page<ScheduleStatus>> ListSchedulesAsync(ScheduleQuery query, CancellationToken ct = default) =>
        _schedules.ListAsync(query, ct);

    /// <inheritdoc/>
    public ValueTask<ScheduleStatus?> PutScheduleAsync(
        Schedule schedule, long? nextUs, long expectedVersion, long? nowUs = null, CancellationToken ct = default) =>
        _schedules.PutAsync(schedule, nextUs, expectedVersion, _database.Instant(nowUs), ct);

    /// <inheritdoc/>
    public ValueTask<bool> RemoveScheduleAsync(
        string @namespace, string name, long? nowUs = null, CancellationToken ct = default) =>
        _schedules.RemoveAsync(@namespace, name, _database.Instant(nowUs), ct);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<ScheduleStatus>> ListDueSchedulesAsync(
        int limit, long? nowUs = null, CancellationToken ct = default) =>
        _schedules.DueAsync(limit, _database.Instant(nowUs), ct);

    /// <inheritdoc/>
    public ValueTask<long?> NextTickAsync(CancellationToken ct = default) => _schedules.NextUsAsync(ct);

    /// <inheritdoc/>
    public ValueTask<bool> AdvanceAsync(Advance advance, CancellationToken ct = default) =>
        _schedules.AdvanceAsync(advance, ct);
}
