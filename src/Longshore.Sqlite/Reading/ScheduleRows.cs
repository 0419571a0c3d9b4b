using Longshore.Schedules;
using Longshore.Sqlite.Interop;
using Longshore.Storage;
using Longshore.Storage.Sql;
using Longshore.Tasks;

namespace Longshore.Sqlite.Reading;

/// <summary>Reads schedules.</summary>
internal sealed class ScheduleRows(Connection connection, SqlCatalog sql)
{
    private readonly Statement _get = connection.Prepare(sql["schedule_get"]);
    private readonly Statement _list = connection.Prepare(sql["schedules_list"]);
    private readonly Statement _due = connection.Prepare(sql["schedules_due"]);
    private readonly Statement _next = connection.Prepare(sql["schedule_next"]);

    public ScheduleStatus? Get(string @namespace, string name) =>
        All(_get.Bind(@namespace).Bind(name)).SingleOrDefault();

    public Page<ScheduleStatus> List(ScheduleQuery query)
    {
        var after = Paging.AfterName(query.After);
        var found = All(_list.Bind(query.Namespace).Bind(after.Namespace).Bind(after.Name).Bind(query.Limit + 1));
        return Paging.PageOf(found, query.Limit, s => Paging.Mark(s.Definition.Namespace, s.Definition.Name));
    }

    public IReadOnlyList<ScheduleStatus> Due(int limit, long nowUs) => All(_due.Bind(nowUs).Bind(limit));

    public long? NextUs()
    {
        var next = _next.Read() ? _next.LongOrNull(0) : null;
        _next.Reset();
        return next;
    }

    private static List<ScheduleStatus> All(Statement rows)
    {
        var found = new List<ScheduleStatus>();
        while (rows.Read())
        {
            found.Add(new ScheduleStatus(
                ScheduleJson.Read(rows.Bytes(1)),
                rows.Long(0),
                Instant(rows, 2),
                Instant(rows, 3),
                rows.LongOrNull(4),
                rows.Long(5)));
        }

        return found;
    }

    private static DateTimeOffset? Instant(Statement row, int column) =>
        row.LongOrNull(column) is { } us ? UnixTime.FromMicroseconds(us) : null;
}
