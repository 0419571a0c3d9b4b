using Longshore.Sqlite.Interop;
using Longshore.Storage;
using Longshore.Storage.Sql;
using Longshore.Workflows;

namespace Longshore.Sqlite.Reading;

/// <summary>Reads workflows and runs.</summary>
internal sealed class RunReader(Connection connection, SqlCatalog sql)
{
    private readonly Statement _workflow = connection.Prepare(sql["workflow_get"]);
    private readonly Statement _workflows = connection.Prepare(sql["workflows_list"]);
    private readonly Statement _run = connection.Prepare(sql["run_get"]);
    private readonly Statement _find = connection.Prepare(sql["run_find"]);
    private readonly Statement _runs = connection.Prepare(sql["runs_list"]);
    private readonly Statement _steps = connection.Prepare(sql["run_steps_list"]);
    private readonly Statement _aside = connection.Prepare(sql["run_steps_aside"]);
    private readonly Statement _members = connection.Prepare(sql["members_list"]);
    private readonly Statement _predecessors = connection.Prepare(sql["predecessors_list"]);

    public Workflow? Workflow(string @namespace, string name, int? version) =>
        _workflow.Bind(@namespace).Bind(name).Bind((long?)version).One(row => WorkflowJson.Read(row.Bytes(0)));

    public Page<Workflow> Workflows(WorkflowQuery query)
    {
        var (space, name) = Paging.AfterName(query.After);
        var found = _workflows.Bind(query.Namespace).Bind(space).Bind(name).Bind(query.Limit + 1)
            .All(row => WorkflowJson.Read(row.Bytes(2)));
        return Paging.PageOf(found, query.Limit, w => Paging.Mark(w.Namespace, w.Name));
    }

    public WorkflowRun? Run(long id) => _run.Bind(id).One(RunRows.ReadRun);

    public long? Find(string @namespace, string code)
    {
        long? id = _find.Bind(@namespace).Bind(code).Read() ? _find.Long(0) : null;
        _find.Reset();
        return id;
    }

    public Page<WorkflowRun> Runs(RunQuery query)
    {
        var found = _runs.Bind(query.Namespace).Bind(query.Workflow).Bind((long?)query.State)
            .Bind(Paging.AfterId(query.After)).Bind(query.Limit + 1).Bind(query.Batches ? 1 : 0)
            .Bind(query.Ended is { } ended ? (ended ? 1L : 0L) : null)
            .All(RunRows.ReadRun);
        return Paging.PageOf(found, query.Limit, r => Paging.Mark(r.Id));
    }

    public List<RunStep> StepsOf(long runId) => _steps.Bind(runId).All(RunRows.ReadStep);

    /// <summary>Answers, compensations and what the end of a run enqueues.</summary>
    public List<RunStep> AsideOf(long runId) => _aside.Bind(runId).All(RunRows.ReadStep);

    public Page<RunStep> Members(BatchTaskQuery query)
    {
        var found = _members.Bind(query.Id).Bind(Paging.AfterId(query.After) ?? -1).Bind(query.Callbacks ? 1 : 0)
            .Bind((long?)query.Outcome).Bind(query.Limit + 1).All(RunRows.ReadStep);
        return Paging.PageOf(found, query.Limit, step => Paging.Mark(step.Place));
    }

    public IReadOnlyList<RunStepRecord> Steps(long runId)
    {
        var steps = StepsOf(runId);
        var before = _predecessors.Bind(runId).All(row => (TaskId: row.Long(0), DependsOn: row.Long(1)))
            .ToLookup(d => d.TaskId, d => d.DependsOn);
        return steps.ConvertAll(step => new RunStepRecord(step, [.. before[step.TaskId]]));
    }
}
