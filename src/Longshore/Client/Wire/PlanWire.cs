using Longshore.Explain;
using Longshore.Planning;
using Longshore.Routing;

namespace Longshore.Client.Wire;

/// <summary>What to plan; what is missing is as usual.</summary>
public sealed record PlanRequestWire
{
    /// <summary>Of this namespace; <c>default</c> when missing.</summary>
    public string? Namespace { get; init; }

    /// <summary>greedy, optimal or candidates; optimal when missing.</summary>
    public string? Method { get; init; }

    /// <summary>At most so many tasks, the most urgent; 100 when missing, at most 10000.</summary>
    public int? Limit { get; init; }

    /// <summary>Only these kinds.</summary>
    public IReadOnlyList<string>? Kinds { get; init; }

    /// <summary>At least this priority.</summary>
    public int? MinPriority { get; init; }

    /// <summary>Exactly the tasks with these codes.</summary>
    public IReadOnlyList<string>? Codes { get; init; }

    /// <summary>The part of a task's requirements that its agent must meet, 0 to 1; 0.5 when missing.</summary>
    public double? MinimumMatch { get; init; }

    /// <summary>How many agents are weighed for each task with the method candidates; 32 when missing.</summary>
    public int? Candidates { get; init; }

    /// <summary>What tasks take of a budget that agents have; missing where every task takes one place.</summary>
    public PlanSizesWire? Sizes { get; init; }

    /// <summary>Also tell what more places and more agents would be worth.</summary>
    public bool? Prices { get; init; }

    internal static PlanRequestWire Of(PlanRequest r) => new()
    {
        Namespace = r.Namespace,
        Method = Words.Snake(r.Method),
        Limit = r.Limit,
        Kinds = r.Kinds,
        MinPriority = r.MinPriority,
        Codes = r.Codes,
        MinimumMatch = r.MinimumMatch,
        Candidates = r.Candidates,
        Sizes = r.Sizes is null ? null : PlanSizesWire.Of(r.Sizes),
        Prices = r.Prices,
    };

    internal PlanRequest ToRequest()
    {
        var usual = new PlanRequest();
        return new PlanRequest
        {
            Namespace = Namespace ?? usual.Namespace,
            Method = Method is null ? usual.Method : Words.Parse<PlanMethod>(Method, "method"),
            Limit = Limit ?? usual.Limit,
            Kinds = Kinds ?? [],
            MinPriority = MinPriority,
            Codes = Codes ?? [],
            MinimumMatch = MinimumMatch ?? usual.MinimumMatch,
            Candidates = Candidates ?? usual.Candidates,
            Sizes = Sizes?.ToSizes(),
            Prices = Prices ?? false,
        };
    }
}

/// <summary>Who should do what.</summary>
public sealed record AssignmentPlanWire
{
    /// <summary>Of which namespace.</summary>
    public required string Namespace { get; init; }

    /// <summary>How it was found.</summary>
    public required string Method { get; init; }

    /// <summary>When tasks and agents were looked at.</summary>
    public DateTimeOffset MadeAt { get; init; }

    /// <summary>Tasks that were looked at.</summary>
    public int Tasks { get; init; }

    /// <summary>Agents that could be given work.</summary>
    public int Agents { get; init; }

    /// <summary>Pairs of a task and an agent that may have it.</summary>
    public int Pairs { get; init; }

    /// <summary>The sum of the scores.</summary>
    public double Total { get; init; }

    /// <summary>No plan can be worth more; missing where nothing was proved.</summary>
    public double? Bound { get; init; }

    /// <summary>What the best plan could be worth more at most; 0 proves that this is the best.</summary>
    public double? Gap { get; init; }

    /// <summary>Who gets what, the most urgent task first.</summary>
    public IReadOnlyList<PlannedAssignmentWire> Assignments { get; init; } = [];

    /// <summary>What nobody gets, and why.</summary>
    public IReadOnlyList<UnassignedTaskWire> Unassigned { get; init; } = [];

