using Longshore.Explain;

namespace Longshore.Client.Wire;

/// <summary>Why a task is not picked up.</summary>
public sealed record TaskExplanationWire
{
    /// <summary>The task; 0 in a dry run.</summary>
    public long TaskId { get; init; }

    /// <summary>Its state.</summary>
    public required string State { get; init; }

    /// <summary>
    /// as_stated, deferred, offered, quarantined, ready_for_somebody, nobody_free, nobody_can,
    /// waits_for_assignment, paused, at_limit or waits_for_steps.
    /// </summary>
    public required string Reason { get; init; }

    /// <summary>The same for people.</summary>
    public required string Sentence { get; init; }

    /// <summary>The agents through each filter in order.</summary>
    public IReadOnlyList<FunnelStepWire> Funnel { get; init; } = [];

    /// <summary>Each requirement by itself.</summary>
    public IReadOnlyList<ClauseCount> Clauses { get; init; } = [];

    /// <summary>Agents that are closest to being able.</summary>
    public IReadOnlyList<NearMiss> NearestMisses { get; init; } = [];

    /// <summary>What would help.</summary>
    public IReadOnlyList<string> Suggestions { get; init; } = [];

    /// <summary>Agents whose claim would get it now; at most ten.</summary>
    public IReadOnlyList<string> ClaimableBy { get; init; } = [];

    /// <summary>The first ten steps that must end before it begins; missing when there are none.</summary>
    public IReadOnlyList<WaitedStepWire>? WaitsFor { get; init; }

    /// <summary>What it asks for step by step as it waits; missing when that never changes.</summary>
    public IReadOnlyList<StepExplanationWire>? Steps { get; init; }

    /// <summary>Tasks before it that its agents could take as well.</summary>
    public int Ahead { get; init; }

    /// <summary>About how long until it is taken, in seconds; missing when that cannot be told.</summary>
    public double? EstimatedWaitSeconds { get; init; }

    internal static TaskExplanationWire Of(TaskExplanation e) => new()
    {
        TaskId = e.TaskId,
        State = Words.Snake(e.State),
        Reason = Words.Snake(e.Reason),
        Sentence = e.Sentence,
        Funnel = [.. e.Funnel.Select(step => new FunnelStepWire(step.Filter.ToWire(), step.Left))],
        Clauses = e.Clauses,
        NearestMisses = e.NearestMisses,
        Suggestions = e.Suggestions,
        ClaimableBy = e.ClaimableBy,
        Steps = e.Steps.Count == 0 ? null : [.. e.Steps.Select(StepExplanationWire.Of)],
        WaitsFor = e.WaitsFor.Count == 0
            ? null
            : [.. e.WaitsFor.Select(s => new WaitedStepWire(s.Name, s.TaskId, Words.Snake(s.State), s.Agent))],
        Ahead = e.Ahead,
        EstimatedWaitSeconds = e.EstimatedWait?.TotalSeconds,
    };

    internal TaskExplanation ToExplanation() => new()
    {
        TaskId = TaskId,
        State = Words.Parse<Tasks.TaskState>(State, "state"),
        Reason = Words.Parse<StateReason>(Reason, "reason"),
        Sentence = Sentence,
        Funnel = [.. Funnel.Select(step => new FunnelStep(Words.Parse<Obstacle>(step.Filter, "filter"), step.Left))],
        Clauses = Clauses,
        NearestMisses = NearestMisses,
        Suggestions = Suggestions,
        ClaimableBy = ClaimableBy,
        Steps = [.. (Steps ?? []).Select(step => step.ToStep())],
        WaitsFor =
        [
            .. (WaitsFor ?? []).Select(s => new WaitedStep(
                s.Name, s.TaskId, Words.Parse<Tasks.TaskState>(s.State, "state"), s.Agent)),
        ],
        Ahead = Ahead,
        EstimatedWait = Words.SecondsOrNull(EstimatedWaitSeconds, "estimated_wait_seconds"),
    };
}

/// <summary>A step of a run that must end before another one begins.</summary>
/// <param name="Name">Its name in the run.</param>
/// <param name="TaskId">Its task.</param>
/// <param name="State">How that stands.</param>
/// <param name="Agent">Who holds it.</param>
public sealed record WaitedStepWire(string Name, long TaskId, string State, string? Agent);

/// <summary>A filter and how many agents are left after it.</summary>
/// <param name="Filter">What it filters by: agent_unavailable, lacks_capability, excluded, at_capacity ….</param>
/// <param name="Left">How many pass.</param>
public sealed record FunnelStepWire(string Filter, int Left);

