using System.Globalization;
using Longshore.Tasks;
using Longshore.Workflows;

namespace Longshore.Storage;

/// <summary>Verbs on workflows and their runs.</summary>
public interface IWorkflowStore
{
    /// <summary>
    /// Stores a version of a workflow, once. Answers what is stored under the name and version: what was given, or what
    /// was there before.
    /// </summary>
    ValueTask<Workflow> PutWorkflowAsync(Workflow workflow, long? nowUs = null, CancellationToken ct = default);

    /// <summary>A version of a workflow, its newest when none is named; or null.</summary>
    ValueTask<Workflow?> GetWorkflowAsync(
        string @namespace, string name, int? version = null, CancellationToken ct = default);

    /// <summary>A page of workflows, by namespace, name and version.</summary>
    ValueTask<Page<Workflow>> ListWorkflowsAsync(WorkflowQuery query, CancellationToken ct = default);

    /// <summary>
    /// Performs run: stores a run and all its tasks. Those that nothing precedes can be claimed, the others wait.
    /// </summary>
    internal ValueTask<StartOutcome> StartRunAsync(NewRun run, long? nowUs = null, CancellationToken ct = default);

    /// <summary>
    /// Adds steps under one that is held by this epoch: what depends on it waits for them, too. A step whose name the
    /// run has already is left as it is.
    /// </summary>
    internal ValueTask<RunChange> ExtendRunAsync(
        long taskId, int epoch, IReadOnlyList<NewStep> steps, long? nowUs = null, CancellationToken ct = default);

    /// <summary>Adds tasks to a batch, or closes it, or both.</summary>
    internal ValueTask<RunChange> AddMembersAsync(
        NewMembers members, long? nowUs = null, CancellationToken ct = default);

    /// <summary>A page of the tasks of a batch, by place.</summary>
    ValueTask<Page<RunStep>> ListMembersAsync(BatchTaskQuery query, CancellationToken ct = default);

    /// <summary>Calls off what has not ended; what was done is compensated where its step says how.</summary>
    ValueTask<RunChange> CancelRunAsync(
        long runId, string? reason, long? nowUs = null, CancellationToken ct = default);

    /// <summary>Begins a run anew where it failed or was called off.</summary>
    ValueTask<RunChange> RetryRunAsync(long runId, long? nowUs = null, CancellationToken ct = default);

    /// <summary>Settles a step by hand, with a result.</summary>
    ValueTask<RunChange> ResolveStepAsync(
        long runId, string step, JsonText result, long? nowUs = null, CancellationToken ct = default);

    /// <summary>The run, or null.</summary>
    ValueTask<WorkflowRun?> GetRunAsync(long id, CancellationToken ct = default);

    /// <summary>The id of the run of a code, or null.</summary>
    ValueTask<long?> FindRunAsync(string @namespace, string code, CancellationToken ct = default);

    /// <summary>A page of runs, the newest first.</summary>
    ValueTask<Page<WorkflowRun>> ListRunsAsync(RunQuery query, CancellationToken ct = default);

    /// <summary>All tasks of a run with what they depend on, by place; empty when there is no such run.</summary>
    ValueTask<IReadOnlyList<RunStepRecord>> ListStepsAsync(long runId, CancellationToken ct = default);

    /// <summary>
    /// Deletes runs that are old, each as a whole: what is decided for tasks that ended like the run holds for it.
    /// Stops when at least <paramref name="limit"/> tasks went with them. A batch goes in parts.
    /// </summary>
    ValueTask<PruneOutcome> PruneRunsAsync(PrunePlan plan, int limit, CancellationToken ct = default);
}

/// <summary>A step of a run, and what it depends on.</summary>
/// <param name="Step">The step.</param>
/// <param name="DependsOn">Tasks, by id.</param>
public sealed record RunStepRecord(RunStep Step, IReadOnlyList<long> DependsOn);

/// <summary>Which workflows to list.</summary>
public sealed record WorkflowQuery
{
    /// <summary>Only of this namespace; null means all.</summary>
    public string? Namespace { get; init; }

    /// <summary>The mark of the page before.</summary>
    public string? After { get; init; }

    /// <summary>Most workflows of the page.</summary>
    public int Limit { get; init; } = 100;
}

/// <summary>Which runs to list.</summary>
public sealed record RunQuery
{
    /// <summary>Only of this namespace; null means all.</summary>
    public string? Namespace { get; init; }

    /// <summary>Only of the workflow of this name.</summary>
    public string? Workflow { get; init; }

    /// <summary>Only in this state.</summary>
    public RunState? State { get; init; }

    /// <summary>Batches, instead of runs of workflows.</summary>
    internal bool Batches { get; init; }

    /// <summary>Only those that have ended, or only those that have not.</summary>
    internal bool? Ended { get; init; }

    /// <summary>The mark of the page before.</summary>
    public string? After { get; init; }

    /// <summary>Most runs of the page.</summary>
    public int Limit { get; init; } = 50;
}

/// <summary>Which batches to list.</summary>
public sealed record BatchQuery
{
    /// <summary>Only of this namespace; null means all.</summary>
    public string? Namespace { get; init; }

