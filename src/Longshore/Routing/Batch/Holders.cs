namespace Longshore.Routing.Batch;

/// <summary>Which tasks each agent holds while a plan is made.</summary>
internal sealed class Holders
{
    private readonly int[] _first;
    private readonly int[] _count;
    private readonly int[] _tasks;
    private readonly int[] _placeOf;

    public Holders(AssignmentProblem problem)
    {
        // Nobody can hold more tasks than there are arcs to him, whatever his room is.
        var most = new int[problem.Agents];
        for (var task = 0; task < problem.Tasks; task++)
        {
            foreach (var arc in problem.ArcsOf(task))
            {
                most[arc.Agent]++;
            }
        }

        _first = new int[problem.Agents + 1];
        for (var agent = 0; agent < most.Length; agent++)
        {
            most[agent] = Math.Min(most[agent], problem.Room[agent]);
            _first[agent + 1] = _first[agent] + most[agent];
        }

        _count = new int[problem.Agents];
        _tasks = new int[_first[^1]];
        _placeOf = new int[problem.Tasks];
        AgentOf = new int[problem.Tasks];
        Array.Fill(AgentOf, BatchPlan.Nobody);
    }

    /// <summary>For each task its agent, or nobody.</summary>
    public int[] AgentOf { get; }

    /// <summary>Places for held tasks, of all agents together.</summary>
    public int Places => _tasks.Length;

    /// <summary>What the agent holds, in no particular order.</summary>
    public ReadOnlySpan<int> Of(int agent) => _tasks.AsSpan(_first[agent], _count[agent]);

    public int Count(int agent) => _count[agent];

    /// <summary>Where the agent's places begin.</summary>
    public int First(int agent) => _first[agent];

    /// <summary>How many tasks the agent can hold here.</summary>
    public int Capacity(int agent) => _first[agent + 1] - _first[agent];

    /// <summary>Nothing more fits, or there is nothing more that it could be given.</summary>
    public bool IsFull(int agent) => _count[agent] == Capacity(agent);

    public void Give(int task, int agent)
    {
        var place = _first[agent] + _count[agent]++;
        _tasks[place] = task;
        _placeOf[task] = place;
        AgentOf[task] = agent;
    }

    public void Take(int task)
    {
        var agent = AgentOf[task];
        var last = _first[agent] + --_count[agent];
        var moved = _tasks[last];
        _tasks[_placeOf[task]] = moved;
        _placeOf[moved] = _placeOf[task];
        AgentOf[task] = BatchPlan.Nobody;
    }
}
