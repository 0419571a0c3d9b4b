using Longshore.Assignments;
using Longshore.Storage;
using Longshore.Tasks;
using Npgsql;

namespace Longshore.Postgres.Reading;

/// <summary>Reads how the latest attempts went.</summary>
internal sealed class AttemptReader(Database database)
{
    public ValueTask<EndedAttempts> EndedAsync(AttemptQuery query, CancellationToken ct) => database.RunAsync(
        () => new Round()
            .Add(database.Sql["attempts_ended"])
            .With((long?)query.SinceUs).With(query.Namespace).With(query.Kind)
            .With((long?)AttemptQuery.EventsMax).With((long?)query.Limit)
            .Add(database.Sql["events_looked_at"]).With((long?)AttemptQuery.EventsMax),
        async row =>
        {
            var seen = new HashSet<(long, int)>();
            var found = new List<EndedAttempt>();
            while (await row.ReadAsync(ct).ConfigureAwait(false))
            {
                // A result that came late ends an attempt that was lost before.
                if (seen.Add((row.GetInt64(0), row.GetInt32(1))))
                {
                    found.Add(Read(row));
                }
            }

            await row.NextResultAsync(ct).ConfigureAwait(false);
            var looked = await row.ReadAsync(ct).ConfigureAwait(false) ? row.LongOrNull(0) : null;
            return EndedAttempts.Of(found, query, looked);
        },
        ct);

    private static EndedAttempt Read(NpgsqlDataReader row) => new(
        row.GetString(2),
        row.GetString(3),
        (AssignmentStatus)row.GetInt16(4),
        row.TextOrNull(6) is { } word ? TaskStates.Parse(word) : (TaskState)row.GetInt16(5),
        row.GetInt32(1),
        row.GetInt64(7),
        row.GetInt64(8),
        row.GetInt64(9));
}
