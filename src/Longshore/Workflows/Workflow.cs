using Longshore.Tasks;

namespace Longshore.Workflows;

/// <summary>
/// Tasks that depend on each other. A version of a definition never changes; whoever changes something stores the next
/// version, and runs go on with the version they began with.
/// </summary>
public sealed record Workflow
{
    /// <summary>Unique in its namespace, together with the version; no slash.</summary>
    public required string Name { get; init; }

    /// <summary>Of the definition, its runs and their tasks.</summary>
    public string Namespace { get; init; } = "default";

    /// <summary>1 or more.</summary>
    public int Version { get; init; } = 1;

    /// <summary>What it is for.</summary>
    public string? Description { get; init; }

    /// <summary>The steps, 1 to 1,000; each depends on others by their names.</summary>
    public required IReadOnlyList<WorkflowStep> Steps { get; init; }

    /// <summary>What becomes of a run when a step that is not optional fails.</summary>
    public FailurePolicy OnFailure { get; init; }

    /// <summary>
    /// Enqueued when a run ends, however it does, in the transaction that ends it: the durable hook for whoever wants
    /// to know. Without a payload of its own it gets the run's input; its handler finds the run by the task. It is done
    /// once: the end of a run that was begun anew after that is told by its events alone.
    /// </summary>
    public NewTask? OnEnd { get; init; }
}

/// <summary>What becomes of a run when a step fails.</summary>
public enum FailurePolicy
{
    /// <summary>What has not ended is cancelled, what was done is compensated where a step says how.</summary>
    CancelRest = 0,

    /// <summary>Only what depends on the failed step is cancelled; the run goes on, and fails in the end.</summary>
    CarryOn = 1,
}

/// <summary>One step: a task, or another workflow in its place.</summary>
public sealed record WorkflowStep
{
    /// <summary>Unique in the workflow; no slash.</summary>
    public required string Name { get; init; }

    /// <summary>
    /// The task. A payload that is missing is the run's input; what precedes it adds its results beside the payload.
    /// Null when <see cref="Workflow"/> takes its place.
    /// </summary>
    public NewTask? Task { get; init; }

    /// <summary>The workflow whose steps take this step's place, as <c>name</c> or <c>name@version</c>.</summary>
    public string? Workflow { get; init; }

    /// <summary>Steps that must have ended before it begins. One that was skipped counts as ended.</summary>
    public IReadOnlyList<string> DependsOn { get; init; } = [];

    /// <summary>It runs only if this holds; else it is skipped. Null: always.</summary>
    public StepCondition? When { get; init; }

    /// <summary>Its failure does not make the run fail, and what depends on it goes on without its result.</summary>
    public bool IsOptional { get; init; }

    /// <summary>
    /// Nobody does it who does another exclusive step of the same run, by the exclusion rules of the namespace
    /// (maker-checker).
    /// </summary>
    public bool IsExclusive { get; init; }

    /// <summary>
    /// What makes up for it when the run fails or is cancelled after it was done; the latest step first. Its inputs are
    /// the result of the step.
    /// </summary>
    public NewTask? Compensate { get; init; }

    /// <summary>Several agents do it, each for itself, until they agree. Null: one does it.</summary>
    public StepOverlap? Overlap { get; init; }
}

/// <summary>What a step's running depends on: a value in the result of a step on which it depends.</summary>
/// <param name="Step">The step whose result is looked at.</param>
/// <param name="Path">Members and indexes by dots, such as <c>verdict</c> or <c>pages.0.lang</c>; empty: all.</param>
/// <param name="Is">How they are compared.</param>
/// <param name="Value">With what; nothing for <see cref="Comparison.Present"/> and its opposite.</param>
public sealed record StepCondition(string Step, string Path, Comparison Is, JsonText Value = default);

/// <summary>How a value in a result is compared. Numbers compare as numbers, texts byte by byte.</summary>
public enum Comparison
{
    /// <summary>The same JSON value.</summary>
    Equal = 0,

    /// <summary>Another value, or none.</summary>
    NotEqual = 1,

    /// <summary>A number less than the value, or a text before it.</summary>
    Less = 2,

    /// <summary>Less, or equal.</summary>
    AtMost = 3,

    /// <summary>A number greater than the value, or a text after it.</summary>
    Greater = 4,

    /// <summary>Greater, or equal.</summary>
    AtLeast = 5,

    /// <summary>There is a value, and it is not null.</summary>
    Present = 6,

    /// <summary>There is none, or it is null.</summary>
    Absent = 7,
}

/// <summary>
/// How many different agents do a step and when they agree. The result of the step is an object with <c>agreed</c>,
/// <c>answer</c>, <c>confidence</c> and <c>answers</c>, each with its agent.
/// </summary>
public sealed record StepOverlap
{
    /// <summary>How many are asked at first, 1 to 50.</summary>
    public int Answers { get; init; } = 3;

    /// <summary>How many are asked at most, one more at a time until they agree; null: no more than at first.</summary>
    public int? Most { get; init; }

    /// <summary>Which part of a result is the answer, by a path as in conditions; empty: all of it.</summary>
    public string Path { get; init; } = "";

    /// <summary>Weighs answers by what the record of each agent is worth instead of counting heads.</summary>
    public bool IsWeighted { get; init; }

    /// <summary>
    /// How sure the leading answer must be, above 0 to 1: its share of the answers, or with weights its probability.
    /// </summary>
    public double Enough { get; init; } = 0.6;

    /// <summary>How many different answers are possible, 2 or more; weights need to know.</summary>
    public int Choices { get; init; } = 2;

    internal int AskedAtMost => Math.Max(Answers, Most ?? Answers);
}
