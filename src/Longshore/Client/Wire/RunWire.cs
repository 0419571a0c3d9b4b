using Longshore.Tasks;
using Longshore.Workflows;

namespace Longshore.Client.Wire;

/// <summary>A run to start.</summary>
public sealed record RunRequestWire
{
    /// <summary>The newest when missing.</summary>
    public int? Version { get; init; }

    /// <summary>Starting the same again under it yields the first run.</summary>
    public string? Code { get; init; }

    /// <summary>What steps without a payload of their own get.</summary>
    public JsonText? Input { get; init; }

    /// <summary>Links events to their cause.</summary>
    public string? CorrelationId { get; init; }
}

/// <summary>A run as it stands.</summary>
public record RunWire
{
    /// <summary>Unique in the store.</summary>
    public required long Id { get; init; }

    /// <summary>Unique in its namespace.</summary>
    public required string Code { get; init; }

    /// <summary>Of the run and its tasks.</summary>
    public required string Namespace { get; init; }

    /// <summary>The name of the workflow.</summary>
    public required string Workflow { get; init; }

    /// <summary>Its version.</summary>
    public int Version { get; init; }

    /// <summary>What it was started with.</summary>
    public JsonText Input { get; init; }

    /// <summary>running, compensating, done, failed or cancelled.</summary>
    public required string State { get; init; }

    /// <summary>Why it failed or was cancelled.</summary>
    public string? Reason { get; init; }

    /// <summary>cancel_rest or carry_on.</summary>
    public required string OnFailure { get; init; }

    /// <summary>How many steps it has.</summary>
    public int Steps { get; init; }

    /// <summary>How many of them have not ended.</summary>
    public int Open { get; init; }

    /// <summary>How many of them failed.</summary>
    public int Failed { get; init; }

    /// <summary>The part of its steps that have ended.</summary>
    public double Progress { get; init; }

    /// <summary>Links events to their cause.</summary>
    public string? CorrelationId { get; init; }

    /// <summary>When it was started.</summary>
    public DateTimeOffset StartedAt { get; init; }

    /// <summary>When it ended.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>The wire form of a run.</summary>
    public static RunWire Of(WorkflowRun run) => new()
    {
        Id = run.Id,
        Code = run.Code,
        Namespace = run.Namespace,
        Workflow = run.Workflow,
        Version = run.Version,
        Input = run.Input,
        State = run.State.ToWire(),
        Reason = run.Reason,
        OnFailure = Words.Snake(run.OnFailure),
        Steps = run.Steps,
        Open = run.Open,
        Failed = run.Failed,
        Progress = run.Progress,
        CorrelationId = run.CorrelationId,
        StartedAt = run.StartedAt,
        EndedAt = run.EndedAt,
    };

    /// <summary>The run meant.</summary>
    public WorkflowRun ToRun() => new()
    {
        Id = Id,
        Code = Code,
        Namespace = Namespace,
        Workflow = Workflow,
        Version = Version,
        Input = Input,
        State = Words.Parse<RunState>(State, "state"),
        Reason = Reason,
        OnFailure = Words.Parse<FailurePolicy>(OnFailure, "on_failure"),
        Steps = Steps,
        Open = Open,
        Failed = Failed,
        CorrelationId = CorrelationId,
        StartedAt = StartedAt,
        EndedAt = EndedAt,
    };
}

/// <summary>A run that was started.</summary>
/// <param name="Run">The run.</param>
/// <param name="IsNew">False when it was started before under its code.</param>
/// <param name="Warnings">What may keep it from its end.</param>
public sealed record StartedRunWire(RunWire Run, bool IsNew, IReadOnlyList<string> Warnings)
{
    internal static StartedRunWire Of(StartedRun started) =>
        new(RunWire.Of(started.Run), started.IsNew, started.Warnings);

    internal StartedRun ToStarted() => new(Run.ToRun(), IsNew, Warnings);
}

/// <summary>A task of a run.</summary>
public sealed record RunStepWire
{
    /// <summary>Unique in the run.</summary>
    public required string Name { get; init; }

    /// <summary>The task.</summary>
    public required long TaskId { get; init; }

    /// <summary>What sort of work it is.</summary>
    public required string Kind { get; init; }

    /// <summary>step, answer, compensation or end.</summary>
    public required string Role { get; init; }

    /// <summary>open, done, failed, skipped or cancelled.</summary>
    public required string Outcome { get; init; }

    /// <summary>The state of its task.</summary>
    public required string State { get; init; }

    /// <summary>The steps it depends on.</summary>
    public IReadOnlyList<string> DependsOn { get; init; } = [];

    /// <summary>Who holds it, or held it when it ended.</summary>
    public string? Agent { get; init; }

    /// <summary>How often it was granted.</summary>
    public int Attempts { get; init; }

    /// <summary>What it yielded.</summary>
    public JsonText? Result { get; init; }

    /// <summary>Why it failed, was skipped or called off.</summary>
    public string? Error { get; init; }

    /// <summary>When it ended.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>How a step ended; <c>open</c> when it has not.</summary>
    public static StepOutcome ParseOutcome(string text) =>
        Enum.GetValues<StepOutcome>().Cast<StepOutcome?>().FirstOrDefault(value => value!.Value.ToWire() == text)
        ?? throw LongshoreException.Invalid(
            "outcome",
            $"'{text}' is none of {string.Join(", ", Enum.GetValues<StepOutcome>().Select(v => v.ToWire()))}");

    internal static RunStepWire Of(RunStepInfo step) => new()
    {
        Name = step.Name,
        TaskId = step.TaskId,
        Kind = step.Kind,
        Role = step.Role.ToWire(),
        Outcome = step.Outcome.ToWire(),
        State = step.State.ToWire(),
        DependsOn = step.DependsOn,
        Agent = step.Agent,
        Attempts = step.Attempts,
        Result = step.Result.IsNone ? null : step.Result,
        Error = step.Error,
        EndedAt = step.EndedAt,
    };

    internal RunStepInfo ToStep() => new()
    {
        Name = Name,
        TaskId = TaskId,
        Kind = Kind,
        Role = Words.Parse<StepRole>(Role, "role"),
        Outcome = ParseOutcome(Outcome),
        State = TaskStates.Parse(State),
        DependsOn = DependsOn,
        Agent = Agent,
        Attempts = Attempts,
        Result = Result ?? default,
        Error = Error,
        EndedAt = EndedAt,
    };
}

/// <summary>The tasks of a run.</summary>
/// <param name="Steps">By place.</param>
public sealed record RunStepListWire(IReadOnlyList<RunStepWire> Steps);

/// <summary>A step to settle by hand.</summary>
public sealed record ResolveStepWire
{
    /// <summary>Which.</summary>
    public required string Step { get; init; }

    /// <summary>What it yields.</summary>
    public JsonText? Result { get; init; }
}

/// <summary>Steps to add to a run while one of its steps is held.</summary>
public sealed record MoreStepsWire
{
    /// <summary>The epoch of the grant.</summary>
    public required int Epoch { get; init; }

    /// <summary>What to add.</summary>
    public required IReadOnlyList<StepWire> Steps { get; init; }
}
