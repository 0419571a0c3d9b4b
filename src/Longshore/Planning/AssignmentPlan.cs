using Longshore.Explain;
using Longshore.Routing;
using Longshore.Tasks;

namespace Longshore.Planning;

/// <summary>
/// Who should do what. A plan is a proposal: applying it asks for each pair anew (T0.36).
/// </summary>
public sealed record AssignmentPlan
{
    /// <summary>Of which namespace.</summary>
    public required string Namespace { get; init; }

    /// <summary>How it was found.</summary>
    public required PlanMethod Method { get; init; }

    /// <summary>When tasks and agents were looked at.</summary>
    public required DateTimeOffset MadeAt { get; init; }

    /// <summary>Tasks that were looked at.</summary>
    public required int Tasks { get; init; }

    /// <summary>Agents that could be given work: there, available, with room.</summary>
    public required int Agents { get; init; }

    /// <summary>Pairs of a task and an agent that may have it.</summary>
    public required int Pairs { get; init; }

    /// <summary>Who gets what, the most urgent task first.</summary>
    public required IReadOnlyList<PlannedAssignment> Assignments { get; init; }

    /// <summary>What nobody gets, and why.</summary>
    public required IReadOnlyList<UnassignedTask> Unassigned { get; init; }

    /// <summary>The sum of the scores.</summary>
    public required double Total { get; init; }

    /// <summary>No plan for these tasks and agents can be worth more; null where nothing was proved.</summary>
    public double? Bound { get; init; }

    /// <summary>What the best plan could be worth more than this one at most; 0 proves that it is the best.</summary>
    public double? Gap { get; init; }

    /// <summary>
    /// In a plan with sizes: what it gives the agents with free places, who is planned for most of its budget first; at
    /// most <see cref="Limits.PageMax"/>.
    /// </summary>
    public IReadOnlyList<PlannedUnits> Units { get; init; } = [];

    /// <summary>What one more place with an agent would add, the most first; only what is more than nothing.</summary>
    public IReadOnlyList<PlacePrice> PlacePrices { get; init; } = [];

    /// <summary>What one more agent for a sort of task would add, the most first.</summary>
    public IReadOnlyList<NewcomerPrice> NewcomerPrices { get; init; } = [];
}

/// <summary>Why an agent gets a task (S0.104).</summary>
public enum AssignmentReason
{
    /// <summary>The task requires nothing; the agent is there.</summary>
    GeneralAvailability = 0,

    /// <summary>The agent has what the task requires.</summary>
    CapabilityMatch = 1,
}

/// <summary>
/// A task and the agent who should do it (S0.103). The score is 0.5 · match + 0.3 · performance + 0.2 · free load
/// (S0.101), each part from 0 to 1.
/// </summary>
/// <param name="TaskId">The task.</param>
/// <param name="Code">Its code.</param>
/// <param name="Epoch">Its latest grant when the plan was made; what was given out since is not applied.</param>
/// <param name="Agent">Who should do it.</param>
/// <param name="Score">What the pair is worth.</param>
/// <param name="Match">Part of the requirements that the agent meets.</param>
/// <param name="Performance">The supplied score, or what the agent's record is worth.</param>
/// <param name="FreeLoad">
/// Part of the agent's capacity that is free, the plan's tasks before this one counted; in a plan with sizes, which
/// are what bounds an agent there, before the plan.
/// </param>
/// <param name="Reason">Why.</param>
/// <param name="Units">In a plan with sizes: what it takes of the agent's budget.</param>
public sealed record PlannedAssignment(
    long TaskId, string Code, int Epoch, string Agent, double Score, double Match, double Performance,
    double FreeLoad, AssignmentReason Reason, double? Units = null);

/// <summary>What a plan with sizes gives an agent. Both bounds hold: the units of its budget, and its places.</summary>
/// <param name="Agent">The agent.</param>
/// <param name="Used">Units that its planned tasks take.</param>
/// <param name="Budget">Units that it has.</param>
/// <param name="Planned">Tasks that the plan gives it.</param>
/// <param name="Room">Places it has free.</param>
public sealed record PlannedUnits(string Agent, double Used, double Budget, int Planned, int Room);

/// <summary>Why a plan gives a task to nobody.</summary>
public enum UnassignedReason
{
    /// <summary>It does not wait to be given out: it is held, deferred, past its deadline or has ended.</summary>
    NotReady = 0,

    /// <summary>No registered agent could ever do it.</summary>
    NobodyCan = 1,

    /// <summary>Those who can do it are busy, absent or kept from it for now.</summary>
    NobodyFree = 2,

    /// <summary>Those who may have it match it less than the plan asks for.</summary>
    BelowMinimumMatch = 3,

    /// <summary>Those who may have it are given other tasks by the plan.</summary>
    RoomTaken = 4,

    /// <summary>In a plan with sizes: it takes more units than any of those has who may have it.</summary>
    TooLarge = 5,
}

/// <summary>A task that a plan gives to nobody.</summary>
/// <param name="TaskId">The task.</param>
/// <param name="Code">Its code.</param>
/// <param name="Reason">Why, as a word.</param>
/// <param name="Sentence">Why, for people.</param>
/// <param name="Obstacles">What keeps agents from it, in the order of the filters.</param>
public sealed record UnassignedTask(
    long TaskId, string Code, UnassignedReason Reason, string Sentence, IReadOnlyList<ObstacleCount> Obstacles);

/// <summary>How many agents an obstacle keeps from a task.</summary>
/// <param name="Obstacle">What keeps them.</param>
/// <param name="Agents">How many.</param>
public sealed record ObstacleCount(Obstacle Obstacle, int Agents);

/// <summary>What one more place with an agent would add to the total of the best plan.</summary>
/// <param name="Agent">The agent.</param>
/// <param name="Room">Places it has now.</param>
/// <param name="Planned">Tasks that the plan gives it.</param>
/// <param name="Worth">What one more would add; the last place counts as fully loaded.</param>
public sealed record PlacePrice(string Agent, int Room, int Planned, double Worth);

/// <summary>
/// What one more agent would add to the total of the best plan: a newcomer with exactly these capabilities, who holds
/// nothing and does one task at a time.
/// </summary>
/// <param name="Capabilities">What it can do, as the tasks require it; empty for what requires nothing.</param>
/// <param name="Tasks">Tasks of the plan that require exactly this.</param>
/// <param name="Unassigned">Those of them that nobody gets.</param>
/// <param name="Worth">What it would add.</param>
public sealed record NewcomerPrice(IReadOnlyList<string> Capabilities, int Tasks, int Unassigned, double Worth);

/// <summary>The greedy plan beside the best one, for the same tasks and agents at the same instant (T0.35).</summary>
public sealed record PlanComparison
{
    /// <summary>Tasks in order, each to the best agent left.</summary>
    public required AssignmentPlan Greedy { get; init; }

    /// <summary>The best plan.</summary>
    public required AssignmentPlan Optimal { get; init; }

    /// <summary>What greedy loses, as a part of the best total: 0 to 1.</summary>
    public required double Loss { get; init; }

    /// <summary>The tasks whose agents differ.</summary>
    public required IReadOnlyList<PlanDifference> Differences { get; init; }
}

/// <summary>A task for which two plans decide differently.</summary>
/// <param name="TaskId">The task.</param>
/// <param name="Code">Its code.</param>
/// <param name="Greedy">Who gets it from the greedy plan; null for nobody.</param>
/// <param name="Optimal">Who gets it from the best plan; null for nobody.</param>
public sealed record PlanDifference(long TaskId, string Code, string? Greedy, string? Optimal);
