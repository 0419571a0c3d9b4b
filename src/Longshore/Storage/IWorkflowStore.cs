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
    /// Stops when at least <paramref name="limit"/> tasks went with them.
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

    /// <summary>The mark of the page before.</summary>
    public string? After { get; init; }

    /// <summary>Most runs of the page.</summary>
    public int Limit { get; init; } = 50;
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
