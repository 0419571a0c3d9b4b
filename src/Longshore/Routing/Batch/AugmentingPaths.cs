namespace Longshore.Routing.Batch;

/// <summary>
/// The exact method: tasks enter one after the other, each by the shortest path of reassignments that makes room for
/// it, over arcs that cost what they lose at the present prices. After each step the plan is the best one for the tasks
/// that have entered, and the prices prove it.
/// </summary>
/// <remarks>
/// Successive shortest paths with potentials (Edmonds and Karp 1972; Jonker and Volgenant 1987 for one slot each), over
/// agents with several slots and falling worth. What holds throughout, and what <see cref="Certificate"/> adds up:
/// a task is with an agent that is best for it at the prices, or with nobody and no agent is worth its price to it;
/// an agent's price is at least what its last slot taken costs, and at most what its next one does.
/// </remarks>
internal sealed class AugmentingPaths
{
    private const long Far = long.MaxValue;

    // Where there is no room: far above every sum of scores, far below what overflows. Lowered in the end.
    private const long Unaffordable = 1L << 52;

    private readonly AssignmentProblem _problem;
    private readonly Holders _holders;
    private readonly long[] _prices;

    // What each task gets beyond its agent's price; of those that have entered. Alike tasks differ in it as they differ
    // in worth.
    private readonly long[] _gains;

    // Of one search: how far each agent is, by which task it is reached, which ones were reached and which passed.
    private readonly long[] _distance;
    private readonly int[] _reachedBy;
    private readonly List<int> _reached = [];
    private readonly List<int> _passed = [];
    private readonly AgentHeap _heap;
    private readonly int[] _groupOf;
    private readonly int[] _groupSeenBy;
    private long _end;
    private int _endAgent;
    private int _endTask;

    private readonly SortedSet<int> _stranded = [];

    private AugmentingPaths(AssignmentProblem problem)
    {
        _problem = problem;
        _holders = new Holders(problem);
        _prices = new long[problem.Agents];
        _gains = new long[problem.Tasks];
        _distance = new long[problem.Agents];
        Array.Fill(_distance, Far);
        _reachedBy = new int[problem.Agents];
        _heap = new AgentHeap(problem.Agents);
        (_groupOf, var groups) = AlikeTasks.Find(problem);
        _groupSeenBy = new int[groups];
        Array.Fill(_groupSeenBy, -1);
        for (var agent = 0; agent < problem.Agents; agent++)
        {
            _prices[agent] = problem.Room[agent] == 0 ? Unaffordable : 0;
        }
    }

    /// <summary>The best plan, with the prices that prove it.</summary>
    public static BatchPlan Solve(AssignmentProblem problem)
    {
        var paths = new AugmentingPaths(problem);
        Bidding.Run(problem, paths._holders, paths._prices);
        paths.EnterAll();
        paths.LowerPrices();
        var stranded = paths._stranded.ToArray();
        return new BatchPlan
        {
            AgentOf = paths._holders.AgentOf,
            Value = Certificate.Value(problem, paths._holders.AgentOf),
            Bound = stranded.Length == 0 ? Certificate.Bound(problem, paths._prices) : null,
            Prices = paths._prices,
            Stranded = stranded,
        };
    }

    private void EnterAll()
    {
        for (var task = 0; task < _problem.Tasks; task++)
        {
            _gains[task] = BestGain(task);
        }

        for (var task = 0; task < _problem.Tasks; task++)
        {
            if (_holders.AgentOf[task] == BatchPlan.Nobody)
            {
                _gains[task] = BestGain(task);
                if (_gains[task] > 0 || _problem.EveryTask)
                {
                    Enter(task);
                }
            }
        }
    }

    private long BestGain(int task)
    {
        var best = _problem.EveryTask ? long.MinValue : 0;
        foreach (var arc in _problem.ArcsOf(task))
        {
            best = Math.Max(best, arc.Score - _prices[arc.Agent]);
        }

        return best;
    }

    private void Enter(int task)
    {
        Search(task);
        if (_end == Far)
        {
            Strand(task);
        }
        else
        {
            Raise(task);
            Reassign(task);
        }

        Forget();
    }

