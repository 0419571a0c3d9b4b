namespace Longshore.Assignments;

/// <summary>A result that was submitted, and what was said of it: what may be reviewed, and what was.</summary>
public sealed record SubmittedWork
{
    /// <summary>The task.</summary>
    public required long TaskId { get; init; }

    /// <summary>Which grant of it.</summary>
    public required int Epoch { get; init; }

    /// <summary>Whose work it is.</summary>
    public required string Agent { get; init; }

    /// <summary>The task's namespace.</summary>
    public required string Namespace { get; init; }

    /// <summary>The task's kind.</summary>
    public required string Kind { get; init; }

    /// <summary>When it was submitted.</summary>
    public required DateTimeOffset SubmittedAt { get; init; }

    /// <summary>What was said of it, the oldest first; none: nobody has looked.</summary>
    public IReadOnlyList<GivenReview> Reviews { get; init; } = [];
}

/// <summary>What somebody said of a submitted result.</summary>
/// <param name="Reviewer">Who.</param>
/// <param name="Score">0, all wrong, to 1, all right.</param>
/// <param name="Comment">For people.</param>
/// <param name="At">When.</param>
public sealed record GivenReview(string Reviewer, double Score, string? Comment, DateTimeOffset At);
