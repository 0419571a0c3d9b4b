namespace Longshore.Routing.Batch;

/// <summary>The plan of the highest value, with its proof (S0.92 "optimally", T0.35).</summary>
internal static class Optimal
{
    // Each round costs a solution; what is still left out after these is worth more added at once.
    private const int Rounds = 3;

    // With more arcs than this the best among candidates takes longer than a second, and leaves the wider gap.
    private const int AuctionFrom = 250_000;

    /// <summary>The best plan over all arcs.</summary>
    public static BatchPlan Plan(AssignmentProblem problem)
    {
        if (problem.HasSizes)
        {
            throw new ArgumentException("tasks of unequal sizes are for the generalised solver", nameof(problem));
        }

        return AugmentingPaths.Solve(problem);
    }

    /// <summary>
    /// A plan that weighs only a few candidates for each task: the quickest one, with the gap that it may leave to the
    /// best plan over all arcs. The best one among them where that is quickly found, else by <see cref="Auction"/>.
    /// Tasks whose candidates are all taken get whoever is left.
    /// </summary>
    /// <param name="problem">The whole problem.</param>
    /// <param name="perTask">Candidates of each task, from 1.</param>
    public static BatchPlan PlanAmongCandidates(AssignmentProblem problem, int perTask)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(perTask, 1);
        if (problem.ArcCount > AuctionFrom && !problem.EveryTask)
        {
            return Completed(problem, Auction.Plan(problem, perTask));
        }

        var plan = Plan(new CandidateArcs(problem, perTask).Restricted());
        return plan.Stranded.Count > 0 || plan.Prices is not { } prices
            ? plan
            : Completed(problem, plan) with { Bound = Certificate.Bound(problem, prices) };
    }

    private static BatchPlan Completed(AssignmentProblem problem, BatchPlan plan)
    {
        var agentOf = plan.AgentOf.ToArray();
        var held = new int[problem.Agents];
        foreach (var agent in agentOf.Where(agent => agent != BatchPlan.Nobody))
        {
            held[agent]++;
        }

        for (var task = 0; task < agentOf.Length; task++)
        {
            if (agentOf[task] != BatchPlan.Nobody)
            {
                continue;
            }

            var best = 0L;
            foreach (var arc in problem.ArcsOf(task))
            {
                var worth = arc.Score - ((long)problem.CrowdingOf(arc.Agent) * held[arc.Agent]);
                if (held[arc.Agent] < problem.Room[arc.Agent] && worth > best)
                {
                    (best, agentOf[task]) = (worth, arc.Agent);
                }
            }

            if (agentOf[task] != BatchPlan.Nobody)
            {
                held[agentOf[task]]++;
            }
        }

        return plan with { AgentOf = agentOf, Value = Certificate.Value(problem, agentOf) };
    }

    /// <summary>
    /// The best plan over all arcs, found with a few candidates for each task: the best of them by score, and then
    /// whichever the prices show to be missing. The proof is for the whole problem.
    /// </summary>
    /// <param name="problem">The whole problem.</param>
    /// <param name="perTask">Candidates that each task begins with, from 1.</param>
    public static BatchPlan PlanWithCandidates(AssignmentProblem problem, int perTask)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(perTask, 1);
        var candidates = new CandidateArcs(problem, perTask);
        for (var round = 0; round < Rounds; round++)
        {
            var restricted = candidates.Restricted();
            var plan = Plan(restricted);
            if (plan.Stranded.Count > 0)
            {
                break;
            }

            if (candidates.AddViolated(restricted, plan.Prices) == 0)
            {
                return plan with { Bound = Certificate.Bound(problem, plan.Prices) };
            }
        }

        return Plan(problem);
    }
}
