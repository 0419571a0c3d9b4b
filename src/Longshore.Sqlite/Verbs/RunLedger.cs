using Longshore.Assignments;
using Longshore.Events;
using Longshore.Matching;
using Longshore.Sqlite.Interop;
using Longshore.Sqlite.Live;
using Longshore.Sqlite.Reading;
using Longshore.Storage;
using Longshore.Storage.Sql;
using Longshore.Tasks;
using Longshore.Workflows;

namespace Longshore.Sqlite.Verbs;

/// <summary>
/// The runs inside one transaction. What is changed is written when the verb is over: a join on which a thousand steps
/// lead is written once.
/// </summary>
internal sealed class RunLedger(
    Connection connection, SqlCatalog sql, RunReader rows, TaskBodies bodies, LiveIndex live, Stages stages,
    Deadlines deadlines, BreakerBook breakers, RelaxVerbs relaxing, HelpVerbs help, EventLog events) : IRunLedger
{
    private readonly Statement _runSet = connection.Prepare(sql["run_set"]);
    private readonly Statement _step = connection.Prepare(sql["run_step_get"]);
    private readonly Statement _stepSet = connection.Prepare(sql["run_step_set"]);
    private readonly Statement _fill = connection.Prepare(sql["task_payload_set"]);
    private readonly Statement _dependents = connection.Prepare(sql["dependents_of"]);
    private readonly Statement _predecessors = connection.Prepare(sql["predecessors_of"]);
    private readonly Statement _dependencyAdd = connection.Prepare(sql["dependency_add"]);
    private readonly Dictionary<long, (WorkflowRun Run, bool IsChanged)> _runs = [];
    private readonly Dictionary<long, (RunStep Step, bool IsChanged)> _known = [];
    private readonly List<long> _released = [];
    private readonly List<LostClaim> _lost = [];

    public long NowUs { get; private set; }

    /// <summary>Begins with nothing known or changed.</summary>
    public RunLedger At(long nowUs)
    {
        NowUs = nowUs;
        _runs.Clear();
        _known.Clear();
        _released.Clear();
        _lost.Clear();
        return this;
    }

    /// <summary>Writes what was changed; answers what it did to tasks.</summary>
    public RunEffects Close()
    {
        foreach (var (run, isChanged) in _runs.Values)
        {
            if (isChanged)
            {
                _runSet.Bind(run.Id).Bind((long)run.State).Bind(run.Reason).Bind(run.Steps).Bind(run.Open)
                    .Bind(run.Failed).Bind(run.EndedAt?.ToMicroseconds()).Bind(run.Cancelled).Bind((long)run.Batch)
                    .Run();
            }
        }

        foreach (var (step, isChanged) in _known.Values)
        {
            if (isChanged)
            {
                _stepSet.Bind(step.TaskId).Bind((long)step.Outcome).Bind(step.Open).Bind(step.Led).Bind(step.Asked)
                    .Run();
            }
        }

        var effects = new RunEffects([.. _released], [.. _lost]);
        At(NowUs);
        return effects;
    }

    public RunStep? FindStep(long taskId)
    {
        if (_known.TryGetValue(taskId, out var known))
        {
            return known.Step;
        }

        var step = _step.Bind(taskId).One(RunRows.ReadStep);
        if (step is not null)
        {
            _known[taskId] = (step, false);
        }

        return step;
    }

    public WorkflowRun GetRun(long id) => FindRun(id)!;

    /// <summary>The run, with what was changed so far; null when there is none.</summary>
    public WorkflowRun? FindRun(long id)
    {
        if (!_runs.TryGetValue(id, out var known) && rows.Run(id) is { } run)
        {
            _runs[id] = known = (run, false);
        }

        return known.Run;
    }

    public IReadOnlyList<RunStep> StepsOf(long runId) => rows.StepsOf(runId).ConvertAll(AsKnown);

    public IReadOnlyList<RunStep> AsideOf(long runId) => rows.AsideOf(runId).ConvertAll(AsKnown);

    public IReadOnlyList<long> DependentsOf(long taskId) => _dependents.Bind(taskId).ReadIds();

    public IReadOnlyList<long> PredecessorsOf(long taskId) => _predecessors.Bind(taskId).ReadIds();

    public StepTask TaskOf(long taskId)
    {
        var standing = stages.Find(taskId)!;
        var agent = standing.AgentId is { } id ? live.Agent(id) : null;
        return new StepTask(
            standing.State, standing.Result, standing.Error ?? bodies.LastError(taskId), agent?.Profile.Name,
            agent?.Record.Score ?? 0);
    }

    public void Put(RunStep step) => _known[step.TaskId] = (step, true);

    public void Put(WorkflowRun run) => _runs[run.Id] = (run, true);

    public void Fill(long taskId, JsonText payload) => _fill.Bind(taskId).BindText(payload.Utf8).Run();

    public void AddDependency(long taskId, long dependsOn) => _dependencyAdd.Bind(taskId).Bind(dependsOn).Run();

    public void Proceed(long taskId)
    {
        var place = stages.Find(taskId)!.Place;
        stages.RemoveParked(taskId);
        stages.AddReady(place.AvailableFrom(NowUs));
        if ((place.Flags & PlaceFlags.Relaxing) != 0)
        {
            relaxing.Again(taskId, NowUs);
        }

        events.AddReady(taskId);
        _released.Add(taskId);
    }

    public void Cancel(long taskId, string why)
    {
        var standing = stages.Find(taskId)!;
        var lost = stages.Take(standing, AssignmentStatus.Cancelled, TaskState.Cancelled, why, NowUs);
        stages.AddFinished(standing.Place, TaskState.Cancelled, standing.Claim?.AgentId, NowUs, error: why);
        Note(EventTypes.TaskCancelled, standing.Place, EventPayloads.Reason(why));
        _released.Remove(taskId);
        if (lost is not null)
        {
            _lost.Add(lost);
        }
    }

    public void Conclude(long taskId, JsonText result)
    {
        var standing = stages.Find(taskId)!;
        stages.Remove(standing);
        stages.AddFinished(standing.Place, TaskState.Done, null, NowUs, result);
        Note(EventTypes.TaskConcluded, standing.Place, default);
        _released.Remove(taskId);
    }

    public void Await(long taskId)
    {
        var standing = stages.Find(taskId)!;
        help.CloseOf(taskId);
        stages.Remove(standing);
        breakers.Forget(taskId);
        stages.ForgetKept(taskId);
        var fresh = standing.Place.Cleared() with { Attempts = 0 };
        fresh = fresh.WithFailures(0) with { Flags = fresh.Flags & ~(PlaceFlags.Kept | PlaceFlags.Tripped) };
        stages.AddParked(fresh, TaskState.Waiting);
        if ((fresh.Flags & PlaceFlags.HasDeadline) != 0)
        {
            deadlines.Restore(taskId);
        }

        Note(EventTypes.TaskAwaits, fresh, default);
    }

    public void Note(string type, WorkflowRun run, RunStep? step = null, string? reason = null)
    {
        var payload = EventPayloads.Run(run.Id, run.Code, run.State.ToWire(), step?.Name, reason);
        events.AddSingle(
            new NewEvent(type, ActorType.System, "longshore", step?.TaskId, payload, run.CorrelationId), NowUs);
    }

    private void Note(string type, in Place place, JsonText payload) => events.AddSingle(
        new NewEvent(type, ActorType.System, "longshore", place.Id, payload), NowUs, place.Epoch);

    private RunStep AsKnown(RunStep step)
    {
        if (_known.TryGetValue(step.TaskId, out var known))
        {
            return known.Step;
        }

        _known[step.TaskId] = (step, false);
        return step;
    }
}
