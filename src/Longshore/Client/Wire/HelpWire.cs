using Longshore.Help;

namespace Longshore.Client.Wire;

/// <summary>Asks for help with a task.</summary>
public sealed record NewHelpWire
{
    /// <summary>Who asks.</summary>
    public required string Agent { get; init; }

    /// <summary>The epoch of its grant; required of a blocker.</summary>
    public int? Epoch { get; init; }

    /// <summary>technical_question, blocker, review, clarification or escalation.</summary>
    public required string HelpType { get; init; }

    /// <summary>In words.</summary>
    public required string Description { get; init; }

    /// <summary>low, medium, high or critical; medium when missing.</summary>
    public string? Urgency { get; init; }

    /// <summary>What is needed to answer; what the task requires when missing.</summary>
    public IReadOnlyList<string>? Capabilities { get; init; }

    /// <summary>The request meant.</summary>
    public NewHelpRequest ToRequest(long taskId) => new()
    {
        TaskId = taskId,
        Agent = Agent,
        Epoch = Epoch,
        Type = HelpWords.ParseType(HelpType, "help_type"),
        Description = Description,
        Urgency = Urgency is null ? HelpUrgency.Medium : HelpWords.ParseUrgency(Urgency),
        Capabilities = Capabilities ?? [],
    };
}

/// <summary>An agent takes a help request on.</summary>
/// <param name="Agent">Who.</param>
public sealed record TakeHelpWire(string Agent);

/// <summary>Answers a help request.</summary>
/// <param name="By">The agent or person who answers.</param>
/// <param name="Resolution">The answer.</param>
public sealed record ResolveHelpWire(string By, string Resolution);

/// <summary>Calls a help request off.</summary>
public sealed record CancelHelpWire
{
    /// <summary>Who asked, or a person; <c>api</c> when missing.</summary>
    public string? By { get; init; }
}

/// <summary>A help request.</summary>
public sealed record HelpWire
{
    /// <summary>Unique in the store.</summary>
    public required long Id { get; init; }

    /// <summary>The task.</summary>
    public required long TaskId { get; init; }

    /// <summary>open, claimed, resolved, cancelled or closed.</summary>
    public required string Status { get; init; }

    /// <summary>Who asks.</summary>
    public required string Agent { get; init; }

    /// <summary>technical_question, blocker, review, clarification or escalation.</summary>
    public required string HelpType { get; init; }

    /// <summary>In words.</summary>
    public required string Description { get; init; }

    /// <summary>How much it presses now: it rises with time.</summary>
    public required string Urgency { get; init; }

    /// <summary>How much it pressed when it was asked.</summary>
    public required string AskedUrgency { get; init; }

    /// <summary>What is needed to answer.</summary>
    public IReadOnlyList<string> Capabilities { get; init; } = [];

    /// <summary>When it was asked.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Who has taken it on.</summary>
    public string? ClaimedBy { get; init; }

    /// <summary>When.</summary>
    public DateTimeOffset? ClaimedAt { get; init; }

    /// <summary>When it was answered.</summary>
    public DateTimeOffset? ResolvedAt { get; init; }

    /// <summary>By whom.</summary>
    public string? ResolvedBy { get; init; }

    /// <summary>The answer.</summary>
    public string? Resolution { get; init; }

    /// <summary>When it was called off.</summary>
    public DateTimeOffset? CancelledAt { get; init; }

    /// <summary>When the task ended with it.</summary>
    public DateTimeOffset? ClosedAt { get; init; }

    /// <summary>The wire form of a request at an instant.</summary>
    public static HelpWire Of(HelpRequest request, DateTimeOffset now) => new()
    {
        Id = request.Id,
        TaskId = request.TaskId,
        Status = request.Status.ToWire(),
        Agent = request.Agent,
        HelpType = request.Type.ToWire(),
        Description = request.Description,
        Urgency = request.UrgencyAt(now).ToWire(),
        AskedUrgency = request.Urgency.ToWire(),
        Capabilities = request.Capabilities,
        CreatedAt = request.CreatedAt,
        ClaimedBy = request.ClaimedBy,
        ClaimedAt = request.ClaimedAt,
        ResolvedAt = request.ResolvedAt,
        ResolvedBy = request.ResolvedBy,
        Resolution = request.Resolution,
        CancelledAt = request.CancelledAt,
        ClosedAt = request.ClosedAt,
    };

    /// <summary>The request meant.</summary>
    public HelpRequest ToRequest() => new()
    {
        Id = Id,
        TaskId = TaskId,
        Agent = Agent,
        Type = HelpWords.ParseType(HelpType, "help_type"),
        Description = Description,
        Urgency = HelpWords.ParseUrgency(AskedUrgency),
        Capabilities = Capabilities,
        CreatedAt = CreatedAt,
        ClaimedBy = ClaimedBy,
        ClaimedAt = ClaimedAt,
        ResolvedAt = ResolvedAt,
        ResolvedBy = ResolvedBy,
        Resolution = Resolution,
        CancelledAt = CancelledAt,
        ClosedAt = ClosedAt,
    };
}

/// <summary>Somebody who could help.</summary>
/// <param name="Agent">Who.</param>
/// <param name="Quality">What its record is worth, 0 to 1.</param>
/// <param name="Load">How many tasks it holds.</param>
/// <param name="MaxConcurrent">How many it may hold.</param>
/// <param name="Reasons">Why it is suggested.</param>
public sealed record HelpSuggestionWire(
    string Agent, double Quality, int Load, int MaxConcurrent, IReadOnlyList<string> Reasons)
{
    internal static HelpSuggestionWire Of(HelpSuggestion one) =>
        new(one.Agent, one.Quality, one.Load, one.MaxConcurrent, one.Reasons);

    internal HelpSuggestion ToHelper() => new(Agent, Quality, Load, MaxConcurrent, Reasons);
}

/// <summary>Who could help.</summary>
/// <param name="Helpers">The best first.</param>
public sealed record HelpSuggestionListWire(IReadOnlyList<HelpSuggestionWire> Helpers);
