using Longshore.Agents;
using Longshore.Assignments;

namespace Longshore.Client.Wire;

/// <summary>How good a submitted result was.</summary>
public sealed record ReviewWire
{
    /// <summary>Which grant; the latest that was submitted when missing.</summary>
    public int? Epoch { get; init; }

    /// <summary>Who says so; not who did it.</summary>
    public required string Reviewer { get; init; }

    /// <summary>0, all wrong, to 1, all right.</summary>
    public required double Score { get; init; }

    /// <summary>For people.</summary>
    public string? Comment { get; init; }

    /// <summary>The review meant.</summary>
    public Review ToReview(long taskId) => new()
    {
        TaskId = taskId,
        Epoch = Epoch,
        Reviewer = Reviewer,
        Score = Score,
        Comment = Comment,
    };

    internal static ReviewWire Of(Review review) => new()
    {
        Epoch = review.Epoch,
        Reviewer = review.Reviewer,
        Score = review.Score,
        Comment = review.Comment,
    };
}

/// <summary>A result that was submitted, and what was said of it.</summary>
/// <param name="TaskId">The task.</param>
/// <param name="Epoch">Which grant of it.</param>
/// <param name="Namespace">The task's namespace.</param>
/// <param name="Kind">The task's kind.</param>
/// <param name="Agent">Whose work it is.</param>
/// <param name="SubmittedAt">When it was submitted.</param>
/// <param name="Reviews">What was said of it, the oldest first; none: nobody has looked.</param>
public sealed record SubmittedWorkWire(
    long TaskId, int Epoch, string Namespace, string Kind, string Agent, DateTimeOffset SubmittedAt,
    IReadOnlyList<GivenReviewWire> Reviews)
{
    /// <summary>The wire form.</summary>
    public static SubmittedWorkWire Of(SubmittedWork work)
    {
        ArgumentNullException.ThrowIfNull(work);
        return new SubmittedWorkWire(
            work.TaskId, work.Epoch, work.Namespace, work.Kind, work.Agent, work.SubmittedAt,
            [.. work.Reviews.Select(r => new GivenReviewWire(r.Reviewer, r.Score, r.Comment, r.At))]);
    }

    internal SubmittedWork ToWork() => new()
    {
        TaskId = TaskId,
        Epoch = Epoch,
        Namespace = Namespace,
        Kind = Kind,
        Agent = Agent,
        SubmittedAt = SubmittedAt,
        Reviews = [.. Reviews.Select(r => new GivenReview(r.Reviewer, r.Score, r.Comment, r.At))],
    };
}

/// <summary>What somebody said of a submitted result.</summary>
/// <param name="Reviewer">Who.</param>
/// <param name="Score">0, all wrong, to 1, all right.</param>
/// <param name="Comment">For people.</param>
/// <param name="At">When.</param>
public sealed record GivenReviewWire(string Reviewer, double Score, string? Comment, DateTimeOffset At);

/// <summary>What somebody outside knows of an agent.</summary>
public sealed record RatingWire
{
    /// <summary>The part that goes well, 0 to 1.</summary>
    public required double Score { get; init; }

    /// <summary>How many trials that is worth, at most 1000; 1 when missing.</summary>
    public double? Weight { get; init; }

    /// <summary>In which of its capabilities; in all when missing.</summary>
    public string? Capability { get; init; }

    /// <summary>For people.</summary>
    public string? Comment { get; init; }

    /// <summary>Who says so; <c>api</c> when missing.</summary>
    public string? Actor { get; init; }

    /// <summary>The rating meant.</summary>
    public Rating ToRating(string agent) => new()
    {
        Agent = agent,
        Score = Score,
        Weight = Weight ?? 1,
        Capability = Capability,
        Comment = Comment,
    };

    internal static RatingWire Of(Rating rating, string actor) => new()
    {
        Score = rating.Score,
        Weight = rating.Weight,
        Capability = rating.Capability,
        Comment = rating.Comment,
        Actor = actor,
    };
}
