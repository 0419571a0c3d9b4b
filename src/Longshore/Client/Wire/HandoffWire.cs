using Longshore.Tasks;

namespace Longshore.Client.Wire;

/// <summary>Passes a task on. Exactly one of the two targets is given.</summary>
public sealed record NewHandoffWire
{
    /// <summary>The epoch of the holder's grant.</summary>
    public required int Epoch { get; init; }

    /// <summary>A capability, such as <c>sql>=3</c>.</summary>
    public string? ToCapability { get; init; }

    /// <summary>An agent.</summary>
    public string? ToAgent { get; init; }

    /// <summary>What was done and what is left.</summary>
    public required string Summary { get; init; }

    /// <summary>How sure the giver is of what was done, 0 to 1.</summary>
    public required double Confidence { get; init; }

    /// <summary>Where what was made is found.</summary>
    public IReadOnlyList<string>? Artifacts { get; init; }

    /// <summary>What is known not to work.</summary>
    public IReadOnlyList<string>? KnownLimitations { get; init; }

    /// <summary>What the giver would do next.</summary>
    public IReadOnlyList<string>? NextSteps { get; init; }

    /// <summary>What stood in the way and does no longer.</summary>
    public IReadOnlyList<string>? BlockersResolved { get; init; }

    /// <summary>How long the rest is thought to take.</summary>
    public double? EstimatedEffortSeconds { get; init; }

    internal static NewHandoffWire Of(NewHandoff said) => new()
    {
        Epoch = said.Epoch,
        ToCapability = said.To?.Capability?.ToString(),
        ToAgent = said.To?.Agent,
        Summary = said.Summary,
        Confidence = said.Confidence,
        Artifacts = said.Artifacts,
        KnownLimitations = said.KnownLimitations,
        NextSteps = said.NextSteps,
        BlockersResolved = said.BlockersResolved,
        EstimatedEffortSeconds = said.EstimatedEffort?.TotalSeconds,
    };

    /// <summary>The hand-off meant.</summary>
    public NewHandoff ToHandoff(long taskId) => new()
    {
        TaskId = taskId,
        Epoch = Epoch,
        To = new HandoffTarget(
            ToCapability is null ? null : HandoffTarget.ToCapability(ToCapability).Capability, ToAgent),
        Summary = Summary,
        Confidence = Confidence,
        Artifacts = Artifacts ?? [],
        KnownLimitations = KnownLimitations ?? [],
        NextSteps = NextSteps ?? [],
        BlockersResolved = BlockersResolved ?? [],
        EstimatedEffort = Words.SecondsOrNull(EstimatedEffortSeconds, "estimated_effort_seconds"),
    };
}

/// <summary>A task passed on.</summary>
public sealed record HandoffWire
{
    /// <summary>Unique in the store.</summary>
    public required long Id { get; init; }

    /// <summary>The task.</summary>
    public required long TaskId { get; init; }

    /// <summary>Which grant ended with it.</summary>
    public required int Epoch { get; init; }

    /// <summary>open, accepted or withdrawn.</summary>
    public required string Status { get; init; }

    /// <summary>Who passed it on.</summary>
    public required string FromAgent { get; init; }

    /// <summary>To whoever has this capability.</summary>
    public string? ToCapability { get; init; }

    /// <summary>Or to this agent.</summary>
    public string? ToAgent { get; init; }

    /// <summary>What was done and what is left.</summary>
    public required string Summary { get; init; }

    /// <summary>How sure the giver was, 0 to 1.</summary>
    public required double Confidence { get; init; }

    /// <summary>The task's confidence threshold.</summary>
    public required double MinimumConfidence { get; init; }

    /// <summary>The giver was less sure than the task asks for.</summary>
    public required bool NeedsReview { get; init; }

    /// <summary>Where what was made is found.</summary>
    public IReadOnlyList<string> Artifacts { get; init; } = [];

