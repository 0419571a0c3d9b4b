namespace Longshore.Routing.Batch.Sized;

/// <summary>
/// Plans tasks of unequal size: the generalised assignment problem. No quick method is exact there, so a plan comes
/// with a proven bound and the gap to it, which says how far from the best it can be at most.
/// </summary>
internal static class Generalised
{
    private const int MovesMax = 2_500_000;
    private const int MovesPerTask = 20_000;
    private const int MovesInAll = 10_000_000;
    private const int SearchesMax = 16;
    private const int Efforts = 4;
    private const double Heat = 0.1;
    private const long CellsMax = 400_000_000;

    // With more arcs than this, a few for each task lead to the same proof for slots alone sooner.
    private const int AllArcsMax = 100_000;
    private const int FirstCandidates = 32;

    /// <summary>A good plan and a bound of all plans; the same for the same seed.</summary>
    /// <remarks>
    /// Where every task must be assigned and no such plan was found, the plan leaves tasks out and names them as
    /// stranded: there may be a plan nonetheless, unlike with slots.
    /// </remarks>
    public static BatchPlan Plan(AssignmentProblem problem, int seed = 1)
    {
        if (problem.HasCrowding || (problem.HasSlots && problem.EveryTask))
        {
            throw new ArgumentException("there is no crowding here, and slots only where tasks may be left out");
        }

        var arcs = new SizedArcs(problem);
        var first = Filled(arcs, new SizedPlan(arcs));
        if (!problem.HasSlots)
        {
            return Search(arcs, first, seed);
        }

        // Where room is ample, this is all; where it is not, slots still bound what can be had.
        var bySlots = BySlots(problem);
        var within = Within(arcs, bySlots);
        return within.Value == bySlots.Value
            ? bySlots with { Prices = null }
            : Narrowed(Search(arcs, Better(first, Filled(arcs, within)), seed), bySlots.Bound);
    }

    private static BatchPlan BySlots(AssignmentProblem problem)
    {
        var slots = problem.WithoutSizes();
        return slots.ArcCount > AllArcsMax ? Optimal.PlanWithCandidates(slots, FirstCandidates) : Optimal.Plan(slots);
    }

    /// <summary>Of a plan by slots alone what there is room for.</summary>
    private static SizedPlan Within(SizedArcs arcs, BatchPlan bySlots)
    {
        var plan = new SizedPlan(arcs);
        for (var task = 0; task < bySlots.AgentOf.Length; task++)
        {
            if (bySlots.AgentOf[task] is var agent and not BatchPlan.Nobody
                && arcs.Find(task, agent) is var arc && plan.Fits(arc))
            {
                plan.Move(task, arc);
            }
        }

        return plan;
    }

    private static BatchPlan Narrowed(BatchPlan plan, long? bound) =>
        plan with { Bound = plan.Bound is { } own && bound is { } other ? Math.Min(own, other) : plan.Bound ?? bound };

    private static BatchPlan Search(SizedArcs arcs, SizedPlan start, int seed)
    {
        var random = new Random(seed);
        var prices = RoomPrices.Find(arcs);
        var moves = (int)Math.Min(MovesMax, (long)MovesPerTask * arcs.Problem.Tasks);
        var best = ShiftAndSwap.Improve(arcs, Completed(arcs, start), prices, Effort(0), random);
        var bound = new LagrangianBound(arcs, prices);
        bound.Lower(
            CellsMax, () => best.IsFeasible ? best.Value : Least(arcs),
            () => best = Better(best, Filled(arcs, bound.Chosen.Copy())));
        for (var i = 1; i < Math.Min(SearchesMax, MovesInAll / moves) && !IsBest(); i++)
        {
            // Searches begin at several places, or all would end in the same corner.
            var from = (i % 3) switch
            {
                1 => Completed(arcs, bound.Chosen),
                2 => best,
                _ => Completed(arcs, start),
            };
            best = Better(best, ShiftAndSwap.Improve(arcs, from, prices, Effort(i), random));
        }

        return Answer(arcs, best, bound.Best);

        bool IsBest() => best.IsFeasible && best.Value == bound.Best;

        // First with few choices, which goes deep, then wider.
        ShiftAndSwap.Effort Effort(int search) =>
            new(moves, Heat / Math.Max(1, search % Efforts), 3 + (2 * (search % Efforts)));
    }

    private static SizedPlan Filled(SizedArcs arcs, SizedPlan plan)
    {
        RegretGreedy.Fill(arcs, plan);
        return plan;
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
