namespace Longshore.Routing.Batch.Sized;

/// <summary>
/// Plans tasks of unequal size: the generalised assignment problem. No quick method is exact there, so a plan comes
/// with a proven bound and the gap to it, which says how far from the best it can be at most.
/// </summary>
internal static class Generalised
{
    private const int MovesMax = 2_500_000;
    private const int MovesPerTask = 20_000;
    private const int SearchesMax = 4;
    private const double Heat = 0.1;
    private const long CellsMax = 400_000_000;

    /// <summary>A good plan and a bound of all plans; the same for the same seed.</summary>
    /// <remarks>
    /// Where every task must be assigned and no such plan was found, the plan leaves tasks out and names them as
    /// stranded: there may be a plan nonetheless, unlike with slots.
    /// </remarks>
    public static BatchPlan Plan(AssignmentProblem problem, int seed = 1)
    {
        if (problem.HasCrowding)
        {
            throw new ArgumentException("crowding is for tasks that take one slot each", nameof(problem));
        }

        var random = new Random(seed);
        var arcs = new SizedArcs(problem);
        var best = new SizedPlan(arcs);
        RegretGreedy.Fill(arcs, best);
        var prices = RoomPrices.Find(arcs);
        var moves = (int)Math.Min(MovesMax, (long)MovesPerTask * problem.Tasks);
        best = ShiftAndSwap.Improve(arcs, Completed(arcs, best), prices, Effort(0), random);
        var bound = new LagrangianBound(arcs);
        bound.Lower(CellsMax, () => best.IsFeasible ? best.Value : Least(arcs), () =>
        {
            var plan = bound.Chosen.Copy();
            RegretGreedy.Fill(arcs, plan);
            best = Better(best, plan);
        });
        for (var i = 1; i < SearchesMax && !(best.IsFeasible && best.Value == bound.Best); i++)
        {
            var start = i == 1 ? Completed(arcs, bound.Chosen) : best;
            best = Better(best, ShiftAndSwap.Improve(arcs, start, prices, Effort(i), random));
        }

        return Answer(arcs, best, bound.Best);

        // First with few choices, which goes deep, then wider.
        ShiftAndSwap.Effort Effort(int search) => new(moves, Heat / Math.Max(1, search), 3 + (2 * search));
    }

    private static SizedPlan Better(SizedPlan a, SizedPlan b) =>
        b.IsFeasible && (!a.IsFeasible || b.Value > a.Value) ? b : a;

    /// <summary>Gives tasks that found no room to their best agents all the same, if they must be assigned.</summary>
    private static SizedPlan Completed(SizedArcs arcs, SizedPlan plan)
    {
        var complete = plan.Copy();
        for (var task = 0; task < complete.ArcOf.Length && arcs.Problem.EveryTask; task++)
        {
            for (var arc = arcs.First(task); arc < arcs.End(task) && plan.ArcOf[task] == SizedPlan.None; arc++)
            {
                var now = complete.ArcOf[task];
                if (now == SizedPlan.None || arcs.Score(arc) > arcs.Score(now))
                {
                    complete.Move(task, arc);
                }
            }
        }

        return complete;
    }

    /// <summary>No complete plan is worth less.</summary>
    private static long Least(SizedArcs arcs)
    {
        var least = 0L;
        for (var task = 0; task < arcs.Problem.Tasks; task++)
        {
            least += Enumerable.Range(arcs.First(task), arcs.End(task) - arcs.First(task))
                .Select(arc => (long)arcs.Score(arc)).DefaultIfEmpty(0).Min();
        }

        return least;
    }

    private static BatchPlan Answer(SizedArcs arcs, SizedPlan plan, long bound)
    {
        var kept = new SizedPlan(arcs);
        var stranded = new List<int>();
        for (var task = 0; task < plan.ArcOf.Length; task++)
        {
            var arc = plan.ArcOf[task];
            if (arc != SizedPlan.None && kept.Fits(arc))
            {
                kept.Move(task, arc);
            }
            else if (arcs.Problem.EveryTask)
            {
                stranded.Add(task);
            }
        }

        return new BatchPlan
        {
            AgentOf = [.. kept.ArcOf.Select(arc => arc == SizedPlan.None ? BatchPlan.Nobody : arcs.Agent(arc))],
            Value = kept.Value,
            Bound = stranded.Count == 0 ? bound : null,
            Stranded = stranded,
        };
    }
}
