namespace Longshore.Routing.Batch;

/// <summary>
/// The bids that stand for the slots of each agent. Its price is the least bid among them, or what its next slot costs
/// if that is less, and only ever rises.
/// </summary>
internal sealed class SlotBids
{
    private readonly AssignmentProblem _problem;
    private readonly Holders _holders;
    private readonly long[] _prices;

    // For each agent a heap of its slots, the least bid first; lies where the holders' lists lie.
    private readonly long[] _bids;
    private readonly int[] _bidders;
    private readonly int[] _taken;

    public SlotBids(AssignmentProblem problem, Holders holders, long[] prices)
    {
        (_problem, _holders, _prices) = (problem, holders, prices);
        _bids = new long[holders.Places];
        _bidders = new int[holders.Places];
        _taken = new int[problem.Agents];
    }

    /// <summary>Places a bid above the price and answers which task lost its slot by it, or nobody.</summary>
    public int Place(int task, int agent, long bid)
    {
        var first = _holders.First(agent);
        var loser = BatchPlan.Nobody;
        if (HasSlot(agent))
        {
            Rise(first, _taken[agent]++, task, bid);
        }
        else if (bid > _prices[agent])
        {
            loser = _bidders[first];
            Sink(first, _taken[agent], task, bid);
        }

        _prices[agent] = _taken[agent] == _problem.Room[agent]
            ? _bids[first]
            : Math.Min(_bids[first], NextSlotCost(agent));
        return loser;
    }

    private void Rise(int first, int place, int task, long bid)
    {
        while (place > 0 && _bids[first + ((place - 1) >> 1)] > bid)
        {
            var above = (place - 1) >> 1;
            (_bids[first + place], _bidders[first + place]) = (_bids[first + above], _bidders[first + above]);
            place = above;
        }

        (_bids[first + place], _bidders[first + place]) = (bid, task);
    }

    private void Sink(int first, int count, int task, long bid)
    {
        var place = 0;
        while ((place << 1) + 1 < count)
        {
            var child = (place << 1) + 1;
            if (child + 1 < count && _bids[first + child + 1] < _bids[first + child])
            {
                child++;
            }

            if (_bids[first + child] >= bid)
            {
                break;
            }

            (_bids[first + place], _bidders[first + place]) = (_bids[first + child], _bidders[first + child]);
            place = child;
        }

        (_bids[first + place], _bidders[first + place]) = (bid, task);
    }

    /// <summary>
    /// One more slot may be taken: only when everybody who holds one would pay what it costs, since all pay the same.
    /// </summary>
    public bool HasSlot(int agent) => _taken[agent] < _problem.Room[agent]
        && (_taken[agent] == 0 || _bids[_holders.First(agent)] >= NextSlotCost(agent));

    private long NextSlotCost(int agent) => (long)_problem.CrowdingOf(agent) * _taken[agent];

    /// <summary>Ends the auction: who holds a slot is given it.</summary>
    public void GiveAll()
    {
        for (var agent = 0; agent < _taken.Length; agent++)
        {
            for (var i = 0; i < _taken[agent]; i++)
            {
                _holders.Give(_bidders[_holders.First(agent) + i], agent);
            }
        }
    }
}
