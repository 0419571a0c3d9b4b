using Longshore.Help;
using Longshore.Sqlite.Interop;
using Longshore.Storage;
using Longshore.Storage.Sql;
using Longshore.Tasks;

namespace Longshore.Sqlite.Reading;

/// <summary>Reads help requests.</summary>
internal sealed class HelpRows(Connection connection, SqlCatalog sql)
{
    private readonly Statement _get = connection.Prepare(sql["help_get"]);
    private readonly Lazy<Statement> _page = new(() => connection.Prepare(sql["help_page"]));

    public HelpRequest? Get(long id) => Read(_get.Bind(id)) is [var request] ? request : null;

    /// <summary>Up to limit + 1 of a query: one more says that there is another page.</summary>
    public List<HelpRequest> Page(HelpQuery query) => Read(_page.Value
        .Bind(Paging.AfterId(query.After) ?? 0).Bind(query.TaskId).Bind(query.Namespace).Bind(query.Agent)
        .Bind(query.Type?.ToWire()).Bind(query.OpenOnly ? 1 : 0).Bind(query.Limit + 1L));

    private static List<HelpRequest> Read(Statement row)
    {
        var found = new List<HelpRequest>();
        while (row.Read())
        {
            var request = new HelpRequest
            {
                Id = row.Long(0),
                TaskId = row.Long(1),
                Agent = row.Text(2)!,
                Type = HelpWords.ParseType(row.Text(3)!),
                Description = row.Text(4)!,
                Urgency = HelpWords.ParseUrgency(row.Text(5)!),
                Capabilities = JsonColumns.ReadWords(row.Bytes(6)),
                CreatedAt = UnixTime.FromMicroseconds(row.Long(7)),
                ClaimedBy = row.Text(8),
                ClaimedAt = Instant(row, 9),
                ResolvedAt = Instant(row, 10),
                ResolvedBy = row.Text(11),
                Resolution = row.Text(12),
                CancelledAt = Instant(row, 13),
            };
            found.Add(request.IsOpen ? request with { ClosedAt = Instant(row, 14) } : request);
        }

        return found;
    }

    private static DateTimeOffset? Instant(Statement row, int column) =>
        row.LongOrNull(column) is { } us ? UnixTime.FromMicroseconds(us) : null;
}
