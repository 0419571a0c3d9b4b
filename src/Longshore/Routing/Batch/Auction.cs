namespace Longshore.Routing.Batch;

/// <summary>
/// A plan by auction, for problems too large to be solved in full: a task bids for its best agent what that one is
/// worth more to it than the second best, and a little more, so that wars over prices end. What each bid adds, the plan
/// may lose; the prices reached bound all plans, and so say how much it is (Bertsekas 1988).
/// </summary>
/// <remarks>
/// A task bids among a few agents, those that were worth most when it looked at all of them. Prices only rise, so it
/// need not look again until its second best is worth less than the best it left out then.
/// </remarks>
internal sealed class Auction
{
    // A bid adds this part of how far the agents of one task are apart in worth.
    private const int Fineness = 500;

    // After so many bids a task doubles what it adds.
    private const int Patience = 32;
    private const int DoublingsMax = 30;

    // Dearer than any task could pay, and far from what overflows.
    private const long Unaffordable = 1L << 40;

    private readonly AssignmentProblem _problem;
    private readonly Holders _holders;
    private readonly long[] _prices;
    private readonly SlotBids _slots;
    private readonly int[] _bids;
    private readonly long _slack;

    // Of each task the places of its candidates among its arcs, and what the best of the others was worth at most.
    private readonly int _perTask;
    private readonly int[] _candidates;
    private readonly int[] _count;
    private readonly long[] _leftOut;

    private Auction(AssignmentProblem problem, int perTask)
    {
        (_problem, _holders, _perTask) = (problem, new Holders(problem), Math.Max(2, perTask));
        _prices = new long[problem.Agents];
        for (var agent = 0; agent < _prices.Length; agent++)
        {
            _prices[agent] = problem.Room[agent] == 0 ? Unaffordable : 0;
        }

        _slots = new SlotBids(problem, _holders, _prices);
        _bids = new int[problem.Tasks];
        _slack = Math.Max(1, Spread(problem) / Fineness);
        _candidates = new int[problem.Tasks * _perTask];
        _count = new int[problem.Tasks];
        _leftOut = new long[problem.Tasks];
        Array.Fill(_leftOut, long.MaxValue);
    }

    /// <summary>A plan with its bound.</summary>
    /// <param name="problem">Tasks may be left out.</param>
    /// <param name="perTask">Candidates of each task.</param>
    public static BatchPlan Plan(AssignmentProblem problem, int perTask)
    {
        var auction = new Auction(problem, perTask);
        for (var next = 0; next < problem.Tasks; next++)
        {
            for (var task = next; task != BatchPlan.Nobody;)
            {
                task = auction.Bid(task);
            }
        }

        auction._slots.GiveAll();
        return new BatchPlan
        {
            AgentOf = auction._holders.AgentOf,
            Value = Certificate.Value(problem, auction._holders.AgentOf),
            Bound = Certificate.Bound(problem, auction._prices),
        };
    }

    /// <summary>Bids for one task and answers which one lost its slot by it, or nobody.</summary>
    private int Bid(int task)
    {
        var (best, second, agent) = Choose(task);
        if (second < _leftOut[task])
        {
            Look(task);
            (best, second, agent) = Choose(task);
        }

        // A task that is worth less than every price is better left out.
        if (agent == BatchPlan.Nobody)
        {
            return BatchPlan.Nobody;
        }

        var slack = _slack << Math.Min(DoublingsMax, _bids[task]++ / Patience);
        return _slots.Place(task, agent, _prices[agent] + best - Math.Max(second, 0) + slack);
    }

    private (long Best, long Second, int Agent) Choose(int task)
    {
        var arcs = _problem.ArcsOf(task);
        var (best, second, agent) = (0L, 0L, BatchPlan.Nobody);
        foreach (var place in _candidates.AsSpan(task * _perTask, _count[task]))
        {
            var gain = arcs[place].Score - _prices[arcs[place].Agent];
            if (gain > best)
            {
                (second, best, agent) = (best, gain, arcs[place].Agent);
            }
            else
            {
                second = Math.Max(second, gain);
            }
        }

        return (best, second, agent);
    }

    /// <summary>Looks at all of the task's agents and keeps the most promising.</summary>
    private void Look(int task)
    {
        var arcs = _problem.ArcsOf(task);
        var (losses, places) = (new long[arcs.Length], new int[arcs.Length]);
        var count = 0;
        for (var i = 0; i < arcs.Length; i++)
        {
            var gain = arcs[i].Score - _prices[arcs[i].Agent];
            if (gain > 0)
            {
                (losses[count], places[count++]) = (-gain, i);
            }
        }

        losses.AsSpan(0, count).Sort(places.AsSpan(0, count));
        _count[task] = Math.Min(count, _perTask);
        places.AsSpan(0, _count[task]).CopyTo(_candidates.AsSpan(task * _perTask));
        _leftOut[task] = count > _perTask ? -losses[_perTask] : 0;
    }

    /// <summary>How far the best and the worst agent of a task are apart, at most.</summary>
    private static long Spread(AssignmentProblem problem)
    {
        var widest = 0L;
        for (var task = 0; task < problem.Tasks; task++)
        {
            var (least, most) = (long.MaxValue, long.MinValue);
            foreach (var arc in problem.ArcsOf(task))
            {
                (least, most) = (Math.Min(least, arc.Score), Math.Max(most, arc.Score));
            }

            widest = Math.Max(widest, most - least);
        }

        return widest;
    }
}
