using Longshore.Tasks;
using Longshore.Workflows;

namespace Longshore.Client.Wire;

/// <summary>A batch to start.</summary>
public sealed record NewBatchWire
{
    /// <summary>Of the batch and its tasks; default when missing.</summary>
    public string? Namespace { get; init; }

    /// <summary>Starting the same again under it yields the first batch.</summary>
    public string? Code { get; init; }

    /// <summary>For people.</summary>
    public string? Description { get; init; }

    /// <summary>Links events to their cause.</summary>
    public string? CorrelationId { get; init; }

    /// <summary>Enqueued once, when every task has ended.</summary>
    public NewTaskWire? OnEnd { get; init; }

    /// <summary>Enqueued once, when every task was done.</summary>
    public NewTaskWire? OnDone { get; init; }

    /// <summary>Up to 10,000 tasks.</summary>
    public IReadOnlyList<NewTaskWire> Tasks { get; init; } = [];

    /// <summary>More will be added.</summary>
    public bool Open { get; init; }

    internal static NewBatchWire Of(NewBatch batch) => new()
    {
        Namespace = batch.Namespace,
        Code = batch.Code,
        Description = batch.Description,
        CorrelationId = batch.CorrelationId,
        OnEnd = batch.OnEnd is null ? null : NewTaskWire.Of(batch.OnEnd),
        OnDone = batch.OnDone is null ? null : NewTaskWire.Of(batch.OnDone),
        Tasks = [.. batch.Tasks.Select(NewTaskWire.Of)],
        Open = batch.IsOpen,
    };

    /// <summary>The batch meant.</summary>
    public NewBatch ToBatch() => new()
    {
        Namespace = Namespace ?? "default",
        Code = Code,
        Description = Description,
        CorrelationId = CorrelationId,
        OnEnd = OnEnd?.ToNewTask("on_end."),
        OnDone = OnDone?.ToNewTask("on_done."),
        Tasks = MoreTasksWire.ToTasks(Tasks),
        IsOpen = Open,
    };
}

/// <summary>Tasks to add to a batch.</summary>
public sealed record MoreTasksWire
{
    /// <summary>Up to 10,000 tasks; none when it is only to be closed.</summary>
    public IReadOnlyList<NewTaskWire> Tasks { get; init; } = [];

    /// <summary>How many tasks the batch has before; when it has these already, nothing is added.</summary>
    public int? At { get; init; }

    /// <summary>Nothing more will be added.</summary>
    public bool Close { get; init; }

    internal static IReadOnlyList<NewTask> ToTasks(IReadOnlyList<NewTaskWire>? tasks) =>
        [.. (tasks ?? []).Select((task, i) => (task ?? throw LongshoreException.Invalid(
            $"tasks[{i}]", "cannot be null")).ToNewTask($"tasks[{i}]."))];
}

/// <summary>A batch as it stands.</summary>
public sealed record BatchWire
{
    /// <summary>Unique in the store, among batches and runs.</summary>
    public required long Id { get; init; }

    /// <summary>Unique in its namespace, among batches and runs.</summary>
    public required string Code { get; init; }

    /// <summary>Of the batch and its tasks.</summary>
    public required string Namespace { get; init; }

    /// <summary>For people.</summary>
    public string? Description { get; init; }

    /// <summary>open, running, done or failed.</summary>
    public required string State { get; init; }

    /// <summary>How many tasks it has.</summary>
    public int Tasks { get; init; }

    /// <summary>How many of them are left.</summary>
    public int Left { get; init; }

    /// <summary>How many were done.</summary>
    public int Done { get; init; }

    /// <summary>How many failed for good or expired.</summary>
    public int Failed { get; init; }

    /// <summary>How many were cancelled.</summary>
    public int Cancelled { get; init; }

    /// <summary>The part of its tasks that have ended.</summary>
    public double Progress { get; init; }

    /// <summary>Links events to their cause.</summary>
    public string? CorrelationId { get; init; }

    /// <summary>When it began.</summary>
    public DateTimeOffset StartedAt { get; init; }

    /// <summary>When the last of its tasks ended.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>The wire form of a batch.</summary>
    public static BatchWire Of(Batch batch) => new()
    {
        Id = batch.Id,
        Code = batch.Code,
        Namespace = batch.Namespace,
        Description = batch.Description,
        State = batch.State.ToWire(),
        Tasks = batch.Tasks,
        Left = batch.Left,
        Done = batch.Done,
        Failed = batch.Failed,
        Cancelled = batch.Cancelled,
        Progress = batch.Progress,
        CorrelationId = batch.CorrelationId,
        StartedAt = batch.StartedAt,
        EndedAt = batch.EndedAt,
    };

    /// <summary>The batch meant.</summary>
    public Batch ToBatch() => new()
    {
        Id = Id,
        Code = Code,
        Namespace = Namespace,
        Description = Description,
        State = Words.Parse<BatchState>(State, "state"),
        Tasks = Tasks,
        Left = Left,
        Done = Done,
        Failed = Failed,
        Cancelled = Cancelled,
        CorrelationId = CorrelationId,
        StartedAt = StartedAt,
        EndedAt = EndedAt,
    };
}

/// <summary>A batch that was started.</summary>
/// <param name="Batch">The batch.</param>
/// <param name="IsNew">False when it was started before under its code.</param>
public sealed record StartedBatchWire(BatchWire Batch, bool IsNew);
