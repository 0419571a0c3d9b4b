namespace Longshore.Tasks;

/// <summary>Where a hand-off is in its life.</summary>
public enum HandoffStatus
{
    /// <summary>Nobody has taken it yet.</summary>
    Open = 0,

    /// <summary>Somebody holds or held the task by it.</summary>
    Accepted = 1,

    /// <summary>It was called off, or the task ended before anybody took it.</summary>
    Withdrawn = 2,
}

/// <summary>One agent passing a task on (S0.126).</summary>
public sealed record Handoff
{
    /// <summary>Unique in the store, growing.</summary>
    public required long Id { get; init; }

    /// <summary>The task.</summary>
    public required long TaskId { get; init; }

    /// <summary>Which grant of the task ended with it.</summary>
    public required int Epoch { get; init; }

    /// <summary>Who passed it on.</summary>
    public required string From { get; init; }

    /// <summary>To whom.</summary>
    public required HandoffTarget To { get; init; }

    /// <summary>What was done and what is left.</summary>
    public required string Summary { get; init; }

    /// <summary>How sure the giver was, 0 to 1.</summary>
    public required double Confidence { get; init; }

    /// <summary>The task's confidence threshold: below it, what was done asks for a review (T0.15).</summary>
    public required double MinimumConfidence { get; init; }

    /// <summary>Where what was made is found.</summary>
    public IReadOnlyList<string> Artifacts { get; init; } = [];

    /// <summary>What is known not to work.</summary>
    public IReadOnlyList<string> KnownLimitations { get; init; } = [];

    /// <summary>What the giver would do next.</summary>
    public IReadOnlyList<string> NextSteps { get; init; } = [];

    /// <summary>What stood in the way and does no longer.</summary>
    public IReadOnlyList<string> BlockersResolved { get; init; } = [];

    /// <summary>How long the rest is thought to take.</summary>
    public TimeSpan? EstimatedEffort { get; init; }

    /// <summary>When it was passed on.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When somebody took it.</summary>
    public DateTimeOffset? AcceptedAt { get; init; }

    /// <summary>Who took it.</summary>
    public string? AcceptedBy { get; init; }

    /// <summary>When it was called off.</summary>
    public DateTimeOffset? WithdrawnAt { get; init; }

    /// <summary>The giver was less sure than the task asks for: look at what was done before going on.</summary>
    public bool NeedsReview => Confidence < MinimumConfidence;

    /// <summary>Where it is in its life.</summary>
    public HandoffStatus Status => this switch
    {
        { AcceptedAt: not null } => HandoffStatus.Accepted,
        { WithdrawnAt: not null } => HandoffStatus.Withdrawn,
        _ => HandoffStatus.Open,
    };

    internal static Handoff Of(NewHandoff said, long id, string from, double threshold, long nowUs) => new()
    {
        Id = id,
        TaskId = said.TaskId,
        Epoch = said.Epoch,
        From = from,
        To = said.To,
        Summary = said.Summary,
        Confidence = said.Confidence,
        MinimumConfidence = threshold,
        Artifacts = said.Artifacts,
        KnownLimitations = said.KnownLimitations,
        NextSteps = said.NextSteps,
        BlockersResolved = said.BlockersResolved,
        EstimatedEffort = said.EstimatedEffort,
        CreatedAt = UnixTime.FromMicroseconds(nowUs),
    };

    /// <summary>Whether a hand-off says what this one said, so that it is the same call again.</summary>
    internal bool Repeats(NewHandoff said) =>
        Epoch == said.Epoch && To == said.To && Summary == said.Summary && Confidence.Equals(said.Confidence);
}
