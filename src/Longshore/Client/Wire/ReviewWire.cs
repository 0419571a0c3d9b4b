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
