using Longshore.Assignments;
using Longshore.Postgres.Reading;
using Longshore.Rules;
using Longshore.Tasks;
using Longshore.Workflows;
using Npgsql;

namespace Longshore.Postgres.Verbs;

/// <summary>Locks tasks where they are and reads all that decisions about them need, in one round trip.</summary>
internal sealed class MovesReader(Database database, RunLoader runs)
{
    /// <summary>Locks tasks, the runs they belong to, and whatever their ends may lead to.</summary>
    /// <param name="connection">Inside a transaction.</param>
    /// <param name="ids">The tasks.</param>
    /// <param name="nowUs">The instant.</param>
    /// <param name="ct">Calls it off.</param>
    /// <param name="agents">To be locked beside those that hold the tasks.</param>
    /// <param name="completing">Tasks that nothing worse can happen to than being done.</param>
    /// <param name="runId">A run to be locked as a whole.</param>
    public async ValueTask<Moves> LockAsync(
        NpgsqlConnection connection, IEnumerable<long> ids, long? nowUs, CancellationToken ct, int[]? agents = null,
        IReadOnlySet<long>? completing = null, long? runId = null)
    {
        var tasks = ids.Distinct().Order().ToArray();
        var locked = new List<(WorkflowRun Run, bool IsPlain)>();
        var steps = new List<RunStep>();
        var round = new Round()
            .Add(database.Sql["runs_lock"]).With(tasks).With(runId)
            .Add(database.Sql["run_steps_of_tasks"]).With(tasks);
        AddPlaces(round, tasks, agents, nowUs);
        round.Add(database.Sql["instant"]).With(nowUs);
        var moves = await database.SendAsync(
            connection,
            round,
            async row =>
            {
                locked = await row.AllAsync(r => (RunColumns.Run(r), r.GetBoolean(RunColumns.PlainAt)), ct)
                    .ConfigureAwait(false);
                steps = await row.AllAsync(RunColumns.Step, ct).ConfigureAwait(false);
                var places = await ReadPlacesAsync(row, ct).ConfigureAwait(false);
                await row.ReadAsync(ct).ConfigureAwait(false);
                var all = new Moves(row.GetInt64(0), database.Options.Store.Breakers);
                places(all);
                return all;
            },
            ct).ConfigureAwait(false);
        if (locked.Count > 0)
        {
            var more = (await runs.LoadAsync(connection, moves.Runs, locked, steps, completing, ct)
                .ConfigureAwait(false)).Except(tasks).Order().ToArray();
            await LockMoreAsync(connection, moves, more, ct).ConfigureAwait(false);
        }

        return moves;
    }

    private async ValueTask LockMoreAsync(
        NpgsqlConnection connection, Moves moves, long[] tasks, CancellationToken ct)
    {
        if (tasks.Length > 0)
        {
            var round = new Round();
            AddPlaces(round, tasks, null, moves.NowUs);
            var places = await database.SendAsync(connection, round, row => ReadPlacesAsync(row, ct), ct)
                .ConfigureAwait(false);
            places(moves);
        }
    }

    private void AddPlaces(Round round, long[] tasks, int[]? agents, long? nowUs) => round
            .Add(database.Sql["places_lock"]).With(tasks).With(agents).With(nowUs)
            .Add(database.Sql["ended_of_tasks"]).With(tasks)
            .Add(database.Sql["breakers_of_holders"]).With(tasks)
            .Add(database.Sql["rules_of_tasks"]).With(tasks);

    /// <summary>Reads what was asked of places; answers how to take it in.</summary>
    private static async ValueTask<Action<Moves>> ReadPlacesAsync(NpgsqlDataReader row, CancellationToken ct)
    {
        var standings = await row.AllAsync(ReadStanding, ct).ConfigureAwait(false);
        var ended = (await row.AllAsync(ReadRecord, ct).ConfigureAwait(false)).ToLookup(r => r.TaskId);
        var breakers = await row.AllAsync(ReadBreaker, ct).ConfigureAwait(false);
        var rules = await row.AllAsync(
                r => (r.GetString(0), RulesJson.Read(r.GetFieldValue<byte[]>(1))), ct).ConfigureAwait(false);
        return moves =>
        {
            standings.ForEach(s => moves.Load(s.Standing, ended[s.Standing.Place.Id], s.Breaker));
            breakers.ForEach(b => moves.Breakers.Load(b.AgentId, b.Kind, b.Breaker));
            rules.ForEach(r => moves.Load(r.Item1, r.Item2));
        };
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
