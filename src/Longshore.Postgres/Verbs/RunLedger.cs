using Longshore.Assignments;
using Longshore.Events;
using Longshore.Matching;
using Longshore.Storage;
using Longshore.Tasks;
using Longshore.Workflows;

namespace Longshore.Postgres.Verbs;

/// <summary>
/// The runs that a transaction has locked, with as much of them as the ends that may come can concern. What is decided
/// goes to the <see cref="Moves"/> and is written with them.
/// </summary>
internal sealed class RunLedger(Moves moves) : IRunLedger
{
    private readonly Dictionary<long, WorkflowRun> _runs = [];
    private readonly Dictionary<long, RunStep> _steps = [];
    private readonly Dictionary<long, SortedSet<long>> _dependents = [];
    private readonly Dictionary<long, SortedSet<long>> _predecessors = [];
    private readonly Dictionary<string, double> _scores = new(StringComparer.Ordinal);
    private readonly List<long> _released = [];
    private readonly List<LostClaim> _lost = [];
    private readonly HashSet<long> _told = [];
    private readonly HashSet<long> _announced = [];

    public long NowUs => moves.NowUs;

    /// <summary>Steps that changed.</summary>
    public Dictionary<long, RunStep> ChangedSteps { get; } = [];

    /// <summary>Runs that changed.</summary>
    public Dictionary<long, WorkflowRun> ChangedRuns { get; } = [];

    /// <summary>Which steps depend on which from now on.</summary>
    public List<(long TaskId, long DependsOn)> NewDependencies { get; } = [];

    /// <summary>What tasks are given to work on.</summary>
    public Dictionary<long, JsonText> Filled { get; } = [];

    /// <summary>Tasks that became ready, whatever became of them afterwards.</summary>
    public List<long> BecameReady { get; } = [];

    /// <summary>No run is concerned.</summary>
    public bool IsEmpty => _runs.Count == 0;

    public void Load(WorkflowRun run) => _runs[run.Id] = run;

    public void Load(RunStep step) => _steps[step.TaskId] = step;

    public void Load(long taskId, long dependsOn)
    {
        Set(_dependents, dependsOn).Add(taskId);
        Set(_predecessors, taskId).Add(dependsOn);
    }

    public void Load(string agent, double score) => _scores[agent] = score;

    /// <summary>What the ends of steps that were decided on since the last call lead to.</summary>
    public RunEffects Advance()
    {
        if (IsEmpty)
        {
            return RunEffects.None;
        }

        var ended = moves.Moved
            .Where(m => m.To.Stage == Stage.Finished && m.From.Stage != Stage.Finished
                && (m.To.Place.Flags & PlaceFlags.InRun) != 0 && _told.Add(m.To.Place.Id))
            .Select(m => (m.To.Place.Id, m.To.State))
            .ToList();
        new RunAdvance(this).Ended(ended);
        return TakeEffects();
    }

    /// <summary>What was done to tasks since the last call.</summary>
    public RunEffects TakeEffects()
    {
        var effects = new RunEffects([.. _released.Where(_announced.Add)], [.. _lost]);
        _lost.Clear();
        return effects;
    }

    public RunStep? FindStep(long taskId) => _steps.GetValueOrDefault(taskId);

    /// <summary>The run; null when it is none of those that are locked.</summary>
    public WorkflowRun? FindRun(long id) => _runs.GetValueOrDefault(id);

    public WorkflowRun GetRun(long id) => _runs[id];

    public IReadOnlyList<RunStep> StepsOf(long runId) =>
        [.. _steps.Values.Where(step => step.RunId == runId).OrderBy(step => step.Place)];

    public IReadOnlyList<RunStep> AsideOf(long runId) =>
        [.. _steps.Values.Where(step => step.RunId == runId && step.Role != StepRole.Step).OrderBy(s => s.Place)];

    public IReadOnlyList<long> DependentsOf(long taskId) => [.. _dependents.GetValueOrDefault(taskId) ?? []];