    /// <summary>What is known not to work.</summary>
    public IReadOnlyList<string> KnownLimitations { get; init; } = [];

    /// <summary>What the giver would do next.</summary>
    public IReadOnlyList<string> NextSteps { get; init; } = [];

    /// <summary>What stood in the way and does no longer.</summary>
    public IReadOnlyList<string> BlockersResolved { get; init; } = [];

    /// <summary>How long the rest is thought to take.</summary>
    public double? EstimatedEffortSeconds { get; init; }

    /// <summary>When it was passed on.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When somebody took it.</summary>
    public DateTimeOffset? AcceptedAt { get; init; }

    /// <summary>Who took it.</summary>
    public string? AcceptedBy { get; init; }

    /// <summary>When it was called off.</summary>
    public DateTimeOffset? WithdrawnAt { get; init; }

    /// <summary>The wire form of a hand-off.</summary>
    public static HandoffWire Of(Handoff handoff) => new()
    {
        Id = handoff.Id,
        TaskId = handoff.TaskId,
        Epoch = handoff.Epoch,
        Status = Words.Snake(handoff.Status),
        FromAgent = handoff.From,
        ToCapability = handoff.To.Capability?.ToString(),
        ToAgent = handoff.To.Agent,
        Summary = handoff.Summary,
        Confidence = handoff.Confidence,
        MinimumConfidence = handoff.MinimumConfidence,
        NeedsReview = handoff.NeedsReview,
        Artifacts = handoff.Artifacts,
        KnownLimitations = handoff.KnownLimitations,
        NextSteps = handoff.NextSteps,
        BlockersResolved = handoff.BlockersResolved,
        EstimatedEffortSeconds = handoff.EstimatedEffort?.TotalSeconds,
        CreatedAt = handoff.CreatedAt,
        AcceptedAt = handoff.AcceptedAt,
        AcceptedBy = handoff.AcceptedBy,
        WithdrawnAt = handoff.WithdrawnAt,
    };

    /// <summary>The hand-off meant.</summary>
    public Handoff ToHandoff() => new()
    {
        Id = Id,
        TaskId = TaskId,
        Epoch = Epoch,
        From = FromAgent,
        To = ToCapability is null ? HandoffTarget.ToAgent(ToAgent!) : HandoffTarget.ToCapability(ToCapability),
        Summary = Summary,
        Confidence = Confidence,
        MinimumConfidence = MinimumConfidence,
        Artifacts = Artifacts,
        KnownLimitations = KnownLimitations,
        NextSteps = NextSteps,
        BlockersResolved = BlockersResolved,
        EstimatedEffort = Words.SecondsOrNull(EstimatedEffortSeconds, "estimated_effort_seconds"),
        CreatedAt = CreatedAt,
        AcceptedAt = AcceptedAt,
        AcceptedBy = AcceptedBy,
        WithdrawnAt = WithdrawnAt,
    };
}

/// <summary>An open hand-off and an agent that could take it now.</summary>
/// <param name="Handoff">The hand-off.</param>
/// <param name="Task">Its task.</param>
/// <param name="Agent">Who could take it.</param>
/// <param name="Reputation">The agent's, 0 to 1.</param>
/// <param name="Load">How many tasks the agent holds.</param>
public sealed record OpportunityWire(HandoffWire Handoff, TaskWire Task, string Agent, double Reputation, int Load)
{
    internal static OpportunityWire Of(Opportunity one) =>
        new(HandoffWire.Of(one.Handoff), TaskWire.Of(one.Task), one.Agent, one.Reputation, one.Load);

    internal Opportunity ToOpportunity() => new(Handoff.ToHandoff(), Task.ToTask(), Agent, Reputation, Load);
}

/// <summary>Open hand-offs and who could take them.</summary>
/// <param name="Opportunities">The best first.</param>
public sealed record OpportunityListWire(IReadOnlyList<OpportunityWire> Opportunities);
