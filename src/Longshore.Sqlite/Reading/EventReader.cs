using System.Text.Json;
using Longshore.Events;
using Longshore.Sqlite.Interop;
using Longshore.Sqlite.Live;
using Longshore.Sqlite.Verbs;
using Longshore.Storage;
using Longshore.Storage.Sql;
using Longshore.Tasks;

namespace Longshore.Sqlite.Reading;

/// <summary>Reads the event log, one record for each event however they were stored.</summary>
internal sealed class EventReader(
    Connection connection, SqlCatalog sql, LiveIndex live, TaskBodies bodies, AssignmentRows assignments)
{
    private readonly Statement _after = connection.Prepare(sql["events_after"]);
    private readonly Statement _ofTypes = connection.Prepare(sql["events_of_types"]);
    private readonly Statement _ofTask = connection.Prepare(sql["events_of_task"]);
    private readonly Statement _end = connection.Prepare(sql["events_end"]);
    private readonly Statement _correlation = connection.Prepare(sql["event_correlation"]);
    private readonly ClaimRows _claims = new(connection, sql);

    public IReadOnlyList<EventRecord> Read(long afterPosition, int limit) =>
        Read(_after.Bind((afterPosition >> EventLog.PlaceBits) - 1).Bind(limit + 1L), afterPosition, limit);

    /// <summary>Those of some types, as far as the log reaches now.</summary>
    public EventSlice Read(long afterPosition, IReadOnlyList<string> types, int limit)
    {
        var end = End();
        _ofTypes.Bind((afterPosition >> EventLog.PlaceBits) - 1).Bind(end >> EventLog.PlaceBits)
            .BindText(JsonSerializer.SerializeToUtf8Bytes(types)).Bind(limit + 1L);
        return EventSlice.Of(Read(_ofTypes, afterPosition, limit), limit, afterPosition, end);
    }

    private List<EventRecord> Read(Statement found, long afterPosition, int limit)
    {
        var records = new List<EventRecord>();
        while (records.Count < limit && found.Read())
        {
            var row = new Row(found.Long(0), UnixTime.FromMicroseconds(found.Long(1)), found.Text(2)!,
                (ActorType)found.Int(3), found.Text(4));
            var single = found.IsNull(8);
            var items = single ? [] : JsonSerializer.Deserialize<List<long[]>>(found.Bytes(8))!;
            IEnumerable<EventRecord> expanded = single
                ? [new EventRecord(row.Seq << EventLog.PlaceBits, row.At, row.Type, row.ActorType, row.Actor ?? "",
                    found.LongOrNull(5), found.Json(6), found.Text(7) ?? CorrelationOf(found.LongOrNull(5)))]
                : Expand(row, items);
            records.AddRange(expanded.Where(e => e.Position > afterPosition).Take(limit - records.Count));
        }

        found.Reset();
        return records;
    }

    public long End()
    {
        _end.Read();
        var seq = _end.Long(0);
        _end.Reset();
        return ((seq + 1) << EventLog.PlaceBits) - 1;
    }

    /// <summary>
    /// One task's history: what the records of its claims say, and its rows of their own. Ordered by grant, and within
    /// one by time.
    /// </summary>
    public IReadOnlyList<EventRecord> History(long taskId)
    {
        if (bodies.Read(taskId) is not { } body)
        {
            return [];
        }

        var history = new TaskHistory(taskId, body.Spec.CorrelationId)
            .Created(UnixTime.FromMicroseconds(body.CreatedUs));
        if (_claims.Get(taskId) is { } claim)
        {
            history.Claimed(
                claim.Place.Epoch, UnixTime.FromMicroseconds(claim.GrantedUs), live.NameOf(claim.AgentId));
        }

        foreach (var ended in assignments.Of(taskId))
        {
            history.Ended(ended);
        }

        _ofTask.Bind(taskId);
        while (_ofTask.Read())
        {
            history.Other(
                (int)(_ofTask.LongOrNull(5) ?? 0), UnixTime.FromMicroseconds(_ofTask.Long(1)), _ofTask.Text(2)!,
                (ActorType)_ofTask.Int(3), _ofTask.Text(4) ?? "", _ofTask.Json(6));
        }

        return history.ToList();
    }

    private IEnumerable<EventRecord> Expand(Row row, List<long[]> items)
    {
        var place = 0;
        foreach (var item in items)
        {
            var last = item.Length == 2 ? item[1] : item[0];
            for (var id = item[0]; id <= last; id++)
            {
                var actor = item.Length == 4 ? live.NameOf(item[2]) : row.Actor ?? "";
                var payload = item.Length == 4 ? EventPayloads.Claim((int)item[1], actor, (TaskState)item[3]) : default;
                yield return new EventRecord(
                    (row.Seq << EventLog.PlaceBits) + place++, row.At, row.Type, row.ActorType, actor, id, payload,
                    CorrelationOf(id));
            }
        }
    }

    private string? CorrelationOf(long? taskId)
    {
        var correlation = _correlation.Bind(taskId).Read() ? _correlation.Text(0) : null;
        _correlation.Reset();
        return correlation;
    }

    private sealed record Row(long Seq, DateTimeOffset At, string Type, ActorType ActorType, string? Actor);
}
