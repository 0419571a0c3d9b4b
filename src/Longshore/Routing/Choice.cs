namespace Longshore.Routing;

/// <summary>One decision to make, and what it may rest on.</summary>
internal readonly ref struct Choice(AgentBoard board, EligibleAgents eligible, RouteCursor cursor, Random random)
{
    /// <summary>
    /// How many candidates a strategy that compares looks at, as Kubernetes' scheduler does with many nodes. When there
    /// are more, the next decision begins where this one ended.
    /// </summary>
    public const int SampleSize = 64;

    public AgentBoard Board { get; } = board;

    public EligibleAgents Eligible { get; } = eligible;

    public RouteCursor Cursor { get; } = cursor;

    public Random Random { get; } = random;

    /// <summary>Agents that the store refused for this very task, or that are excluded from it.</summary>
    public SlotSet? Refused { get; init; }

    /// <summary>The task's priority, which the agent must take; null: any.</summary>
    public int? Priority { get; init; }

    public required long NowUs { get; init; }

    /// <summary>Those of a set of the board that may be given the task.</summary>
    public Candidates Among(SlotSet set) => new(Eligible.Slots, set, Board.TakersOf(Priority), Refused);

    /// <summary>How well the agent of a slot may be expected to do the task, 0 to 1.</summary>
    public double PerformanceOf(int slot) => Board[slot].PerformanceFor(Eligible.Requires);

    /// <summary>At most <see cref="SampleSize"/> of those in the set; all when there are no more.</summary>
    public int Sample(SlotSet set, Span<int> into)
    {
        var count = Among(set).Take(Cursor.SampleFrom, into);
        if (count == into.Length)
        {
            Cursor.SampleFrom = into[count - 1] + 1;
        }

        return count;
    }
}
