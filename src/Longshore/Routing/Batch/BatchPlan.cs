namespace Longshore.Routing.Batch;

/// <summary>Who shall do what, and how good that is known to be. Sums are in the problem's unit.</summary>
internal sealed record BatchPlan
{
    /// <summary>Stands in <see cref="AgentOf"/> for a task that nobody gets.</summary>
    public const int Nobody = -1;

    /// <summary>For each task the agent who gets it, or <see cref="Nobody"/>.</summary>
    public required int[] AgentOf { get; init; }

    /// <summary>The sum of the scores.</summary>
    public required long Value { get; init; }

    /// <summary>No plan can be worth more than this; null where nothing was proved.</summary>
    public long? Bound { get; init; }

    /// <summary>How far from the optimum the plan could be at most; 0 proves that it is one.</summary>
    public long? Gap => Bound - Value;

    /// <summary>
    /// What a task must be worth to get a place with each agent; null where nothing was proved. With
    /// <see cref="Bound"/> this is the certificate: the bound is the sum of the slots at these prices, and of
    /// what each task can get beyond its agent's price.
    /// </summary>
    public long[]? Prices { get; init; }

    /// <summary>
    /// Where every task must be assigned and that is impossible: tasks that together have too few agents. Empty
    /// otherwise. What <see cref="AgentOf"/> says then is a plan for the others.
    /// </summary>
    public IReadOnlyList<int> Stranded { get; init; } = [];

    public int Assigned => AgentOf.Count(agent => agent != Nobody);

    /// <summary>What one more slot of the agent would add to the value of the best plan.</summary>
    /// <exception cref="InvalidOperationException">There are no prices.</exception>
    public long WorthOfOneMoreSlot(AssignmentProblem problem, int agent)
    {
        var prices = Prices ?? throw new InvalidOperationException("only an optimal plan knows what slots are worth");
        return Math.Max(0, prices[agent] - ((long)problem.CrowdingOf(agent) * problem.Room[agent]));
    }
}
