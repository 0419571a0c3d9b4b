namespace Longshore.Routing.Batch;

/// <summary>
/// The plan of source 000 (S0.92): tasks in their order, each to the best agent that still has room. Quick, easy to
/// explain, and not optimal: a generalist whom the first task takes is missed by the task that only he can do (T0.35).
/// </summary>
internal static class Greedy
{
    /// <summary>
    /// Plans in one pass over the arcs. Of equal scores the arc given first wins; a score below zero is worse than
    /// nobody, unless every task must be assigned.
    /// </summary>
    public static BatchPlan Plan(AssignmentProblem problem)
    {
        var room = problem.Room.ToArray();
        var taken = new int[problem.Agents];
        var agentOf = new int[problem.Tasks];
        long value = 0;
        for (var task = 0; task < agentOf.Length; task++)
        {
            var arcs = problem.ArcsOf(task);
            var sizes = problem.HasSizes ? problem.SizesOf(task) : default;
            var least = problem.EveryTask ? long.MinValue : -1;
            var best = -1;
            for (var i = 0; i < arcs.Length; i++)
            {
                var arc = arcs[i];
                if (arc.Score <= least || room[arc.Agent] < (sizes.IsEmpty ? 1 : sizes[i])
                    || taken[arc.Agent] >= problem.SlotsOf(arc.Agent))
                {
                    continue;
                }

                var score = arc.Score - ((long)problem.CrowdingOf(arc.Agent) * taken[arc.Agent]);
                if (score > least)
                {
                    (least, best) = (score, i);
                }
            }

            agentOf[task] = best < 0 ? BatchPlan.Nobody : arcs[best].Agent;
            if (best >= 0)
            {
                room[arcs[best].Agent] -= sizes.IsEmpty ? 1 : sizes[best];
                taken[arcs[best].Agent]++;
                value += least;
            }
        }

        return new BatchPlan { AgentOf = agentOf, Value = value };
    }
}