    /// <summary>In a plan with sizes: what it gives the agents, of their budgets and places.</summary>
    public IReadOnlyList<PlannedUnits> Units { get; init; } = [];

    /// <summary>What one more place with an agent would add.</summary>
    public IReadOnlyList<PlacePrice> PlacePrices { get; init; } = [];

    /// <summary>What one more agent for a sort of task would add.</summary>
    public IReadOnlyList<NewcomerPrice> NewcomerPrices { get; init; } = [];

    internal static AssignmentPlanWire Of(AssignmentPlan p) => new()
    {
        Namespace = p.Namespace,
        Method = Words.Snake(p.Method),
        MadeAt = p.MadeAt,
        Tasks = p.Tasks,
        Agents = p.Agents,
        Pairs = p.Pairs,
        Total = p.Total,
        Bound = p.Bound,
        Gap = p.Gap,
        Assignments = [.. p.Assignments.Select(PlannedAssignmentWire.Of)],
        Unassigned = [.. p.Unassigned.Select(UnassignedTaskWire.Of)],
        Units = p.Units,
        PlacePrices = p.PlacePrices,
        NewcomerPrices = p.NewcomerPrices,
    };

    internal AssignmentPlan ToPlan() => new()
    {
        Namespace = Namespace,
        Method = Words.Parse<PlanMethod>(Method, "method"),
        MadeAt = MadeAt,
        Tasks = Tasks,
        Agents = Agents,
        Pairs = Pairs,
        Total = Total,
        Bound = Bound,
        Gap = Gap,
        Assignments = [.. Assignments.Select(one => one.ToAssignment())],
        Unassigned = [.. Unassigned.Select(one => one.ToUnassigned())],
        Units = Units,
        PlacePrices = PlacePrices,
        NewcomerPrices = NewcomerPrices,
    };
}

/// <summary>A task and the agent who should do it.</summary>
public sealed record PlannedAssignmentWire
{
    /// <summary>The task.</summary>
    public required long TaskId { get; init; }

    /// <summary>Its code.</summary>
    public string? Code { get; init; }

    /// <summary>Its latest grant when the plan was made; 0 for none.</summary>
    public required int Epoch { get; init; }

    /// <summary>Who should do it.</summary>
    public required string Agent { get; init; }

    /// <summary>0.5 · match + 0.3 · performance + 0.2 · free load.</summary>
    public double Score { get; init; }

    /// <summary>Part of the requirements that the agent meets.</summary>
    public double Match { get; init; }

    /// <summary>The supplied score, or what the agent's record is worth.</summary>
    public double Performance { get; init; }

    /// <summary>Part of the agent's capacity that is free, the plan's tasks before this one counted.</summary>
    public double FreeLoad { get; init; }

    /// <summary>general_availability or capability_match.</summary>
    public string? Reason { get; init; }

    /// <summary>In a plan with sizes: what it takes of the agent's budget.</summary>
    public double? Units { get; init; }

    internal static PlannedAssignmentWire Of(PlannedAssignment a) => new()
    {
        TaskId = a.TaskId,
        Code = a.Code,
        Epoch = a.Epoch,
        Agent = a.Agent,
        Score = a.Score,
        Match = a.Match,
        Performance = a.Performance,
        FreeLoad = a.FreeLoad,
        Reason = Words.Snake(a.Reason),
        Units = a.Units,
    };

    internal PlannedAssignment ToAssignment() => new(
        TaskId, Code ?? "", Epoch, Agent, Score, Match, Performance, FreeLoad,
        Reason is null ? AssignmentReason.CapabilityMatch : Words.Parse<AssignmentReason>(Reason, "reason"),
        Units);
}

