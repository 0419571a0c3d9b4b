namespace Longshore.Routing.Batch;

/// <summary>What a plan is worth, and what prices prove about all plans.</summary>
internal static class Certificate
{
    /// <summary>The sum of the scores of a plan, less what crowding takes.</summary>
    public static long Value(AssignmentProblem problem, ReadOnlySpan<int> agentOf)
    {
        long value = 0;
        var taken = new int[problem.Agents];
        for (var task = 0; task < agentOf.Length; task++)
        {
            if (agentOf[task] == BatchPlan.Nobody)
            {
                continue;
            }

            foreach (var arc in problem.ArcsOf(task))
            {
                if (arc.Agent == agentOf[task])
                {
                    value += arc.Score - ((long)problem.CrowdingOf(arc.Agent) * taken[arc.Agent]++);
                }
            }
        }

        return value;
    }

    /// <summary>
    /// An upper bound of every plan's value: slots at these prices, and what each task gets beyond them. True for
    /// any prices from 0, whoever found them; equality with a plan's value proves that plan optimal.
    /// </summary>
    public static long Bound(AssignmentProblem problem, ReadOnlySpan<long> prices)
    {
        long bound = 0;
        for (var agent = 0; agent < prices.Length; agent++)
        {
            bound += SlotsAt(prices[agent], problem.Room[agent], problem.CrowdingOf(agent));
        }

        for (var task = 0; task < problem.Tasks; task++)
        {
            bound += GainAt(problem, prices, task);
        }

        return bound;
    }

    /// <summary>The best that the task can get beyond the prices.</summary>
    public static long GainAt(AssignmentProblem problem, ReadOnlySpan<long> prices, int task)
    {
        var best = problem.EveryTask ? long.MinValue : 0;
        foreach (var arc in problem.ArcsOf(task))
        {
            best = Math.Max(best, arc.Score - prices[arc.Agent]);
        }

        return best;
    }

    // Slot k of an agent costs k times its crowding; only slots that cost less than the price count.
    private static long SlotsAt(long price, long slots, long crowding)
    {
        if (price <= 0)
        {
            return 0;
        }

        var counted = crowding == 0 ? slots : Math.Min(slots, ((price - 1) / crowding) + 1);
        return (counted * price) - (crowding * counted * (counted - 1) / 2);
    }
}
