using Longshore.Storage;
using Longshore.Workflows;

namespace Longshore.Postgres.Reading;

/// <summary>Reads workflows and runs.</summary>
internal sealed class RunReader(Database database)
{
    // Every start of a run asks for its definition.
    private readonly SharedReads<(string Namespace, string Name, int? Version), Workflow?> _workflows = new(
        asked => database.RunAsync(
            () => new Round().Add(database.Sql["workflow_get"])
                .With(asked.Namespace).With(asked.Name).With(asked.Version),
            async row => await row.ReadAsync().ConfigureAwait(false)
                ? WorkflowJson.Read(row.GetFieldValue<byte[]>(0))
                : null,
            CancellationToken.None).AsTask());

    public async ValueTask<Workflow?> WorkflowAsync(
        string @namespace, string name, int? version, CancellationToken ct) =>
        await _workflows.AskAsync((@namespace, name, version), ct).ConfigureAwait(false);

    public async ValueTask<Page<Workflow>> WorkflowsAsync(WorkflowQuery query, CancellationToken ct)
    {
        var (space, name) = Paging.AfterName(query.After);
        var found = await database.RunAsync(
            () => new Round().Add(database.Sql["workflows_list"])
                .With(query.Namespace).With(space).With(name).With((int?)(query.Limit + 1)),
            row => row.AllAsync(r => WorkflowJson.Read(r.GetFieldValue<byte[]>(0)), ct),
            ct).ConfigureAwait(false);
        return Paging.PageOf(found, query.Limit, w => Paging.Mark(w.Namespace, w.Name));
    }

    public ValueTask<WorkflowRun?> RunAsync(long id, CancellationToken ct) => database.RunAsync(
        () => new Round().Add(database.Sql["run_get"]).With((long?)id),
        async row => await row.ReadAsync(ct).ConfigureAwait(false) ? RunColumns.Run(row) : null,
        ct);

    public ValueTask<long?> FindAsync(string @namespace, string code, CancellationToken ct) => database.RunAsync(
        () => new Round().Add(database.Sql["run_find"]).With(@namespace).With(code),
        async row => await row.ReadAsync(ct).ConfigureAwait(false) ? row.GetInt64(0) : (long?)null,
        ct);

    public async ValueTask<Page<WorkflowRun>> RunsAsync(RunQuery query, CancellationToken ct)
    {
        var found = await database.RunAsync(
            () => new Round().Add(database.Sql["runs_list"])
                .With(query.Namespace).With(query.Workflow).With((int?)query.State)
                .With(Paging.AfterId(query.After)).With((int?)(query.Limit + 1)).With((bool?)query.Batches)
                .With(query.Ended),
            row => row.AllAsync(RunColumns.Run, ct),
            ct).ConfigureAwait(false);
        return Paging.PageOf(found, query.Limit, r => Paging.Mark(r.Id));
    }

    public async ValueTask<Page<RunStep>> MembersAsync(BatchTaskQuery query, CancellationToken ct)
    {
        var found = await database.RunAsync(
            () => new Round().Add(database.Sql["members_list"])
                .With((long?)query.Id).With((int?)(Paging.AfterId(query.After) ?? -1)).With((bool?)query.Callbacks)
                .With((int?)query.Outcome).With((int?)(query.Limit + 1)),
            row => row.AllAsync(RunColumns.Step, ct),
            ct).ConfigureAwait(false);
        return Paging.PageOf(found, query.Limit, step => Paging.Mark(step.Place));
    }

    public ValueTask<IReadOnlyList<RunStepRecord>> StepsAsync(long runId, CancellationToken ct) =>
        database.RunAsync<IReadOnlyList<RunStepRecord>>(
            () => AddSteps(new Round(), [runId]),
            async row =>
            {
                var steps = await row.AllAsync(RunColumns.Step, ct).ConfigureAwait(false);
                var before = (await row.AllAsync(RunColumns.Dependency, ct).ConfigureAwait(false))
                    .ToLookup(d => d.TaskId, d => d.DependsOn);
                return steps.ConvertAll(step => new RunStepRecord(step, [.. before[step.TaskId]]));
            },
            ct);

    /// <summary>Asks for every step of runs, and for what they depend on.</summary>
    public Round AddSteps(Round round, long[] runs) => round
        .Add(database.Sql["run_steps_of"]).With(runs).Add(database.Sql["dependencies_of"]).With(runs);
}
