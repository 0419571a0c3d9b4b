using Longshore.Routing.Batch;

namespace Longshore.Tests.Routing.Batch;

/// <summary>Tries every plan.</summary>
internal static class BruteForce
{
    /// <summary>The highest value of any plan; null where every task must be assigned and no plan does that.</summary>
    public static long? Best(AssignmentProblem problem)
    {
        var left = problem.Room.ToArray();
        return From(problem, 0, left, new int[left.Length]);
    }

    private static long? From(AssignmentProblem problem, int task, int[] left, int[] taken)
    {
        if (task == problem.Tasks)
        {
            return 0;
        }

        var best = problem.EveryTask ? null : From(problem, task + 1, left, taken);
        var arcs = problem.ArcsOf(task);
        for (var i = 0; i < arcs.Length; i++)
        {
            var (agent, score) = arcs[i];
            var size = problem.HasSizes ? problem.SizesOf(task)[i] : 1;
            if (left[agent] < size || taken[agent] >= problem.SlotsOf(agent))
            {
                continue;
            }

            var worth = score - ((long)problem.CrowdingOf(agent) * taken[agent]);
            left[agent] -= size;
            taken[agent]++;
            if (From(problem, task + 1, left, taken) is { } rest && !(best >= rest + worth))
            {
                best = rest + worth;
            }

            left[agent] += size;
            taken[agent]--;
        }

        return best;
    }
}
