namespace Longshore.Routing.Batch.Sized;

/// <summary>
/// Fills a plan: next is always the task that would lose most if it got its second choice instead of its first
/// (Martello and Toth 1981).
/// </summary>
internal static class RegretGreedy
{
    /// <summary>Gives every open task an agent with room for it, where there is one that pays.</summary>
    public static void Fill(SizedArcs arcs, SizedPlan plan)
    {
        var queue = new PriorityQueue<(int Task, int Arc), long>();
        for (var task = 0; task < plan.ArcOf.Length; task++)
        {
            if (plan.ArcOf[task] == SizedPlan.None)
            {
                Enqueue(task);
            }
        }

        while (queue.TryDequeue(out var next, out _))
        {
            if (plan.Fits(next.Arc))
            {
                plan.Move(next.Task, next.Arc);
            }
            else
            {
                Enqueue(next.Task);
            }
        }

        void Enqueue(int task)
        {
            var (arc, regret) = Choose(arcs, plan, task);
            if (arc != SizedPlan.None)
            {
                queue.Enqueue((task, arc), -regret);
            }
        }
    }

    private static (int Arc, long Regret) Choose(SizedArcs arcs, SizedPlan plan, int task)
    {
        // A task without a second choice comes first where every task must be assigned.
        long none = arcs.Problem.EveryTask ? -AssignmentProblem.ScoreMax * 4L : 0;
        var (best, second, arc) = (none, none, SizedPlan.None);
        for (var i = arcs.First(task); i < arcs.End(task); i++)
        {
            if (!plan.Fits(i))
            {
                continue;
            }

            if (arcs.Score(i) > best)
            {
                (second, best, arc) = (best, arcs.Score(i), i);
            }
            else
            {
                second = Math.Max(second, arcs.Score(i));
            }
        }

        return (arc, best - second);
    }
}
