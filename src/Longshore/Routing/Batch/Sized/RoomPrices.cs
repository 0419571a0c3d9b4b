namespace Longshore.Routing.Batch.Sized;

/// <summary>
/// What a unit of each agent's room is worth, about: the prices at which tasks that each take their best agent would
/// just fit (a subgradient method on the rule of room; its limit is that of linear programming).
/// </summary>
internal static class RoomPrices
{
    private const int Rounds = 400;

    /// <summary>Prices in units of score for a unit of size, from 0.</summary>
    public static double[] Find(SizedArcs arcs)
    {
        var problem = arcs.Problem;
        var prices = new double[problem.Agents];
        var best = new double[problem.Agents];
        var load = new double[problem.Agents];
        var (lowest, step) = (double.MaxValue, Scale(arcs));
        for (var round = 0; round < Rounds; round++)
        {
            Array.Clear(load);
            var bound = 0.0;
            for (var task = 0; task < problem.Tasks; task++)
            {
                var (arc, worth) = Choose(arcs, task, prices);
                bound += worth;
                if (arc != SizedPlan.None)
                {
                    load[arcs.Agent(arc)] += arcs.Size(arc);
                }
            }

            var length = 0.0;
            for (var agent = 0; agent < prices.Length; agent++)
            {
                bound += prices[agent] * problem.Room[agent];
                load[agent] -= problem.Room[agent];
                length += prices[agent] > 0 || load[agent] > 0 ? load[agent] * load[agent] : 0;
            }

            if (bound < lowest)
            {
                lowest = bound;
                prices.CopyTo(best, 0);
            }

            // Steps of falling length: they need no guess of the optimum, and settle.
            var by = length == 0 ? 0 : step * Math.Pow(0.98, round) / Math.Sqrt(length);
            for (var agent = 0; agent < prices.Length; agent++)
            {
                prices[agent] = Math.Max(0, prices[agent] + (by * load[agent]));
            }
        }

        return best;
    }

    /// <summary>The arc that is worth most at the prices, and how much.</summary>
    private static (int Arc, double Worth) Choose(SizedArcs arcs, int task, double[] prices)
    {
        var (best, chosen) = (arcs.Problem.EveryTask ? double.MinValue : 0, SizedPlan.None);
        for (var arc = arcs.First(task); arc < arcs.End(task); arc++)
        {
            var worth = arcs.Score(arc) - (prices[arcs.Agent(arc)] * arcs.Size(arc));
            if (worth > best)
            {
                (best, chosen) = (worth, arc);
            }
        }

        return (chosen, chosen == SizedPlan.None ? 0 : best);
    }

    // A step as long as a price may get: the spread of scores for a mean size, in each agent.
    private static double Scale(SizedArcs arcs)
    {
        var (least, most, sizes) = (double.MaxValue, double.MinValue, 0.0);
        for (var arc = 0; arc < arcs.Count; arc++)
        {
            least = Math.Min(least, arcs.Score(arc));
            most = Math.Max(most, arcs.Score(arc));
            sizes += arcs.Size(arc);
        }

        return arcs.Count == 0
            ? 0
            : (most - least + 1) * arcs.Count / Math.Max(sizes, 1) * Math.Sqrt(arcs.Problem.Agents) / 4;
    }
}
