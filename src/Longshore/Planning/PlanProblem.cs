using Longshore.Routing.Batch;
using Longshore.Tasks;

namespace Longshore.Planning;

/// <summary>
/// The problem that a plan solves. What two tasks have to do with each other, which no single pair shows, is met by
/// taking pairs away: those that a first solution turned out to put together wrongly.
/// </summary>
internal sealed class PlanProblem
{
    private readonly PlanInput _input;
    private readonly IReadOnlyList<Newcomer> _newcomers;
    private readonly int[] _room;
    private readonly HashSet<(int Task, int Agent)> _apart = [];

    public PlanProblem(PlanInput input, IReadOnlyList<Newcomer> newcomers)
    {
        (_input, _newcomers, _room) = (input, newcomers, [.. input.Room]);
        PlaceSuspects();
    }

    /// <summary>Suspects and their agents: each is given alone, to one that holds nothing (G7).</summary>
    public List<(int Task, int Agent, int Score)> Alone { get; } = [];

    /// <summary>Pairs that may be; those taken away are not counted.</summary>
    public int Pairs { get; private set; }

    /// <summary>Keeps a task from an agent from now on.</summary>
    public void KeepApart(int task, int agent) => _apart.Add((task, agent));

    /// <summary>The problem as it is now. Newcomers stand behind the crowd and have no room.</summary>
    public AssignmentProblem Build()
    {
        var crowd = _input.Crowd.Count;
        var builder = Begun();
        var places = Enumerable.Range(0, crowd).Where(agent => _room[agent] > 0).ToArray();
        Pairs = Alone.Count;
        for (var task = 0; task < _input.Tasks.Count; task++)
        {
            builder.AddTask();
            if (_input.Tasks[task].Suspect)
            {
                continue;
            }

            foreach (var agent in places)
            {
                if (_input.MayHave(task, agent) && !_apart.Contains((task, agent)))
                {
                    Add(builder, agent, ScoreOf(task, agent), _input.Sizing?.Of(task, agent) ?? 1);
                    Pairs++;
                }
            }

            for (var i = 0; i < _newcomers.Count; i++)
            {
                if (_newcomers[i].MatchOf(_input, task) is { } match)
                {
                    Add(builder, crowd + i, Units(PlanScore.Of(match, Newcomer.Performance, 1), task));
                }
            }
        }

        return builder.Build();
    }

    private AssignmentProblem.Builder Begun()
    {
        var agents = Enumerable.Range(0, _input.Crowd.Count);
        if (_input.Sizing is { } sizing)
        {
            return new AssignmentProblem.Builder([.. agents.Select(sizing.BudgetOf)], withSizes: true)
            {
                Slots = [.. _room],
            };
        }

        return new AssignmentProblem.Builder([.. _room, .. _newcomers.Select(_ => 0)])
        {
            Crowding =
            [
                .. agents.Select(agent => PlanScore.Crowding(_input.CapacityOf(agent))),
                .. _newcomers.Select(_ => PlanScore.Crowding(1)),
            ],
        };
    }

    private static void Add(AssignmentProblem.Builder builder, int agent, int score, int size = 1)
    {
        try
        {
            builder.AddArc(agent, score, size);
        }
        catch (ArgumentOutOfRangeException)
        {
            throw LongshoreException.Invalid(
                "limit",
                $"leads to more than {Limits.BatchArcsMax} pairs of a task and an agent; plan fewer tasks at once");
        }
    }

    private void PlaceSuspects()
    {
        for (var task = 0; task < _input.Tasks.Count; task++)
        {
            if (!_input.Tasks[task].Suspect)
            {
                continue;
            }

            var best = -1;
            for (var agent = 0; agent < _room.Length; agent++)
            {
                if (_room[agent] > 0 && _input.MayHave(task, agent)
                    && (best < 0 || ScoreOf(task, agent) > ScoreOf(task, best)))
                {
                    best = agent;
                }
            }

            if (best >= 0)
            {
                Alone.Add((task, best, ScoreOf(task, best)));
                _room[best] = 0;
            }
        }
    }

    private int ScoreOf(int task, int agent)
    {
        var free = 1 - ((double)_input.Crowd[agent].Agent.Load / _input.CapacityOf(agent));
        var pairs = _input.Pairs[task];
        return Units(PlanScore.Of(pairs.MatchOf(agent), pairs.PerformanceOf(agent), free), task);
    }

    private int Units(double score, int task) =>
        (int)Math.Min(
            AssignmentProblem.ScoreMax, AssignmentProblem.FromScore(score) + (_input.Bonus?[task] ?? 0));
}
