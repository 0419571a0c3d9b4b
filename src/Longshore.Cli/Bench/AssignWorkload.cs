using System.Globalization;
using Longshore.Capabilities;
using Longshore.Cli.Shell;
using Longshore.Routing.Batch;

namespace Longshore.Cli.Bench;

/// <summary>
/// A batch of tasks for many agents, planned several ways: source 000's scan of every pair, greedily over the arcs,
/// optimally over all arcs, and optimally from or among a few candidates for each task. Each task requires 1 to 4 of
/// the capabilities and takes whoever has half of them; the score is source 000's.
/// </summary>
internal sealed class AssignWorkload
{
    private const double MinimumMatch = 0.5;
    private const double MatchWeight = 0.5;
    private const double ReputationWeight = 0.3;
    private const double FreeLoadWeight = 0.2;

    private readonly Options _options;
    private readonly CapabilitySet[] _agents;
    private readonly double[] _reputations;
    private readonly IReadOnlyList<Requirement>[] _tasks;

    private AssignWorkload(Options options)
    {
        _options = options;
        var hall = new BenchHall(options.Tasks, options.Agents);
        _agents =
        [
            .. hall.Agents.Select(agent => new CapabilitySet(
                agent.Capabilities.Select(name => new Capability(name)), DateTimeOffset.UnixEpoch)),
        ];
        _reputations = [.. hall.Agents.Select(agent => agent.Reputation)];
        _tasks = [.. hall.Tasks];
    }

    public static AssignSummary Run(Options options, CancellationToken ct)
    {
        var workload = new AssignWorkload(options);
        var problem = workload.Build();
        var rows = new List<AssignRow>();
        rows.AddRange(
            Measure("every_pair", () => workload.ScanEveryPair(problem), runs: 1, ct),
            Measure("greedy", () => Greedy.Plan(problem), options.Runs, ct),
            Measure("optimal", () => Optimal.Plan(problem), options.Runs, ct),
            Measure(
                "from_candidates", () => Optimal.PlanWithCandidates(problem, options.Candidates), options.Runs, ct),
            Measure(
                "among_candidates", () => Optimal.PlanAmongCandidates(problem, options.Candidates), options.Runs, ct));
        if (rows[0].Value != rows[1].Value || rows[2].Value != rows[3].Value || rows[2].Gap != 0)
        {
            throw new LongshoreException(ErrorCode.WrongState, "the benchmark is void: the plans do not agree");
        }

        return new AssignSummary(options.Tasks, options.Agents, options.Slots, problem.ArcCount, rows);
    }

    /// <summary>Every pair, and the best agent that has room: the loop that source 000 shows.</summary>
    private BatchPlan ScanEveryPair(AssignmentProblem problem)
    {
        var room = problem.Room.ToArray();
        var agentOf = new int[_tasks.Length];
        for (var task = 0; task < _tasks.Length; task++)
        {
            var (best, chosen) = (-1L, BatchPlan.Nobody);
            for (var agent = 0; agent < _agents.Length; agent++)
            {
                if (room[agent] > 0 && _agents[agent].CanDo(_tasks[task], MinimumMatch)
                    && Worth(problem, task, agent, _options.Slots - room[agent]) is var worth && worth > best)
                {
                    (best, chosen) = (worth, agent);
                }
            }

            agentOf[task] = chosen;
            if (chosen != BatchPlan.Nobody)
            {
                room[chosen]--;
            }
        }

        return new BatchPlan { AgentOf = agentOf, Value = Certificate.Value(problem, agentOf) };
    }

    private long Worth(AssignmentProblem problem, int task, int agent, int taken) =>
        Score(task, agent) - ((long)problem.CrowdingOf(agent) * taken);

    private AssignmentProblem Build()
    {
        var builder = new AssignmentProblem.Builder([.. Enumerable.Repeat(_options.Slots, _options.Agents)])
        {
            Crowding = _options.FreeLoad
                ? [.. Enumerable.Repeat(AssignmentProblem.FromScore(FreeLoadWeight / _options.Slots), _options.Agents)]
                : null,
        };
        for (var task = 0; task < _tasks.Length; task++)
        {
            builder.AddTask();
            for (var agent = 0; agent < _agents.Length; agent++)
            {
                if (_agents[agent].CanDo(_tasks[task], MinimumMatch))
                {
                    builder.AddArc(agent, Score(task, agent));
                }
            }
        }

        return builder.Build();
    }

