using Longshore.Storage;
using Longshore.Tasks;
using Npgsql;

namespace Longshore.Postgres.Reading;

/// <summary>Reads hand-offs.</summary>
internal sealed class HandoffReader(Database database)
{
    public ValueTask<List<Handoff>> OfAsync(IEnumerable<long> taskIds, CancellationToken ct) => database.RunAsync(
        () => Ask(taskIds), row => row.AllAsync(Read, ct), ct);

    /// <summary>Within a transaction.</summary>
    public ValueTask<List<Handoff>> OfAsync(
        NpgsqlConnection connection, IEnumerable<long> taskIds, CancellationToken ct) =>
        database.SendAsync(connection, Ask(taskIds), row => row.AllAsync(Read, ct), ct);

    public ValueTask<Page<Handoff>> PageAsync(HandoffQuery query, CancellationToken ct) => database.RunAsync(
        () => new Round().Add(database.Sql["handoffs_page"])
            .With((long?)(Paging.AfterId(query.After) ?? 0)).With(query.TaskId).With(query.Namespace)
            .With((int?)query.Status).With((int?)(query.Limit + 1)),
        async row => Paging.PageOf(
            await row.AllAsync(Read, ct).ConfigureAwait(false), query.Limit, h => Paging.Mark(h.Id)),
        ct);

    public ValueTask<List<Handoff>> BestAsync(string? @namespace, int limit, CancellationToken ct) =>
        database.RunAsync(
            () => new Round().Add(database.Sql["handoffs_best"]).With(@namespace).With((int?)limit),
            row => row.AllAsync(Read, ct),
            ct);

    private Round Ask(IEnumerable<long> taskIds) =>
        new Round().Add(database.Sql["handoffs_of_tasks"]).With(taskIds.Distinct().ToArray());

    private static Handoff Read(NpgsqlDataReader row) => new()
    {
        Id = row.GetInt64(0),
        TaskId = row.GetInt64(1),
        Epoch = row.GetInt32(2),
        From = row.GetString(3),
        To = row.TextOrNull(4) is { } capability
            ? HandoffTarget.ToCapability(capability)
            : HandoffTarget.ToAgent(row.GetString(5)),
        Summary = row.GetString(6),
        Confidence = row.GetDouble(7),
        MinimumConfidence = row.GetDouble(8),
        Artifacts = row.GetFieldValue<string[]>(9),
        KnownLimitations = row.GetFieldValue<string[]>(10),
        NextSteps = row.GetFieldValue<string[]>(11),
        BlockersResolved = row.GetFieldValue<string[]>(12),
        EstimatedEffort = row.DurationOrNull(13),
        CreatedAt = row.Instant(14),
        AcceptedAt = row.InstantOrNull(15),
        AcceptedBy = row.TextOrNull(16),
        WithdrawnAt = row.InstantOrNull(17),
    };
}
