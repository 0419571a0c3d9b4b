using Longshore.Assignments;
using Longshore.Postgres.Reading;
using Longshore.Tasks;
using Npgsql;

namespace Longshore.Postgres.Verbs;

/// <summary>Locks tasks where they are and reads all that decisions about them need, in one round trip.</summary>
internal sealed class MovesReader(Database database)
{
    public ValueTask<Moves> LockAsync(
        NpgsqlConnection connection, IEnumerable<long> ids, long? nowUs, CancellationToken ct)
    {
        var tasks = ids.Distinct().Order().ToArray();
        var round = new Round()
            .Add(database.Sql["places_lock"]).With(tasks)
            .Add(database.Sql["ended_of_tasks"]).With(tasks)
            .Add(database.Sql["instant"]).With(nowUs);
        return database.SendAsync(
            connection,
            round,
            async row =>
            {
                var standings = await AllAsync(row, ReadStanding, ct).ConfigureAwait(false);
                await row.NextResultAsync(ct).ConfigureAwait(false);
                var ended = (await AllAsync(row, ReadRecord, ct).ConfigureAwait(false)).ToLookup(r => r.TaskId);
                await row.NextResultAsync(ct).ConfigureAwait(false);
                await row.ReadAsync(ct).ConfigureAwait(false);
                var moves = new Moves(row.GetInt64(0));
                foreach (var standing in standings)
                {
                    moves.Load(standing, ended[standing.Place.Id]);
                }

                return moves;
            },
            ct);
    }

    private static async ValueTask<List<T>> AllAsync<T>(
        NpgsqlDataReader row, Func<NpgsqlDataReader, T> read, CancellationToken ct)
    {
        var all = new List<T>();
        while (await row.ReadAsync(ct).ConfigureAwait(false))
        {
            all.Add(read(row));
        }

        return all;
    }

    private static Standing ReadStanding(NpgsqlDataReader row)
    {
        var place = row.Place(0);
        var stage = Enum.Parse<Stage>(row.GetString(9), ignoreCase: true);
        var claim = row.IsDBNull(13)
            ? null
            : new ClaimRecord(
                place.Id, place.Epoch, row.GetInt32(11), row.GetString(20), row.GetInt64(13), row.GetBoolean(12))
            {
                Key = row.TextOrNull(15),
                EndedUs = row.LongOrNull(16) ?? 0,
                Outcome = row.IsDBNull(17) ? default : (AssignmentStatus)row.GetInt16(17),
                Error = row.TextOrNull(19),
            };
        return new Standing(stage, (TaskState)row.GetInt16(8), place)
        {
            UntilUs = row.LongOrNull(10),
            Claim = claim,
            LeaseUs = row.LongOrNull(14) ?? 0,
            AgentId = row.IntOrNull(11),
            EndedUs = row.LongOrNull(16) ?? 0,
            Result = row.Json(18),
            Error = row.TextOrNull(19),
            MaxAttempts = row.GetInt32(21),
            Retry = row.Policy(22),
        };
    }

    private static ClaimRecord ReadRecord(NpgsqlDataReader row) => new(
        row.GetInt64(0), row.GetInt32(1), row.GetInt32(2), row.GetString(3), row.GetInt64(4), row.GetBoolean(5))
    {
        EndedUs = row.GetInt64(6),
        Outcome = (AssignmentStatus)row.GetInt16(7),
        Error = row.TextOrNull(8),
        Key = row.TextOrNull(9),
    };
}
