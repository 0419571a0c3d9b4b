using Longshore.Routing;

namespace Longshore.Explain;

/// <summary>Why a task went, or would go, to its agent: the parts of the choice, as things stand now.</summary>
public sealed record AssignmentExplanation
{
    /// <summary>The task.</summary>
    public required long TaskId { get; init; }

    /// <summary>The rule of the choice.</summary>
    public required RoutingStrategy Strategy { get; init; }

    /// <summary>Who holds it; null when nobody does.</summary>
    public string? Holder { get; init; }

    /// <summary>
    /// Who would be chosen now and who next, best first, at most five, its holder among them if it has one.
    /// </summary>
    public required IReadOnlyList<CandidateScore> Candidates { get; init; }
}

/// <summary>The parts of an agent's score; each from 0 to 1, more is better.</summary>
/// <param name="Agent">Its name.</param>
/// <param name="Match">Part of the requirements it meets.</param>
/// <param name="Performance">The supplied score, or what its record is worth; 0.5 when nothing is known.</param>
/// <param name="FreeLoad">Part of its capacity that is free.</param>
/// <param name="FailuresInRow">Attempts it failed since it last completed one; it sits out for them.</param>
/// <param name="Total">What the strategy compares; null where it goes by turn, by name or by lot.</param>
public sealed record CandidateScore(
    string Agent, double Match, double Performance, double FreeLoad, int FailuresInRow, double? Total);
