using Longshore.Assignments;
using Longshore.Postgres.Reading;
using Longshore.Rules;
using Longshore.Tasks;
using Npgsql;

namespace Longshore.Postgres.Verbs;

/// <summary>Locks tasks where they are and reads all that decisions about them need, in one round trip.</summary>
internal sealed class MovesReader(Database database)
{
    public ValueTask<Moves> LockAsync(
        NpgsqlConnection connection, IEnumerable<long> ids, long? nowUs, CancellationToken ct, int[]? agents = null)
    {
        var tasks = ids.Distinct().Order().ToArray();
        var round = new Round()
            .Add(database.Sql["places_lock"]).With(tasks).With(agents).With(nowUs)
            .Add(database.Sql["ended_of_tasks"]).With(tasks)
            .Add(database.Sql["breakers_of_holders"]).With(tasks)
            .Add(database.Sql["rules_of_tasks"]).With(tasks)
            .Add(database.Sql["instant"]).With(nowUs);
        return database.SendAsync(
            connection,
            round,
            async row =>
            {
                var standings = await AllAsync(row, ReadStanding, ct).ConfigureAwait(false);
                var ended = (await AllAsync(row, ReadRecord, ct).ConfigureAwait(false)).ToLookup(r => r.TaskId);
                var breakers = await AllAsync(row, ReadBreaker, ct).ConfigureAwait(false);
                var rules = await AllAsync(
                    row, r => (r.GetString(0), RulesJson.Read(r.GetFieldValue<byte[]>(1))), ct).ConfigureAwait(false);
                await row.ReadAsync(ct).ConfigureAwait(false);
                var moves = new Moves(row.GetInt64(0), database.Options.Store.Breakers);
                standings.ForEach(s => moves.Load(s.Standing, ended[s.Standing.Place.Id], s.Breaker));
                breakers.ForEach(b => moves.Breakers.Load(b.AgentId, b.Kind, b.Breaker));
                rules.ForEach(r => moves.Load(r.Item1, r.Item2));
                return moves;
            },
            ct);
    }

    /// <summary>Reads one result; then the reader stands on the next.</summary>
    private static async ValueTask<List<T>> AllAsync<T>(
        NpgsqlDataReader row, Func<NpgsqlDataReader, T> read, CancellationToken ct)
    {
        var all = new List<T>();
        while (await row.ReadAsync(ct).ConfigureAwait(false))
        {
            all.Add(read(row));
        }

        await row.NextResultAsync(ct).ConfigureAwait(false);
        return all;
    }

    private static (Standing Standing, Breaker? Breaker) ReadStanding(NpgsqlDataReader row)
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
        var standing = new Standing(stage, (TaskState)row.GetInt16(8), place)
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
            Status = (AssignmentStatus)(row.IsDBNull(25) ? 0 : row.GetInt16(25)),
            Namespace = row.GetString(26),
            Kind = row.GetString(27),
            OwnClass = row.IntOrNull(32),
            PausedUs = row.LongOrNull(33) ?? 0,
            Digest = row.IsDBNull(34) ? null : row.GetFieldValue<byte[]>(34),
            Unstarted = !row.IsDBNull(35) && row.GetBoolean(35),
            Rival = row.LongOrNull(36),
        };
        return (standing, row.TaskBreakerOrNull(28, place.Id));
    }

    private static (int AgentId, string Kind, Breaker Breaker) ReadBreaker(NpgsqlDataReader row) =>
        (row.GetInt32(0), row.GetString(1), row.Breaker(2, new BreakerKey(BreakerScope.Agent)));

    private static ClaimRecord ReadRecord(NpgsqlDataReader row) => new(
        row.GetInt64(0), row.GetInt32(1), row.GetInt32(2), row.GetString(3), row.GetInt64(4), row.GetBoolean(5))
    {
        EndedUs = row.GetInt64(6),
        Outcome = (AssignmentStatus)row.GetInt16(7),
        Error = row.TextOrNull(8),
        Key = row.TextOrNull(9),
    };
}
