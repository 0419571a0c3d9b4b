namespace Longshore.Routing.Batch;

/// <summary>
/// A first stage of auction: a task bids for its best agent as much as that one is worth more to it than the second
/// best, and who bid least loses the slot. Cheap, and it settles most tasks; every task it settles is with an agent
/// that is best for it at the prices reached, so that exact search can go on from there.
/// </summary>
/// <remarks>
/// This is the augmenting row reduction of Jonker and Volgenant (1987), with the prices of Bertsekas' auction for
/// agents that have several slots: an agent's price is the least bid among its slots, or what its next slot costs if
/// that is less. Bids are not raised by a minimum, so it is exact but may stall; it then leaves the task to the search.
/// </remarks>
internal sealed class Bidding
{
    // Wars over prices go on beyond this at little gain; the search ends them in one step.
    private const int BidsPerTask = 12;

    private readonly AssignmentProblem _problem;
    private readonly long[] _prices;
    private readonly SlotBids _slots;
    private readonly long _range;

    private Bidding(AssignmentProblem problem, Holders holders, long[] prices)
    {
        (_problem, _prices, _slots) = (problem, prices, new SlotBids(problem, holders, prices));
        _range = Range(problem);
    }

    /// <summary>Gives tasks to agents and raises prices; what is left open is left to the search.</summary>
    public static void Run(AssignmentProblem problem, Holders holders, long[] prices)
    {
        var bidding = new Bidding(problem, holders, prices);
        bidding.BidAll();
        bidding._slots.GiveAll();
    }

    private void BidAll()
    {
        var left = (long)BidsPerTask * _problem.Tasks;
        for (var next = 0; next < _problem.Tasks && left > 0; next++)
        {
            for (var task = next; task != BatchPlan.Nobody && left > 0; left--)
            {
                task = Bid(task);
            }
        }
    }

    /// <summary>Bids for one task and answers which one lost its slot by it, or nobody.</summary>
    private int Bid(int task)
    {
        var none = _problem.EveryTask ? long.MinValue : 0;
        var (best, second, agent) = (none, none, BatchPlan.Nobody);
        foreach (var arc in _problem.ArcsOf(task))
        {
            var gain = arc.Score - _prices[arc.Agent];
            if (gain > best)
            {
                (second, best, agent) = (best, gain, arc.Agent);
            }
            else if (gain > second)
            {
                second = gain;
                if (gain == best && !_slots.HasSlot(agent) && _slots.HasSlot(arc.Agent))
                {
                    agent = arc.Agent;
                }
            }
        }

        if (agent == BatchPlan.Nobody || _problem.Room[agent] == 0)
        {
            return BatchPlan.Nobody;
        }

        // Without a second agent any bid would hold; one that outbids whoever has a choice is enough.
        var raise = second == long.MinValue ? _range : Math.Min(best - second, _range);
        return _slots.Place(task, agent, _prices[agent] + raise);
    }

    private static long Range(AssignmentProblem problem)
    {
        long least = 0, most = 0;
        for (var task = 0; task < problem.Tasks; task++)
        {
            foreach (var arc in problem.ArcsOf(task))
            {
                least = Math.Min(least, arc.Score);
                most = Math.Max(most, arc.Score);
            }
        }

        return most - least + 1;
    }
}
