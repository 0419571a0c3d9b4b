using System.Text.Json;
using Longshore.Assignments;
using Longshore.Sqlite.Interop;
using Longshore.Sqlite.Live;
using Longshore.Storage;
using Longshore.Storage.Sql;
using Longshore.Tasks;

namespace Longshore.Sqlite.Reading;

/// <summary>Reads assignments: the live claims, and the records of ended ones.</summary>
internal sealed class AssignmentRows(Connection connection, SqlCatalog sql, LiveIndex live)
{
    private readonly Statement _list = connection.Prepare(sql["assignments_list"]);
    private readonly Statement _ended = connection.Prepare(sql["assignments_ended"]);
    private readonly Statement _live = connection.Prepare(sql["assignments_live"]);

    /// <summary>The ended ones of one task, oldest first.</summary>
    public IReadOnlyList<Assignment> Of(long taskId) => Read(_list.Bind(taskId));

    /// <summary>Up to limit + 1 of a query, by task and grant: one more says that there is another page.</summary>
    public IReadOnlyList<Assignment> Find(AssignmentQuery query)
    {
        var after = Paging.AfterGrant(query.After) ?? (0, 0);
        long? agentId = null;
        if (query.Agent is not null && (agentId = live.IdOf(query.Agent)) is null)
        {
            return [];
        }

        IReadOnlyList<Assignment> Part(Statement statement, Func<AssignmentStatus, bool> belongs) =>
            query.Statuses.Count > 0 && !query.Statuses.Any(belongs)
                ? []
                : Read(statement.Bind(agentId).Bind(query.TaskId).Bind(after.TaskId).Bind(after.Epoch)
                    .BindText(query.Statuses.Count == 0
                        ? default
                        : JsonSerializer.SerializeToUtf8Bytes(query.Statuses.Select(status => (int)status)))
                    .Bind(query.Limit + 1L));

        return
        [
            .. Part(_ended, status => !status.IsLive()).Concat(Part(_live, status => status.IsLive()))
                .OrderBy(a => a.TaskId).ThenBy(a => a.Epoch)
                .Take(query.Limit + 1),
        ];
    }

    private List<Assignment> Read(Statement row)
    {
        var list = new List<Assignment>();
        while (row.Read())
        {
            list.Add(new Assignment(
                row.Long(0),
                row.Int(1),
                live.NameOf(row.Long(2)),
                UnixTime.FromMicroseconds(row.Long(3)),
                row.LongOrNull(4) is { } endedUs ? UnixTime.FromMicroseconds(endedUs) : null,
                (AssignmentStatus)row.Int(5),
                row.Text(6),
                row.LongOrNull(7) is { } reason ? (RejectReason)reason : null)
            { ErrorDetail = row.Text(8) });
        }

        return list;
    }
}
