using Longshore.Tasks;

namespace Longshore.Help;

/// <summary>What sort of help is asked for (S0.127).</summary>
public enum HelpType
{
    /// <summary>How something works.</summary>
    TechnicalQuestion = 0,

    /// <summary>The work cannot go on without it: the task is blocked while it is open.</summary>
    Blocker = 1,

    /// <summary>Somebody else's look at what was done.</summary>
    Review = 2,

    /// <summary>What the submitter meant.</summary>
    Clarification = 3,

    /// <summary>A decision that is not the asker's to make; whoever asks cannot answer it.</summary>
    Escalation = 4,
}

/// <summary>How much something presses. It rises with the time that nobody answers.</summary>
public enum HelpUrgency
{
    /// <summary>Some time.</summary>
    Low = 0,

    /// <summary>Today.</summary>
    Medium = 1,

    /// <summary>Soon.</summary>
    High = 2,

    /// <summary>Now.</summary>
    Critical = 3,
}

/// <summary>Where a help request is in its life.</summary>
public enum HelpStatus
{
    /// <summary>Nobody has taken it on.</summary>
    Open = 0,

    /// <summary>Somebody has taken it on.</summary>
    Claimed = 1,

    /// <summary>Answered. Final.</summary>
    Resolved = 2,

    /// <summary>Called off. Final.</summary>
    Cancelled = 3,

    /// <summary>The task ended first. Final.</summary>
    Closed = 4,
}

/// <summary>An agent asking for help with a task (S0.127).</summary>
public sealed record HelpRequest
{
    /// <summary>Unique in the store, growing.</summary>
    public required long Id { get; init; }

    /// <summary>The task.</summary>
    public required long TaskId { get; init; }

    /// <summary>Who asks.</summary>
    public required string Agent { get; init; }

    /// <summary>What for.</summary>
    public required HelpType Type { get; init; }

    /// <summary>In words.</summary>
    public required string Description { get; init; }

    /// <summary>How much it pressed when it was asked.</summary>
    public required HelpUrgency Urgency { get; init; }

    /// <summary>What is needed to answer; empty means what the task requires.</summary>
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

    /// <summary>Where it is in its life.</summary>
    public HelpStatus Status => this switch
    {
        { ResolvedAt: not null } => HelpStatus.Resolved,
        { CancelledAt: not null } => HelpStatus.Cancelled,
        { ClosedAt: not null } => HelpStatus.Closed,
        { ClaimedAt: not null } => HelpStatus.Claimed,
        _ => HelpStatus.Open,
    };

    /// <summary>Nobody has answered or called it off, and the task goes on.</summary>
    public bool IsOpen => Status is HelpStatus.Open or HelpStatus.Claimed;

    /// <summary>
    /// How much it presses at an instant: from low to medium after eight hours, from medium to high after four more,
    /// from high to critical after one more. Derived from when it was asked, so nothing has to run for it to rise. What
    /// is answered or closed keeps what it had then.
    /// </summary>
    public HelpUrgency UrgencyAt(DateTimeOffset now)
    {
        var end = ResolvedAt ?? CancelledAt ?? ClosedAt;
        var waited = (end < now ? end.Value : now) - CreatedAt;
        var urgency = Urgency;
        for (; urgency < HelpUrgency.Critical && waited >= StepOf(urgency); urgency++)
        {
            waited -= StepOf(urgency);
        }

        return urgency;
    }

    internal static HelpRequest Of(NewHelpRequest asked, long id, long nowUs) => new()
    {
        Id = id,
        TaskId = asked.TaskId,
        Agent = asked.Agent,
        Type = asked.Type,
        Description = asked.Description,
        Urgency = asked.Urgency,
        Capabilities = asked.Capabilities,
        CreatedAt = UnixTime.FromMicroseconds(nowUs),
    };

    private static TimeSpan StepOf(HelpUrgency urgency) => urgency switch
    {
        HelpUrgency.Low => TimeSpan.FromHours(8),
        HelpUrgency.Medium => TimeSpan.FromHours(4),
        _ => TimeSpan.FromHours(1),
    };
}

/// <summary>A help request as its agent asks it.</summary>
public sealed record NewHelpRequest
{
    /// <summary>The task.</summary>
    public required long TaskId { get; init; }

    /// <summary>Who asks; usually its holder.</summary>
    public required string Agent { get; init; }

    /// <summary>The epoch of its grant; required of a blocker, which only the holder can ask for.</summary>
    public int? Epoch { get; init; }

    /// <summary>What for.</summary>
    public required HelpType Type { get; init; }

    /// <summary>In words, 1 to <see cref="Limits.SummaryLengthMax"/> characters.</summary>
    public required string Description { get; init; }

    /// <summary>How much it presses.</summary>
    public HelpUrgency Urgency { get; init; } = HelpUrgency.Medium;

    /// <summary>What is needed to answer, such as <c>sql>=3</c>; empty means what the task requires.</summary>
    public IReadOnlyList<string> Capabilities { get; init; } = [];
}