    public IReadOnlyList<long> PredecessorsOf(long taskId) => [.. _predecessors.GetValueOrDefault(taskId) ?? []];

    public StepTask TaskOf(long taskId)
    {
        var standing = moves.Find(taskId)!;
        var agent = standing.Claim?.Agent ?? moves.LastAgentOf(taskId);
        return new StepTask(
            standing.State, standing.Result, standing.Error ?? moves.LastErrorOf(taskId), agent,
            agent is null ? 0 : _scores.GetValueOrDefault(agent));
    }

    public void Put(RunStep step) => _steps[step.TaskId] = ChangedSteps[step.TaskId] = step;

    public void Put(WorkflowRun run) => _runs[run.Id] = ChangedRuns[run.Id] = run;

    public void Fill(long taskId, JsonText payload) => Filled[taskId] = payload;

    public void AddDependency(long taskId, long dependsOn)
    {
        Load(taskId, dependsOn);
        NewDependencies.Add((taskId, dependsOn));
    }

    public void Proceed(long taskId)
    {
        var place = moves.Find(taskId)!.Place.AvailableFrom(NowUs);
        moves.MoveTo(new Standing(Stage.Ready, TaskState.Created, place));
        if ((place.Flags & PlaceFlags.Relaxing) != 0)
        {
            moves.RelaxedAgain.Add(taskId);
        }

        BecameReady.Add(taskId);
        _released.Add(taskId);
    }

    public void Cancel(long taskId, string why)
    {
        var standing = moves.Find(taskId)!;
        if (Changer.End(moves, standing, AssignmentStatus.Cancelled, TaskState.Cancelled, why) is { } lost)
        {
            _lost.Add(lost);
        }

        Note(EventTypes.TaskCancelled, standing.Place, EventPayloads.Reason(why));
        Settled(taskId);
    }

    public void Conclude(long taskId, JsonText result)
    {
        var standing = moves.Find(taskId)!;
        if (standing is { Stage: Stage.Finished, Claim: { } ended })
        {
            moves.NewRecords.Add(ended);
        }

        moves.Finish(moves.Done(standing.Place), TaskState.Done, null, result);
        Note(EventTypes.TaskConcluded, standing.Place, default);
        Settled(taskId);
    }

    public void Await(long taskId)
    {
        var standing = moves.Find(taskId)!;
        if (standing is { Stage: Stage.Finished, Claim: { } ended })
        {
            moves.NewRecords.Add(ended);
        }

        moves.Begun.Add((taskId, standing.EndedUs));
        var place = moves.WithoutTrips(standing.Place.Cleared()) with { Attempts = 0 };
        if ((place.Flags & PlaceFlags.Kept) != 0)
        {
            moves.Unkept.Add(taskId);
        }

        var fresh = place.WithFailures(0) with { Flags = place.Flags & ~PlaceFlags.Kept };
        moves.MoveTo(new Standing(Stage.Parked, TaskState.Waiting, fresh));
        if ((fresh.Flags & PlaceFlags.HasDeadline) != 0)
        {
            moves.RestoredDeadlines.Add(taskId);
        }

        Note(EventTypes.TaskAwaits, fresh, default);
    }

    public void Note(string type, WorkflowRun run, RunStep? step = null, string? reason = null)
    {
        var payload = EventPayloads.Run(run.Id, run.Code, run.State.ToWire(), step?.Name, reason);
        moves.Note(
            new NewEvent(type, ActorType.System, "longshore", step?.TaskId, payload, run.CorrelationId));
    }

    private void Note(string type, Place place, JsonText payload) =>
        moves.Note(new NewEvent(type, ActorType.System, "longshore", place.Id, payload), place.Epoch);

    // What the run itself ended is not news to it.
    private void Settled(long taskId)
    {
        _told.Add(taskId);
        _released.Remove(taskId);
    }

    private static SortedSet<long> Set(Dictionary<long, SortedSet<long>> sets, long key) =>
        sets.TryGetValue(key, out var set) ? set : sets[key] = [];
}
