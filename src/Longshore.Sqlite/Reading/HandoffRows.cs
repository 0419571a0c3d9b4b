using Longshore.Sqlite.Interop;
using Longshore.Storage;
using Longshore.Storage.Sql;
using Longshore.Tasks;

namespace Longshore.Sqlite.Reading;

/// <summary>Reads hand-offs.</summary>
internal sealed class HandoffRows(Connection connection, SqlCatalog sql)
{
    private readonly Statement _ofTask = connection.Prepare(sql["handoffs_of_task"]);
    private readonly Lazy<Statement> _page = new(() => connection.Prepare(sql["handoffs_page"]));
    private readonly Lazy<Statement> _best = new(() => connection.Prepare(sql["handoffs_best"]));

    /// <summary>Those of a task, oldest first.</summary>
    public List<Handoff> Of(long taskId) => Read(_ofTask.Bind(taskId));

    /// <summary>Up to limit + 1 of a query: one more says that there is another page.</summary>
    public List<Handoff> Page(HandoffQuery query) => Read(_page.Value
        .Bind(Paging.AfterId(query.After) ?? 0).Bind(query.TaskId).Bind(query.Namespace).Bind((long?)query.Status)
        .Bind(query.Limit + 1L));

    /// <summary>Open ones, the best first.</summary>
    public List<Handoff> Best(string? @namespace, int limit) => Read(_best.Value.Bind(@namespace).Bind((long)limit));

    private static List<Handoff> Read(Statement row)
    {
        var found = new List<Handoff>();
        while (row.Read())
        {
            found.Add(new Handoff
            {
                Id = row.Long(0),
                TaskId = row.Long(1),
                Epoch = row.Int(2),
                From = row.Text(3)!,
                To = row.Text(4) is { } capability
                    ? HandoffTarget.ToCapability(capability)
                    : HandoffTarget.ToAgent(row.Text(5)!),
                Summary = row.Text(6)!,
                Confidence = row.Double(7),
                MinimumConfidence = row.Double(8),
                Artifacts = JsonColumns.ReadWords(row.Bytes(9)),
                KnownLimitations = JsonColumns.ReadWords(row.Bytes(10)),
                NextSteps = JsonColumns.ReadWords(row.Bytes(11)),
                BlockersResolved = JsonColumns.ReadWords(row.Bytes(12)),
                EstimatedEffort = row.LongOrNull(13) is { } effortUs ? TimeSpan.FromMicroseconds(effortUs) : null,
                CreatedAt = UnixTime.FromMicroseconds(row.Long(14)),
                AcceptedAt = Instant(row, 15),
                AcceptedBy = row.Text(16),
                WithdrawnAt = Instant(row, 17),
            });
        }

        return found;
    }

    private static DateTimeOffset? Instant(Statement row, int column) =>
        row.LongOrNull(column) is { } us ? UnixTime.FromMicroseconds(us) : null;
}