    private int Score(int task, int agent) => AssignmentProblem.FromScore(
        (MatchWeight * _agents[agent].MatchScore(_tasks[task])) + (ReputationWeight * _reputations[agent])
        + (_options.FreeLoad ? FreeLoadWeight : 0));

    private static AssignRow Measure(string method, Func<BatchPlan> plan, int runs, CancellationToken ct)
    {
        var times = new List<double>();
        var answer = plan();
        for (var i = 0; i < runs; i++)
        {
            ct.ThrowIfCancellationRequested();
            var start = TimeProvider.System.GetTimestamp();
            answer = plan();
            times.Add(TimeProvider.System.GetElapsedTime(start).TotalMilliseconds);
        }

        return new AssignRow
        {
            Method = method,
            Milliseconds = Math.Round(Percentiles.Median(times), 2),
            MinMs = Math.Round(times.Min(), 2),
            MaxMs = Math.Round(times.Max(), 2),
            Assigned = answer.Assigned,
            Value = answer.Value,
            Gap = answer.Gap,
        };
    }

    /// <summary>How large a batch, and how often it is planned.</summary>
    internal sealed record Options
    {
        public required int Tasks { get; init; }

        public required int Agents { get; init; }

        /// <summary>Room of each agent.</summary>
        public required int Slots { get; init; }

        /// <summary>Agents that each task begins with.</summary>
        public required int Candidates { get; init; }

        public required int Runs { get; init; }

        /// <summary>Count free load into the score, which changes while the plan is made.</summary>
        public required bool FreeLoad { get; init; }
    }
}

/// <summary>One way to plan; its members are the keys of <c>--json</c>.</summary>
internal sealed record AssignRow
{
    public required string Method { get; init; }

    public required double Milliseconds { get; init; }

    public required double MinMs { get; init; }

    public required double MaxMs { get; init; }

    public required int Assigned { get; init; }

    /// <summary>The sum of the scores, in millionths.</summary>
    public required long Value { get; init; }

    /// <summary>How far from the optimum it may be, in millionths; null where nothing was proved.</summary>
    public required long? Gap { get; init; }
}

/// <summary>All ways side by side.</summary>
internal sealed record AssignSummary(int Tasks, int Agents, int Slots, int Arcs, IReadOnlyList<AssignRow> Plans)
{
    /// <summary>What greedy loses of the optimum, in percent.</summary>
    public double GreedyLosesPercent => Math.Round(
        100.0 * (Plans.Max(plan => plan.Value) - Plans.Single(plan => plan.Method == "greedy").Value)
        / Math.Max(1, Plans.Max(plan => plan.Value)), 3);

    public void Write()
    {
        Output.Line(string.Create(
            CultureInfo.InvariantCulture,
            $"{Tasks:n0} tasks, {Agents:n0} agents of {Slots} slots, {Arcs:n0} pairs that are possible"));
        Output.Table(
            ["METHOD", "MS (MEDIAN)", "MIN", "MAX", "ASSIGNED", "VALUE", "GAP"],
            Plans.Select(plan => (IReadOnlyList<string>)
            [
                plan.Method,
                plan.Milliseconds.ToString("n1", CultureInfo.InvariantCulture),
                plan.MinMs.ToString("n1", CultureInfo.InvariantCulture),
                plan.MaxMs.ToString("n1", CultureInfo.InvariantCulture),
                Output.Number(plan.Assigned),
                Score(plan.Value),
                plan.Gap is { } gap ? Score(gap) : "",
            ]));
        Output.Line(string.Create(CultureInfo.InvariantCulture, $"greedy loses {GreedyLosesPercent:0.##} %"));
    }

    private static string Score(long units) =>
        ((double)units / AssignmentProblem.UnitsPerScore).ToString("0.##", CultureInfo.InvariantCulture);
}
