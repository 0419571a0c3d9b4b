using Longshore.Agents;
using Longshore.Postgres.Reading;
using Longshore.Workflows;
using Npgsql;

namespace Longshore.Postgres.Verbs;

/// <summary>
/// Reads of locked runs what the ends of their steps may concern. Where steps are only completed, have no conditions
/// and are not the last ones, that is the steps that depend on them, however many others the run has. Of a batch it is
/// what its end enqueues.
/// </summary>
internal sealed class RunLoader(Database database, RunReader reader)
{
    /// <summary>Loads the ledger; answers which more tasks must be locked.</summary>
    public async ValueTask<long[]> LoadAsync(
        NpgsqlConnection connection, RunLedger ledger, List<(WorkflowRun Run, bool IsPlain)> runs,
        List<RunStep> steps, IReadOnlySet<long>? completing, CancellationToken ct)
    {
        runs.ForEach(r => ledger.Load(r.Run));
        steps.ForEach(ledger.Load);
        var ending = steps.ToLookup(step => step.RunId);
        var batches = runs.Where(r => r.Run.IsBatch).Select(r => r.Run.Id).ToArray();
        var shallow = runs
            .Where(r => !r.Run.IsBatch && r.IsPlain && completing is not null && ending[r.Run.Id].Any()
                && ending[r.Run.Id].Count() < r.Run.Open
                && ending[r.Run.Id].All(s => s.Role == StepRole.Step && completing.Contains(s.TaskId)))
            .Select(r => r.Run.Id)
            .ToHashSet();
        var deep = runs.Select(r => r.Run.Id).Except(batches).Where(id => !shallow.Contains(id)).ToArray();
        var known = steps.Where(step => shallow.Contains(step.RunId)).Select(step => step.TaskId).ToArray();
        var round = reader.AddSteps(new Round(), deep)
            .Add(database.Sql["scores_of_answerers"]).With(deep)
            .Add(database.Sql["run_steps_after"]).With(known)
            .Add(database.Sql["dependencies_after"]).With(known)
            .Add(database.Sql["run_steps_aside"]).With(batches);
        return await database.SendAsync<long[]>(
            connection,
            round,
            async row =>
            {
                var all = await row.AllAsync(RunColumns.Step, ct).ConfigureAwait(false);
                all.ForEach(ledger.Load);
                (await row.AllAsync(RunColumns.Dependency, ct).ConfigureAwait(false))
                    .ForEach(d => ledger.Load(d.TaskId, d.DependsOn));
                (await row.AllAsync(Score, ct).ConfigureAwait(false))
                    .ForEach(s => ledger.Load(s.Agent, s.Score));
                var after = await row.AllAsync(RunColumns.Step, ct).ConfigureAwait(false);
                after.ForEach(ledger.Load);
                var led = await row.AllAsync(RunColumns.Dependency, ct).ConfigureAwait(false);
                led.ForEach(d => ledger.Load(d.TaskId, d.DependsOn));
                var by = led.ToLookup(d => d.TaskId);
                var callbacks = await row.AllAsync(RunColumns.Step, ct).ConfigureAwait(false);
                callbacks.ForEach(ledger.Load);
                return [
                    .. callbacks.Select(step => step.TaskId),
                    .. all.Select(step => step.TaskId),
                    .. after.Where(step => step.Open <= by[step.TaskId].Count()).Select(step => step.TaskId),
                ];
            },
            ct).ConfigureAwait(false);
    }

    private static (string Agent, double Score) Score(NpgsqlDataReader row) => (
        row.GetString(0),
        Quality.LowerBound((double)row.GetInt64(1) / Evidence.One, (double)row.GetInt64(2) / Evidence.One));
}
