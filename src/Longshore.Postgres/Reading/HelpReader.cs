using Longshore.Help;
using Longshore.Storage;
using Npgsql;

namespace Longshore.Postgres.Reading;

/// <summary>Reads help requests.</summary>
internal sealed class HelpReader(Database database)
{
    public ValueTask<HelpRequest?> GetAsync(long id, CancellationToken ct) =>
        database.RunAsync(() => Ask(id), row => OneAsync(row, ct), ct);

    /// <summary>Within a transaction.</summary>
    public ValueTask<HelpRequest?> GetAsync(NpgsqlConnection connection, long id, CancellationToken ct) =>
        database.SendAsync(connection, Ask(id), row => OneAsync(row, ct), ct);

    public ValueTask<Page<HelpRequest>> PageAsync(HelpQuery query, CancellationToken ct) => database.RunAsync(
        () => new Round().Add(database.Sql["help_page"])
            .With((long?)(Paging.AfterId(query.After) ?? 0)).With(query.TaskId).With(query.Namespace)
            .With(query.Agent).With(query.Type?.ToWire()).With((bool?)query.OpenOnly).With((int?)(query.Limit + 1)),
        async row =>
        {
            var found = new List<HelpRequest>();
            while (await OneAsync(row, ct).ConfigureAwait(false) is { } request)
            {
                found.Add(request);
            }

            return Paging.PageOf(found, query.Limit, r => Paging.Mark(r.Id));
        },
        ct);

    private Round Ask(long id) => new Round().Add(database.Sql["help_get"]).With((long?)id);

    private static async ValueTask<HelpRequest?> OneAsync(NpgsqlDataReader row, CancellationToken ct)
    {
        if (!await row.ReadAsync(ct).ConfigureAwait(false))
        {
            return null;
        }

        var request = new HelpRequest
        {
            Id = row.GetInt64(0),
            TaskId = row.GetInt64(1),
            Agent = row.GetString(2),
            Type = HelpWords.ParseType(row.GetString(3)),
            Description = row.GetString(4),
            Urgency = HelpWords.ParseUrgency(row.GetString(5)),
            Capabilities = row.GetFieldValue<string[]>(6),
            CreatedAt = row.Instant(7),
            ClaimedBy = row.TextOrNull(8),
            ClaimedAt = row.InstantOrNull(9),
            ResolvedAt = row.InstantOrNull(10),
            ResolvedBy = row.TextOrNull(11),
            Resolution = row.TextOrNull(12),
            CancelledAt = row.InstantOrNull(13),
        };
        return request.IsOpen ? request with { ClosedAt = row.InstantOrNull(14) } : request;
    }
}