/// <summary>A task that nobody gets.</summary>
/// <param name="TaskId">The task.</param>
/// <param name="Code">Its code.</param>
/// <param name="Reason">not_ready, nobody_can, nobody_free, below_minimum_match, room_taken or too_large.</param>
/// <param name="Sentence">For people.</param>
/// <param name="Obstacles">What keeps agents from it.</param>
public sealed record UnassignedTaskWire(
    long TaskId, string Code, string Reason, string Sentence, IReadOnlyList<ObstacleCountWire> Obstacles)
{
    internal static UnassignedTaskWire Of(UnassignedTask t) => new(
        t.TaskId, t.Code, Words.Snake(t.Reason), t.Sentence,
        [.. t.Obstacles.Select(o => new ObstacleCountWire(o.Obstacle.ToWire(), o.Agents))]);

    internal UnassignedTask ToUnassigned() => new(
        TaskId, Code, Words.Parse<UnassignedReason>(Reason, "reason"), Sentence,
        [.. Obstacles.Select(o => new ObstacleCount(Words.Parse<Obstacle>(o.Obstacle, "obstacle"), o.Agents))]);
}

/// <summary>How many agents an obstacle keeps from a task.</summary>
/// <param name="Obstacle">As explanations name it: lacks_capability, at_capacity ….</param>
/// <param name="Agents">How many.</param>
public sealed record ObstacleCountWire(string Obstacle, int Agents);

/// <summary>The greedy plan beside the best one.</summary>
/// <param name="Greedy">Tasks in order, each to the best agent left.</param>
/// <param name="Optimal">The best plan.</param>
/// <param name="Loss">What greedy loses, as a part of the best total.</param>
/// <param name="Differences">The tasks whose agents differ.</param>
public sealed record PlanComparisonWire(
    AssignmentPlanWire Greedy, AssignmentPlanWire Optimal, double Loss, IReadOnlyList<PlanDifference> Differences)
{
    internal static PlanComparisonWire Of(PlanComparison c) =>
        new(AssignmentPlanWire.Of(c.Greedy), AssignmentPlanWire.Of(c.Optimal), c.Loss, c.Differences);

    internal PlanComparison ToComparison() => new()
    {
        Greedy = Greedy.ToPlan(),
        Optimal = Optimal.ToPlan(),
        Loss = Loss,
        Differences = Differences,
    };
}

/// <summary>A plan to make real.</summary>
public sealed record ApplyPlanWire
{
    /// <summary>Of each its task, agent and epoch count; the rest may stand or be missing.</summary>
    public required IReadOnlyList<PlannedAssignmentWire> Assignments { get; init; }

    /// <summary>Who decides it; <c>api</c> when missing.</summary>
    public string? Actor { get; init; }
}

/// <summary>What became of a plan.</summary>
/// <param name="Offered">Offers made now.</param>
/// <param name="Items">One for each assignment, in the order given.</param>
public sealed record AppliedPlanWire(int Offered, IReadOnlyList<AppliedAssignmentWire> Items)
{
    internal static AppliedPlanWire Of(AppliedPlan a) =>
        new(a.Offered, [.. a.Items.Select(AppliedAssignmentWire.Of)]);

    internal AppliedPlan ToApplied() => new([.. Items.Select(item => item.ToItem())]);
}

/// <summary>What became of one assignment.</summary>
/// <param name="TaskId">The task.</param>
/// <param name="Agent">Who should have had it.</param>
/// <param name="Status">offered, repeated or refused.</param>
/// <param name="Epoch">The epoch of the offer, if it has one.</param>
/// <param name="Until">Until when it stands.</param>
/// <param name="Obstacle">What stands between, where it was refused.</param>
/// <param name="Sentence">For people.</param>
public sealed record AppliedAssignmentWire(
    long TaskId, string Agent, string Status, int? Epoch, DateTimeOffset? Until, string? Obstacle, string? Sentence)
{
    internal static AppliedAssignmentWire Of(AppliedAssignment a) => new(
        a.TaskId, a.Agent, Words.Snake(a.Status), a.Epoch, a.Until,
        a.Status == AppliedStatus.Refused ? a.Obstacle.ToWire() : null, a.Sentence);

    internal AppliedAssignment ToItem() => new(
        TaskId, Agent, Words.Parse<AppliedStatus>(Status, "status"), Epoch, Until,
        Obstacle is null ? Explain.Obstacle.None : Words.Parse<Obstacle>(Obstacle, "obstacle"), Sentence);
}