    /// <summary>Finds the cheapest way to make room: a slot that is free, or a task that is better left out.</summary>
    private void Search(int task)
    {
        (_end, _endAgent, _endTask) = (_problem.EveryTask ? Far : _gains[task], BatchPlan.Nobody, task);
        _groupSeenBy[_groupOf[task]] = task;
        Reach(task, 0);
        while (_heap.Count > 0 && _heap.NearestDistance < _end)
        {
            var agent = _heap.TakeNearest();
            var distance = _distance[agent];
            _passed.Add(agent);
            foreach (var holder in _holders.Of(agent))
            {
                if (!_problem.EveryTask && distance + _gains[holder] < _end)
                {
                    (_end, _endAgent, _endTask) = (distance + _gains[holder], BatchPlan.Nobody, holder);
                }

                // Its like was nearer.
                if (_groupSeenBy[_groupOf[holder]] == task)
                {
                    continue;
                }

                _groupSeenBy[_groupOf[holder]] = task;
                Reach(holder, distance);
            }
        }
    }

    private void Reach(int task, long distance)
    {
        var from = distance + _gains[task];
        foreach (var arc in _problem.ArcsOf(task))
        {
            var agent = arc.Agent;
            var to = from - arc.Score + _prices[agent];
            if (to >= _distance[agent] || to >= _end)
            {
                continue;
            }

            if (_distance[agent] == Far)
            {
                _reached.Add(agent);
            }

            _distance[agent] = to;
            _reachedBy[agent] = task;
            if (_holders.IsFull(agent))
            {
                _heap.Approach(agent, to);
                continue;
            }

            var slot = NextSlotCost(agent) - _prices[agent];
            if (to + slot < _end)
            {
                (_end, _endAgent) = (to + slot, agent);
            }

            if (slot > 0)
            {
                _heap.Approach(agent, to);
            }
        }
    }

    private long NextSlotCost(int agent) => (long)_problem.CrowdingOf(agent) * _holders.Count(agent);

    /// <summary>Whoever is nearer than the end becomes dearer by the difference.</summary>
    private void Raise(int task)
    {
        _gains[task] -= _end;
        foreach (var agent in _passed)
        {
            var rise = _end - _distance[agent];
            _prices[agent] += rise;
            foreach (var holder in _holders.Of(agent))
            {
                _gains[holder] -= rise;
            }
        }
    }

    private void Reassign(int entering)
    {
        var agent = _endAgent;
        if (agent == BatchPlan.Nobody)
        {
            if (_endTask == entering)
            {
                return;
            }

            agent = _holders.AgentOf[_endTask];
            _holders.Take(_endTask);
        }

        while (true)
        {
            var task = _reachedBy[agent];
            var before = _holders.AgentOf[task];
            if (before != BatchPlan.Nobody)
            {
                _holders.Take(task);
            }

            _holders.Give(task, agent);
            if (task == entering)
            {
                return;
            }

            agent = before;
        }
    }

    /// <summary>Those who hold all that this task could reach, and it: together they have too few agents.</summary>
    private void Strand(int task)
    {
        _stranded.Add(task);
        foreach (var agent in _passed)
        {
            foreach (var holder in _holders.Of(agent))
            {
                _stranded.Add(holder);
            }
        }
    }

    private void Forget()
    {
        foreach (var agent in _reached)
        {
            _distance[agent] = Far;
        }

        _reached.Clear();
        _passed.Clear();
        _heap.Clear();
    }

    /// <summary>
    /// Of all prices that prove the plan, takes the lowest: those say what one more slot is worth (Leonard 1983). One
    /// search from everything that would like another slot: tasks with nobody, and slots that cost their keeper.
    /// </summary>
    private void LowerPrices()
    {
        _end = Far;
        for (var agent = 0; agent < _problem.Agents; agent++)
        {
            var held = _holders.Count(agent);
            _distance[agent] = _prices[agent] - ((long)_problem.CrowdingOf(agent) * Math.Max(held - 1, 0));
            _heap.Approach(agent, _distance[agent]);
        }

        for (var task = 0; task < _problem.Tasks; task++)
        {
            if (_holders.AgentOf[task] == BatchPlan.Nobody && !_problem.EveryTask)
            {
                Lower(task, 0);
            }
        }

        while (_heap.Count > 0)
        {
            var agent = _heap.TakeNearest();
            foreach (var holder in _holders.Of(agent))
            {
                Lower(holder, _distance[agent]);
            }
        }

        for (var agent = 0; agent < _problem.Agents; agent++)
        {
            _prices[agent] -= _distance[agent];
        }
    }

    private void Lower(int task, long distance)
    {
        var from = distance + _gains[task];
        foreach (var arc in _problem.ArcsOf(task))
        {
            var to = from - arc.Score + _prices[arc.Agent];
            if (to < _distance[arc.Agent])
            {
                _distance[arc.Agent] = to;
                _heap.Approach(arc.Agent, to);
            }
        }
    }
}
