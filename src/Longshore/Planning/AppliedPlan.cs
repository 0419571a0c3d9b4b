using Longshore.Explain;

namespace Longshore.Planning;

/// <summary>What became of each assignment of a plan, in the order given.</summary>
/// <param name="Items">One for each.</param>
public sealed record AppliedPlan(IReadOnlyList<AppliedAssignment> Items)
{
    /// <summary>Offers made now.</summary>
    public int Offered => Items.Count(item => item.Status == AppliedStatus.Offered);
}

/// <summary>How an assignment of a plan went.</summary>
public enum AppliedStatus
{
    /// <summary>The task is offered to its agent now.</summary>
    Offered = 0,

    /// <summary>The agent has it already, by this plan applied before or by a decision like it.</summary>
    Repeated = 1,

    /// <summary>Something changed since the plan was made; the task stays where it is.</summary>
    Refused = 2,
}

/// <summary>What became of one assignment.</summary>
/// <param name="TaskId">The task.</param>
/// <param name="Agent">Who should have had it.</param>
/// <param name="Status">How it went.</param>
/// <param name="Epoch">The epoch of the offer, if it has one.</param>
/// <param name="Until">Until when the offer stands, or the claim holds.</param>
/// <param name="Obstacle">What stands between now, where it was refused.</param>
/// <param name="Sentence">The same for people.</param>
public sealed record AppliedAssignment(
    long TaskId, string Agent, AppliedStatus Status, int? Epoch = null, DateTimeOffset? Until = null,
    Obstacle Obstacle = Obstacle.None, string? Sentence = null);