/// <summary>Why an agent gets nothing.</summary>
/// <param name="Agent">The agent.</param>
/// <param name="Status">How it stands.</param>
/// <param name="Sentence">In one sentence.</param>
/// <param name="WouldGet">The first task its claim would get.</param>
/// <param name="Reasons">What keeps it from the tasks that wait, most frequent first.</param>
public sealed record AgentExplanationWire(
    string Agent, string Status, string Sentence, long? WouldGet, IReadOnlyList<ReasonCountWire> Reasons)
{
    internal static AgentExplanationWire Of(AgentExplanation e) => new(
        e.Agent, Words.Snake(e.Status), e.Sentence, e.WouldGet,
        [.. e.Reasons.Select(r => new ReasonCountWire(
            r.Obstacle.ToWire(), r.Obstacle.Sentence(), r.Tasks, r.Example))]);

    internal AgentExplanation ToExplanation() => new()
    {
        Agent = Agent,
        Status = Words.Parse<Agents.AgentStatus>(Status, "status"),
        Sentence = Sentence,
        WouldGet = WouldGet,
        Reasons = [.. Reasons.Select(r => new ReasonCount(
            Words.Parse<Obstacle>(r.Reason, "reason"), r.Tasks, r.Example))],
    };
}

/// <summary>What keeps tasks from an agent.</summary>
/// <param name="Reason">As a word.</param>
/// <param name="Sentence">For people.</param>
/// <param name="Tasks">How many; the first ten of each sort are looked at.</param>
/// <param name="Example">One of them.</param>
public sealed record ReasonCountWire(string Reason, string Sentence, int Tasks, long Example);

/// <summary>Whom a strategy prefers.</summary>
/// <param name="TaskId">The task.</param>
/// <param name="Strategy">The rule of the choice.</param>
/// <param name="Holder">Who holds it.</param>
/// <param name="Candidates">Best first.</param>
public sealed record AssignmentExplanationWire(
    long TaskId, string Strategy, string? Holder, IReadOnlyList<CandidateScore> Candidates)
{
    internal static AssignmentExplanationWire Of(AssignmentExplanation e) =>
        new(e.TaskId, Words.Snake(e.Strategy), e.Holder, e.Candidates);

    internal AssignmentExplanation ToExplanation() => new()
    {
        TaskId = TaskId,
        Strategy = Words.Parse<Routing.RoutingStrategy>(Strategy, "strategy"),
        Holder = Holder,
        Candidates = Candidates,
    };
}

/// <summary>Why everything that waits does.</summary>
/// <param name="Pending">By sort of task, the most frequent first.</param>
public sealed record PendingListWire(IReadOnlyList<PendingReasonWire> Pending);

/// <summary>Why tasks of one sort wait.</summary>
/// <param name="Reason">As explaining one of them says.</param>
/// <param name="Sentence">For people.</param>
/// <param name="Namespace">Their namespace.</param>
/// <param name="Kind">Their kind.</param>
/// <param name="Step">Their step.</param>
/// <param name="Tasks">How many; counted up to a thousand.</param>
/// <param name="Example">The first of them.</param>
public sealed record PendingReasonWire(
    string Reason, string Sentence, string Namespace, string Kind, string? Step, int Tasks, long Example)
{
    internal static PendingReasonWire Of(PendingReason r) =>
        new(Words.Snake(r.Reason), r.Sentence, r.Namespace, r.Kind, r.Step, r.Tasks, r.Example);

    internal PendingReason ToReason() => new(
        Words.Parse<StateReason>(Reason, "reason"), Sentence, Namespace, Kind, Step, Tasks, Example);
}

/// <summary>What was distributed, and what waits.</summary>
/// <param name="Distributed">Offers made by this node since it started.</param>
/// <param name="Refused">Offers that the store refused.</param>
/// <param name="Redistributed">Tasks that came back from an agent that vanished or let its offer run out.</param>
/// <param name="ByKind">Offers made, by kind.</param>
/// <param name="WaitP50Seconds">Half of the offers were made within this.</param>
/// <param name="WaitP99Seconds">Ninety-nine of a hundred were.</param>
/// <param name="Plans">Standing plans made; their offers are among those above.</param>
/// <param name="Planned">Tasks that these gave to agents.</param>
/// <param name="PlannedRefused">Those of them that the store refused.</param>
/// <param name="Queued">Tasks that wait.</param>
/// <param name="Failed">Tasks that failed or are quarantined.</param>
/// <param name="ActiveAgents">Agents that can be given work now, or are busy.</param>
public sealed record DistributionWire(
    long Distributed, long Refused, long Redistributed, IReadOnlyDictionary<string, long> ByKind,
    double? WaitP50Seconds, double? WaitP99Seconds, long Plans, long Planned, long PlannedRefused,
    long Queued, long Failed, long ActiveAgents)
{
    internal static DistributionWire Of(DistributionReport r) => new(
        r.Distributed, r.Refused, r.Redistributed, r.ByKind, r.WaitP50?.TotalSeconds, r.WaitP99?.TotalSeconds,
        r.Plans, r.Planned, r.PlannedRefused, r.Queued, r.Failed, r.ActiveAgents);

    internal DistributionReport ToReport() => new(
        Distributed, Refused, Redistributed, ByKind, Words.SecondsOrNull(WaitP50Seconds, "wait_p50_seconds"),
        Words.SecondsOrNull(WaitP99Seconds, "wait_p99_seconds"), Plans, Planned, PlannedRefused,
        Queued, Failed, ActiveAgents);
}
