using Longshore.Agents;
using Longshore.Tasks;

namespace Longshore.Routing;

/// <summary>What a board is told of an agent. What is null stays as the board has it, or begins at nothing.</summary>
internal sealed record AgentFacts
{
    public const uint AllLevels = (1u << (Limits.PriorityMax + 1)) - 1;

    public required string Name { get; init; }

    /// <summary>Most tasks at once; with 0 it is never chosen.</summary>
    public required int MaxConcurrent { get; init; }

    /// <summary>Whether it takes work now: present, not blocked, not draining.</summary>
    public bool IsOnline { get; init; } = true;

    /// <summary>Bit p: takes tasks of priority p (S4.8).</summary>
    public uint PriorityLevels { get; init; } = AllLevels;

    /// <summary>A score from outside, 0 to 1, which stands for the record; null: the record counts.</summary>
    public double? Score { get; init; }

    /// <summary>Tasks that it holds. A new registration leaves it out, so no running work is lost (T4.17).</summary>
    public int? Load { get; init; }

    /// <summary>What is known of how well it works.</summary>
    public AgentRecord? Record { get; init; }

    /// <summary>Attempts that it failed since it last completed one.</summary>
    public int? FailuresInRow { get; init; }
}

/// <summary>How a grant ended, as far as routing cares.</summary>
internal enum GrantEnd
{
    Completed,
    Failed,

    /// <summary>Declined, given back, run out, cancelled: says nothing about the agent's work.</summary>
    Returned,
}
