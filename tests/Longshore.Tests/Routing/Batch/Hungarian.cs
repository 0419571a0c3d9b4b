using Longshore.Routing.Batch;

namespace Longshore.Tests.Routing.Batch;

/// <summary>
/// The textbook method on a full matrix, as the independent opinion: every slot is a column, and so is being left out.
/// </summary>
internal static class Hungarian
{
    private const long Never = 1L << 50;

    /// <summary>The highest value of any plan; null where every task must be assigned and no plan does that.</summary>
    public static long? Best(AssignmentProblem problem)
    {
        var slots = new List<(int Agent, long Cost)>();
        for (var agent = 0; agent < problem.Agents; agent++)
        {
            for (var slot = 0; slot < Math.Min(problem.Room[agent], problem.Tasks); slot++)
            {
                slots.Add((agent, (long)problem.CrowdingOf(agent) * slot));
            }
        }

        var cost = new long[problem.Tasks, slots.Count + problem.Tasks];
        for (var task = 0; task < problem.Tasks; task++)
        {
            var score = problem.ArcsOf(task).ToArray().ToDictionary(arc => arc.Agent, arc => arc.Score);
            for (var column = 0; column < cost.GetLength(1); column++)
            {
                cost[task, column] = column >= slots.Count ? problem.EveryTask ? Never : 0
                    : score.TryGetValue(slots[column].Agent, out var worth) ? slots[column].Cost - worth
                    : Never;
            }
        }

        var total = Least(cost);
        return total >= Never / 2 ? null : -total;
    }

    private static long Least(long[,] cost)
    {
        var (rows, columns) = (cost.GetLength(0), cost.GetLength(1));
        var (rowPrice, columnPrice) = (new long[rows + 1], new long[columns + 1]);
        var (rowOf, cameFrom) = (new int[columns + 1], new int[columns + 1]);
        for (var row = 1; row <= rows; row++)
        {
            rowOf[0] = row;
            var at = 0;
            var (least, used) = (new long[columns + 1], new bool[columns + 1]);
            Array.Fill(least, long.MaxValue);
            do
            {
                used[at] = true;
                var (delta, next) = (long.MaxValue, 0);
                for (var column = 1; column <= columns; column++)
                {
                    if (used[column])
                    {
                        continue;
                    }

                    var reduced = cost[rowOf[at] - 1, column - 1] - rowPrice[rowOf[at]] - columnPrice[column];
                    if (reduced < least[column])
                    {
                        (least[column], cameFrom[column]) = (reduced, at);
                    }

                    if (least[column] < delta)
                    {
                        (delta, next) = (least[column], column);
                    }
                }

                for (var column = 0; column <= columns; column++)
                {
                    if (used[column])
                    {
                        rowPrice[rowOf[column]] += delta;
                        columnPrice[column] -= delta;
                    }
                    else if (column > 0)
                    {
                        least[column] -= delta;
                    }
                }

                at = next;
            }
            while (rowOf[at] != 0);

            for (; at != 0; at = cameFrom[at])
            {
                rowOf[at] = rowOf[cameFrom[at]];
            }
        }

        return Enumerable.Range(1, columns).Where(c => rowOf[c] > 0).Sum(c => cost[rowOf[c] - 1, c - 1]);
    }
}
