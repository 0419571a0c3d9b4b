using Longshore.Matching;
using Longshore.Postgres.Catalog;
using Longshore.Tasks;
using Longshore.Workflows;
using Npgsql;

namespace Longshore.Postgres.Verbs;

/// <summary>
/// Starts of runs in one round trip, as nearly all are: their codes are free, and no step is special.
/// </summary>
internal sealed class StartsAtOnce(Database database, ClassCatalog classes, MovesWriter writer)
{
    /// <summary>
    /// Starts runs of different codes; answers null, and nothing changed, where they are to be looked at one by one.
    /// </summary>
    public async ValueTask<(WorkflowRun Run, List<long> First)[]?> TryAsync(
        IReadOnlyList<NewRun> runs, KnownRules known, long? nowUs, CancellationToken ct)
    {
        List<NewTask> tasks = [.. runs.SelectMany(run => run.Steps).Select(step => step.Task)];
        if (tasks.Exists(task => task.Unique is not null || task.ReadyAt is not null || RelaxSteps.LastOf(task) > 0))
        {
            return null;
        }

        var rows = new StepRows(database, writer);
        var first = new List<long>[runs.Count];
        var from = 1;
        for (var i = 0; i < runs.Count; i++)
        {
            var steps = runs[i].Steps;
            long[] places = [.. Enumerable.Range(from, steps.Count).Select(place => (long)place)];
            first[i] = rows.Add(runs[i].Begun(i + 1, default), steps, places, 0, 0).First;
            from += steps.Count;
        }

        var classIds = await classes.InternAsync(tasks, ct).ConfigureAwait(false);
        var waits = new bool[tasks.Count];
        Array.Fill(waits, true);
        foreach (var place in first.SelectMany(places => places))
        {
            waits[place - 1] = false;
        }

        try
        {
            return await database.StartAsync(
                () => Load(runs, tasks, classIds, waits, rows, known, nowUs),
                async row => await row.ReadAsync(ct).ConfigureAwait(false) ? Read(row, runs, first) : null,
                ct).ConfigureAwait(false);
        }
        catch (PostgresException e) when (e.SqlState is "LS002" or PostgresErrorCodes.UniqueViolation)
        {
            return null;
        }
    }

    private Round Load(
        IReadOnlyList<NewRun> runs, List<NewTask> tasks, int[] classIds, bool[] waits, StepRows rows, KnownRules known,
        long? nowUs)
    {
        var round = new Round()
            .AddInserts(database.Sql["runs_start"], tasks, classIds, known, nowUs, PlaceFlags.InRun)
            .WithLimitKeys(tasks).With(waits).WithRuns(runs);
        rows.AddPlaced(round);
        return round;
    }

    private static (WorkflowRun Run, List<long> First)[] Read(
        NpgsqlDataReader row, IReadOnlyList<NewRun> runs, List<long>[] first)
    {
        var ids = row.GetFieldValue<long[]>(0);
        var tasks = row.GetFieldValue<long[]>(1);
        var at = UnixTime.FromMicroseconds(row.GetInt64(2));
        return
        [
            .. runs.Select((run, i) => (
                run.Begun(ids[i], at), first[i].ConvertAll(place => tasks[place - 1]))),
        ];
    }
}