    /// <summary>Only those that have ended, or only those that have not; null means both.</summary>
    public bool? Ended { get; init; }

    /// <summary>The mark of the page before.</summary>
    public string? After { get; init; }

    /// <summary>Most batches of the page.</summary>
    public int Limit { get; init; } = 50;
}

/// <summary>Which tasks of a batch to list.</summary>
/// <param name="Id">The batch.</param>
public sealed record BatchTaskQuery(long Id)
{
    /// <summary>The callback tasks, instead of those of the batch.</summary>
    public bool Callbacks { get; init; }

    /// <summary>Only those that ended so, or have not ended (<see cref="StepOutcome.None"/>); null means all.</summary>
    public StepOutcome? Outcome { get; init; }

    /// <summary>The mark of the page before.</summary>
    public string? After { get; init; }

    /// <summary>Most tasks of the page.</summary>
    public int Limit { get; init; } = 100;
}

/// <summary>Tasks to add to a batch.</summary>
/// <param name="RunId">The batch.</param>
/// <param name="Tasks">Checked; of the namespace of the batch. None at all when it is only to be closed.</param>
internal sealed record NewMembers(long RunId, IReadOnlyList<NewTask> Tasks)
{
    /// <summary>How many tasks the batch has before; when it has these already, they are not added again.</summary>
    public int? At { get; init; }

    /// <summary>Nothing more will be added.</summary>
    public bool Close { get; init; }

    /// <summary>Why they cannot be added; null when they can, or are there already.</summary>
    public RunChangeStatus? Refusal(WorkflowRun? batch) =>
        batch is not { IsBatch: true } ? RunChangeStatus.NotFound
        : AreIn(batch) ? null
        : batch.Batch == BatchStage.Closed ? RunChangeStatus.Closed
        : (At ?? batch.Steps) != batch.Steps ? RunChangeStatus.Misplaced
        : batch.Steps + Tasks.Count > Limits.BatchMembersMax ? RunChangeStatus.TooMany
        : null;

    /// <summary>Nothing is to be added: there are none, or they were added before.</summary>
    public bool AreIn(WorkflowRun batch) => Tasks.Count == 0 || At + Tasks.Count <= batch.Steps;

    /// <summary>As steps of their run.</summary>
    public static IEnumerable<NewStep> Steps(int before, IReadOnlyList<NewTask> tasks) => tasks.Select((task, i) =>
        new NewStep((before + i + 1).ToString(CultureInfo.InvariantCulture), task, StepRole.Step, []));
}

/// <summary>How the start of a run went.</summary>
internal enum StartStatus
{
    /// <summary>It began.</summary>
    Started,

    /// <summary>The same was started before under its code.</summary>
    Existing,

    /// <summary>Something else was started under its code; nothing is stored.</summary>
    CodeTaken,

    /// <summary>As many tasks wait in the namespace as its rules allow; nothing is stored.</summary>
    QueueFull,
}

/// <summary>Outcome of a start.</summary>
/// <param name="Status">How it went.</param>
/// <param name="Run">The run, or the holder of its code.</param>
/// <param name="Effects">What can be claimed since.</param>
internal sealed record StartOutcome(StartStatus Status, WorkflowRun? Run, RunEffects Effects);

/// <summary>How a change of a run went.</summary>
public enum RunChangeStatus
{
    /// <summary>Done.</summary>
    Changed = 0,

    /// <summary>There is no such run.</summary>
    NotFound = 1,

    /// <summary>The run, or its step, is in a state in which this cannot be done.</summary>
    Refused = 2,

    /// <summary>The run has no such step.</summary>
    NoSuchStep = 3,

    /// <summary>The epoch is not that of a live claim (409).</summary>
    Stale = 4,

    /// <summary>What was done was made up for, so there is nothing to go on from.</summary>
    Compensated = 5,

    /// <summary>The run would have more tasks than allowed.</summary>
    TooMany = 6,

    /// <summary>The batch was closed, so nothing more is added to it.</summary>
    Closed = 7,

    /// <summary>The batch has another number of tasks than was said.</summary>
    Misplaced = 8,

    /// <summary>As many tasks wait in the namespace as its rules allow; nothing is stored.</summary>
    QueueFull = 9,
}

internal static class RunChangeStatuses
{
    public static RunChangeStatus ToStatus(this RetryRunStatus status) => status switch
    {
        RetryRunStatus.Retried => RunChangeStatus.Changed,
        RetryRunStatus.Compensated => RunChangeStatus.Compensated,
        _ => RunChangeStatus.Refused,
    };
}

/// <summary>Outcome of a change of a run.</summary>
/// <param name="Status">How it went.</param>
/// <param name="Run">The run as it is now; null when there is none.</param>
/// <param name="Effects">What it did to tasks.</param>
public sealed record RunChange(RunChangeStatus Status, WorkflowRun? Run, RunEffects Effects)
{
    internal static RunChange Not(RunChangeStatus status, WorkflowRun? run = null) => new(status, run, RunEffects.None);
}
