using Longshore.Tasks;

namespace Longshore.Workflows;

/// <summary>
/// Tasks that were enqueued together, of which somebody wants to know when all have ended. A batch shares its ids and
/// codes with the runs of workflows.
/// </summary>
public sealed record Batch
{
    /// <summary>Given by the store; grows.</summary>
    public required long Id { get; init; }

    /// <summary>Unique among the batches and runs of the namespace; given by Longshore when nobody gave one.</summary>
    public required string Code { get; init; }

    /// <summary>Of the batch, its tasks and its callbacks.</summary>
    public required string Namespace { get; init; }

    /// <summary>For people.</summary>
    public string? Description { get; init; }

    /// <summary>Where it stands.</summary>
    public BatchState State { get; init; }

    /// <summary>How many tasks it has; callbacks are not counted.</summary>
    public int Tasks { get; init; }

    /// <summary>How many of them are left: they wait, or somebody holds them.</summary>
    public int Left { get; init; }

    /// <summary>How many were done.</summary>
    public int Done { get; init; }

    /// <summary>How many failed for good or expired.</summary>
    public int Failed { get; init; }

    /// <summary>How many were cancelled.</summary>
    public int Cancelled { get; init; }

    /// <summary>Links events to their cause.</summary>
    public string? CorrelationId { get; init; }

    /// <summary>When it began.</summary>
    public DateTimeOffset StartedAt { get; init; }

    /// <summary>When the last of its tasks ended.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>The part of its tasks that have ended, 0 to 1; of an open batch, of those it has so far.</summary>
    public double Progress => Tasks == 0 ? (EndedAt is null ? 0 : 1) : (double)(Tasks - Left) / Tasks;

    internal static Batch Of(WorkflowRun run) => new()
    {
        Id = run.Id,
        Code = run.Code,
        Namespace = run.Namespace,
        Description = BatchTerms.Read(run.Input).Description,
        State = run.State switch
        {
            RunState.Done => BatchState.Done,
            RunState.Failed => BatchState.Failed,
            _ => run.Batch == BatchStage.Open ? BatchState.Open : BatchState.Running,
        },
        Tasks = run.Steps,
        Left = run.Open - (run.Batch == BatchStage.Open ? 1 : 0),
        Done = run.Steps - run.Failed - run.Cancelled - run.Open + (run.Batch == BatchStage.Open ? 1 : 0),
        Failed = run.Failed,
        Cancelled = run.Cancelled,
        CorrelationId = run.CorrelationId,
        StartedAt = run.StartedAt,
        EndedAt = run.EndedAt,
    };
}

/// <summary>Where a batch stands.</summary>
public enum BatchState
{
    /// <summary>More tasks may be added, so it does not end.</summary>
    Open = 0,

    /// <summary>It is closed, and tasks are left.</summary>
    Running = 1,

    /// <summary>All its tasks were done.</summary>
    Done = 2,

    /// <summary>All its tasks have ended, and not all were done.</summary>
    Failed = 3,
}

/// <summary>A batch to start.</summary>
public sealed record NewBatch
{
    /// <summary>Of the batch, its tasks and its callbacks.</summary>
    public string Namespace { get; init; } = "default";

    /// <summary>
    /// Unique among the batches and runs of the namespace, at most 120 characters: starting the same again under it
    /// yields the first batch. Null: Longshore gives one.
    /// </summary>
    public string? Code { get; init; }

    /// <summary>For people.</summary>
    public string? Description { get; init; }

    /// <summary>Links events to their cause; tasks without one of their own inherit it.</summary>
    public string? CorrelationId { get; init; }

    /// <summary>
    /// Enqueued once, in the transaction in which the last task ends, however the tasks ended. Its payload is an
    /// object; <c>batch</c> in it is filled with id, code, tasks, done, failed and cancelled.
    /// </summary>
    public NewTask? OnEnd { get; init; }

    /// <summary>
    /// The same, but only when every task was done: at once, or after those that were not were retried.
    /// </summary>
    public NewTask? OnDone { get; init; }

    /// <summary>The tasks, up to 10,000. A code, a key or a parent they have not.</summary>
    public IReadOnlyList<NewTask> Tasks { get; init; } = [];

    /// <summary>More will be added; until it is closed, the batch does not end.</summary>
    public bool IsOpen { get; init; }
}

/// <summary>A batch that was started.</summary>
/// <param name="Batch">The batch.</param>
/// <param name="IsNew">False when it was started before under its code.</param>
public sealed record StartedBatch(Batch Batch, bool IsNew);

/// <summary>What became of a batch: <c>batch</c> in the payload of its callbacks.</summary>
/// <param name="Id">The batch.</param>
/// <param name="Code">Its code.</param>
/// <param name="Tasks">How many tasks it had.</param>
/// <param name="Done">How many of them were done.</param>
/// <param name="Failed">How many failed for good or expired.</param>
/// <param name="Cancelled">How many were cancelled.</param>
public sealed record BatchOutcome(long Id, string Code, int Tasks, int Done, int Failed, int Cancelled);

/// <summary>Whether a run is a batch, and still open.</summary>
internal enum BatchStage
{
    /// <summary>It is of a workflow.</summary>
    None = 0,

    /// <summary>More may be added.</summary>
    Open = 1,

    /// <summary>It has all its tasks.</summary>
    Closed = 2,
}
