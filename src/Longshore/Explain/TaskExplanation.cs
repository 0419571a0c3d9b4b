using Longshore.Tasks;

namespace Longshore.Explain;

/// <summary>Why a task is where it is, in one stable word (X3).</summary>
public enum StateReason
{
    /// <summary>It is held, or has ended: its state says it all.</summary>
    AsStated = 0,

    /// <summary>It waits for an instant.</summary>
    Deferred = 1,

    /// <summary>It is offered and not accepted yet.</summary>
    Offered = 2,

    /// <summary>It failed too often and rests, or waits for a person.</summary>
    Quarantined = 3,

    /// <summary>Somebody who can do it is free and has not asked yet.</summary>
    ReadyForSomebody = 4,

    /// <summary>Those who can do it are busy, absent or kept from it for now.</summary>
    NobodyFree = 5,

    /// <summary>No registered agent could ever do it.</summary>
    NobodyCan = 6,

    /// <summary>The rules leave it to the distributor or an administrator to assign it.</summary>
    WaitsForAssignment = 7,

    /// <summary>Its kind or its namespace is paused.</summary>
    Paused = 8,

    /// <summary>A limit is reached, or a rate used up.</summary>
    AtLimit = 9,

    /// <summary>It is a step of a run, or a callback of a batch, and something before it has not ended.</summary>
    WaitsForSteps = 10,
}

/// <summary>The answer to "why is my task not picked up?" (G10).</summary>
public sealed record TaskExplanation
{
    /// <summary>The task; 0 in a dry run.</summary>
    public required long TaskId { get; init; }

    /// <summary>Its state.</summary>
    public required TaskState State { get; init; }

    /// <summary>Why it is there, as a word.</summary>
    public required StateReason Reason { get; init; }

    /// <summary>Why it is there, as a sentence.</summary>
    public required string Sentence { get; init; }

    /// <summary>The agents through each filter in order: how many are left after it.</summary>
    public required IReadOnlyList<FunnelStep> Funnel { get; init; }

    /// <summary>Each requirement by itself.</summary>
    public required IReadOnlyList<ClauseCount> Clauses { get; init; }

    /// <summary>Agents that are closest to being able, and what they lack.</summary>
    public required IReadOnlyList<NearMiss> NearestMisses { get; init; }

    /// <summary>What would help.</summary>
    public required IReadOnlyList<string> Suggestions { get; init; }

    /// <summary>Agents whose claim would get it now, by name; at most ten.</summary>
    public required IReadOnlyList<string> ClaimableBy { get; init; }

    /// <summary>The first ten steps of its run that must end before it begins; empty when it waits for none.</summary>
    public IReadOnlyList<WaitedStep> WaitsFor { get; init; } = [];

    /// <summary>What it asks for step by step as it waits; empty when that never changes.</summary>
    public IReadOnlyList<StepExplanation> Steps { get; init; } = [];

    /// <summary>
    /// Tasks that stand before it and that its agents could take as well; counted up to a thousand a class.
    /// </summary>
    public int Ahead { get; init; }

    /// <summary>
    /// About how long until it is taken: those ahead, over the slots of its agents, times its estimated effort. Null
    /// when no effort was estimated or nobody can do it.
    /// </summary>
    public TimeSpan? EstimatedWait { get; init; }
}

/// <summary>A filter and how many agents are left after it.</summary>
/// <param name="Filter">What it filters by: the obstacle that stops the others here.</param>
/// <param name="Left">How many pass.</param>
public sealed record FunnelStep(Obstacle Filter, int Left);

/// <summary>A requirement by itself.</summary>
/// <param name="Requirement">Such as <c>sql>=3</c>.</param>
/// <param name="Agents">How many agents meet it.</param>
/// <param name="Free">How many of these have room now.</param>
public sealed record ClauseCount(string Requirement, int Agents, int Free);

/// <summary>An agent that nearly could.</summary>
/// <param name="Agent">Its name.</param>
/// <param name="Missing">What it lacks: <c>de</c>, or <c>sql>=3 (has 2)</c>.</param>
public sealed record NearMiss(string Agent, IReadOnlyList<string> Missing);

/// <summary>A step of a run that must end before another one begins.</summary>
/// <param name="Name">Its name in the run.</param>
/// <param name="TaskId">Its task.</param>
/// <param name="State">How that stands.</param>
/// <param name="Agent">Who holds it.</param>
public sealed record WaitedStep(string Name, long TaskId, TaskState State, string? Agent);
