using Longshore.Assignments;
using Longshore.Events;
using Longshore.Storage;
using Longshore.Tasks;
using Npgsql;

namespace Longshore.Postgres.Reading;

/// <summary>Reads the event log, one record for each event however they were stored.</summary>
internal sealed class EventReader(Database database)
{
    /// <summary>An event's position is its row's number and, in the lowest bits, its place in the row.</summary>
    private const int PlaceBits = 14;

    /// <summary>
    /// Events after a position. Rows are read up to the lowest number that a running transaction may still write, so
    /// one that commits late is not skipped (see <c>announce_events</c>).
    /// </summary>
    public ValueTask<IReadOnlyList<EventRecord>> ReadAsync(long afterPosition, int limit, CancellationToken ct) =>
        database.RunAsync<IReadOnlyList<EventRecord>>(
            () => new Round().Add(database.Sql["events_after"])
                .With((afterPosition >> PlaceBits) - 1).With(limit + 1L).With(Seen(afterPosition)),
            row => ReadAsync(row, afterPosition, limit, ct),
            ct);

    private static async ValueTask<IReadOnlyList<EventRecord>> ReadAsync(
        NpgsqlDataReader row, long afterPosition, int limit, CancellationToken ct)
    {
        var records = new List<EventRecord>();
        while (records.Count < limit && await row.ReadAsync(ct).ConfigureAwait(false))
        {
            records.AddRange(Expand(row).Where(e => e.Position > afterPosition).Take(limit - records.Count));
        }

        return records;
    }

    /// <summary>Those of some types, as far as the log is complete now.</summary>
    public async ValueTask<EventSlice> ReadAsync(
        long afterPosition, IReadOnlyList<string> types, int limit, CancellationToken ct)
    {
        var end = await EndAsync(ct).ConfigureAwait(false);
        var events = await database.RunAsync<IReadOnlyList<EventRecord>>(
            () => new Round().Add(database.Sql["events_of_types"])
                .With((long?)((afterPosition >> PlaceBits) - 1)).With((long?)(end >> PlaceBits))
                .With([.. types]).With((long?)(limit + 1L)).With((long?)Seen(afterPosition)),
            row => ReadAsync(row, afterPosition, limit, ct),
            ct).ConfigureAwait(false);
        return EventSlice.Of(events, limit, afterPosition, end);
    }

    public ValueTask<long?> BookmarkAsync(string name, CancellationToken ct) => database.RunAsync(
        () => new Round().Add(database.Sql["bookmark_get"]).With(name),
        async row => await row.ReadAsync(ct).ConfigureAwait(false) ? row.LongOrNull(0) : null,
        ct);

    public ValueTask<bool> SetBookmarkAsync(string name, long position, CancellationToken ct) => database.RunAsync(
        () => new Round().Add(database.Sql["bookmark_set"]).With(name).With((long?)position),
        _ => ValueTask.FromResult(true),
        ct);

    public ValueTask<long> EndAsync(CancellationToken ct) => database.RunAsync(
        () => new Round().Add(database.Sql["events_end"]),
        async row =>
        {
            await row.ReadAsync(ct).ConfigureAwait(false);
            return ((row.GetInt64(0) + 1) << PlaceBits) - 1;
        },
        ct);

    public ValueTask<IReadOnlyList<EventRecord>> HistoryAsync(long taskId, CancellationToken ct) =>
        database.RunAsync(
            () => new Round()
                .Add(database.Sql["history_task"]).With(taskId)
                .Add(database.Sql["history_claims"]).With(taskId)
                .Add(database.Sql["history_events"]).With(taskId),
            async row =>
            {
                if (!await row.ReadAsync(ct).ConfigureAwait(false))
                {
                    return [];
                }

                var history = new TaskHistory(taskId, row.TextOrNull(1)).Created(row.Instant(0));
                await row.NextResultAsync(ct).ConfigureAwait(false);
                while (await row.ReadAsync(ct).ConfigureAwait(false))
                {
                    AddClaim(history, taskId, row);
                }

                await row.NextResultAsync(ct).ConfigureAwait(false);
                while (await row.ReadAsync(ct).ConfigureAwait(false))
                {
                    history.Other(
                        row.IntOrNull(0) ?? 0, row.Instant(1), row.GetString(2), (ActorType)row.GetInt16(3),
                        row.TextOrNull(4) ?? "", row.Json(5));
                }

                return history.ToList();
            },
            ct);

    private static void AddClaim(TaskHistory history, long taskId, NpgsqlDataReader row)
    {
        if (row.IsDBNull(4))
        {
            history.Claimed(row.GetInt32(0), row.Instant(2), row.GetString(1));
        }
        else
        {
            history.Ended(new Assignment(
                taskId, row.GetInt32(0), row.GetString(1), row.Instant(2), row.Instant(3),
                (AssignmentStatus)row.GetInt16(4), null));
        }
    }

    // How many events of its row a position has behind it.
    private static long Seen(long position) => (position & ((1 << PlaceBits) - 1)) + 1;

    private static List<EventRecord> Expand(NpgsqlDataReader row)
    {
        var position = row.GetInt64(0) << PlaceBits;
        var (at, type) = (row.Instant(1), row.GetString(2));
        var actorType = (ActorType)row.GetInt16(3);
        var actor = row.TextOrNull(4) ?? "";
        if (row.IsDBNull(8))
        {
            return [new EventRecord(
                position, at, type, actorType, actor, row.LongOrNull(5), row.Json(6), row.TextOrNull(7))];
        }

        var tasks = row.GetFieldValue<long[]>(8);
        var epochs = row.IsDBNull(9) ? null : row.GetFieldValue<int[]>(9);
        var agents = row.IsDBNull(10) ? null : row.GetFieldValue<string[]>(10);
        var states = row.IsDBNull(11) ? null : row.GetFieldValue<short[]>(11);
        var correlations = row.GetFieldValue<string?[]>(12);
        position += row.GetInt32(13);
        var records = new List<EventRecord>(tasks.Length);
        for (var i = 0; i < tasks.Length; i++)
        {
            var payload = agents is null
                ? default
                : EventPayloads.Claim(epochs![i], agents[i], (TaskState)states![i]);
            records.Add(new EventRecord(
                position + i, at, type, actorType, agents?[i] ?? actor, tasks[i], payload, correlations[i]));
        }

        return records;
    }
}
