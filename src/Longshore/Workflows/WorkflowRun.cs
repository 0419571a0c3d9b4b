using Longshore.Tasks;

namespace Longshore.Workflows;

/// <summary>A workflow that was started: with the version it began with, to its end.</summary>
public sealed record WorkflowRun
{
    /// <summary>Given by the store; grows.</summary>
    public required long Id { get; init; }

    /// <summary>Unique among the runs of the namespace; given by Longshore when the starter gives none.</summary>
    public required string Code { get; init; }

    /// <summary>Of the definition, the run and its tasks.</summary>
    public required string Namespace { get; init; }

    /// <summary>The name of the definition.</summary>
    public required string Workflow { get; init; }

    /// <summary>Its version.</summary>
    public required int Version { get; init; }

    /// <summary>What it was started with.</summary>
    public JsonText Input { get; init; }

    /// <summary>Where it stands.</summary>
    public RunState State { get; init; }

    /// <summary>Why it failed or was cancelled: the first step that failed and its error, or what was said.</summary>
    public string? Reason { get; init; }

    /// <summary>What becomes of it when a step fails.</summary>
    public FailurePolicy OnFailure { get; init; }

    /// <summary>How many steps it has; compensations and the end's own task are not counted.</summary>
    public int Steps { get; init; }

    /// <summary>How many of them have not ended.</summary>
    public int Open { get; init; }

    /// <summary>How many of them failed, optional ones left out.</summary>
    public int Failed { get; init; }

    /// <summary>Links events to their cause.</summary>
    public string? CorrelationId { get; init; }

    /// <summary>When it was started.</summary>
    public DateTimeOffset StartedAt { get; init; }

    /// <summary>When it ended.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>A batch: how many of its tasks were cancelled. Nothing else counts them.</summary>
    internal int Cancelled { get; init; }

    /// <summary>Whether it is a batch, and still open. An open batch counts as one step that has not ended.</summary>
    internal BatchStage Batch { get; init; }

    internal bool IsBatch => Batch != BatchStage.None;

    /// <summary>The part of its steps that have ended, 0 to 1.</summary>
    public double Progress => Steps == 0 ? 1 : (double)(Steps - Open) / Steps;
}

/// <summary>Where a run stands.</summary>
public enum RunState
{
    /// <summary>Steps are left to do.</summary>
    Running = 0,

    /// <summary>It failed or was cancelled, and what was done is being made up for.</summary>
    Compensating = 1,

    /// <summary>Every step ended, and none failed that matters.</summary>
    Done = 2,

    /// <summary>A step failed.</summary>
    Failed = 3,

    /// <summary>Somebody called it off.</summary>
    Cancelled = 4,
}

/// <summary>Facts about the states of runs.</summary>
internal static class RunStates
{
    /// <summary>The end of a task that is like that of an ended run.</summary>
    public static TaskState Ended(this RunState state) => state switch
    {
        RunState.Done => TaskState.Done,
        RunState.Failed => TaskState.Failed,
        RunState.Cancelled => TaskState.Cancelled,
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "is not an end"),
    };
}

/// <summary>A step of a run.</summary>
public sealed record RunStep
{
    /// <summary>The task; of an overlapping step the one that ends when its answers agree.</summary>
    public required long TaskId { get; init; }

    /// <summary>The run.</summary>
    public required long RunId { get; init; }

    /// <summary>Its place in the run, from 0: no step depends on a later one, save on those added later.</summary>
    public int Place { get; init; }

    /// <summary>Unique in the run: <c>scan</c>, <c>intake/scan</c> of a workflow in a step's place.</summary>
    public required string Name { get; init; }

    /// <summary>What it is for.</summary>
    public StepRole Role { get; init; }

    /// <summary>How it ended; None while it has not.</summary>
    public StepOutcome Outcome { get; init; }

    /// <summary>How many of the steps it depends on have not ended.</summary>
    public int Open { get; init; }

    /// <summary>How many of them ended and were not skipped.</summary>
    public int Led { get; init; }

    /// <summary>An answer: the step it answers. A compensation: the step it makes up for.</summary>
    public long? Of { get; init; }

    /// <summary>An overlapping step: how many answers were asked for.</summary>
    public int Asked { get; init; }

    internal StepTerms Terms { get; init; } = StepTerms.Usual;
}

/// <summary>What a task of a run is for.</summary>
public enum StepRole
{
    /// <summary>A step of the definition, or added while the run went on.</summary>
    Step = 0,

    /// <summary>One of several answers to an overlapping step.</summary>
    Answer = 1,

    /// <summary>Makes up for a step that was done.</summary>
    Compensation = 2,

    /// <summary>Enqueued when the run ends.</summary>
    End = 3,
}

/// <summary>How a step of a run ended.</summary>
public enum StepOutcome
{
    /// <summary>It has not.</summary>
    None = 0,

    /// <summary>Its task was done, or somebody settled it by hand.</summary>
    Done = 1,

    /// <summary>Its task failed for good, expired or was called off.</summary>
    Failed = 2,

    /// <summary>Its condition did not hold, or everything it depends on was skipped.</summary>
    Skipped = 3,

    /// <summary>Another step failed, or the run was called off.</summary>
    Cancelled = 4,
}
