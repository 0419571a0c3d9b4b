using System.Globalization;
using Longshore.Agents;
using Longshore.Cli.Shell;
using Longshore.Routing;
using Longshore.Routing.Strategies;

namespace Longshore.Cli.Bench;

/// <summary>
/// One task after the other to one of many agents, by each strategy: choose, reserve, and give back the task that has
/// been held longest, which changes the loads. Half of the room is in use throughout; one task in fifty fails.
/// </summary>
internal sealed class RouteWorkload
{
    private const int Seed = 7;
    private const int MaxConcurrent = 10;
    private const int FailedEvery = 50;
    private const int WarmUpBatches = 2_000;

    /// <summary>Decisions between two looks at the clock, which alone takes a good part of one.</summary>
    private const int BatchSize = 100;

    private static readonly double[] IneligibleShares = [0.1, 0.9, 0.999];

    private readonly AgentBoard _board = new();
    private readonly EligibleAgents[] _classes;
    private readonly RouteCursor[] _cursors;
    private readonly Queue<int> _held = new();
    private readonly Random _random = new(Seed);
    private readonly IRoutingStrategy _strategy;
    private long _nowUs;
    private int _unrouted;

    private RouteWorkload(Options options, IRoutingStrategy strategy, double ineligible)
    {
        _strategy = strategy;
        _classes = new EligibleAgents[options.Classes];
        _cursors = new RouteCursor[options.Classes];
        string[] names = [.. Enumerable.Range(0, options.Agents).Select(Name)];
        foreach (var name in names)
        {
            _board.Put(new AgentFacts
            {
                Name = name,
                MaxConcurrent = MaxConcurrent,
                Record = AgentRecord.Of(Evidence.Of(_random.Next(100), _random.Next(10)), []),
            });
        }

        int[] slots = [.. names.Select(_board.SlotOf)];

        for (var i = 0; i < options.Classes; i++)
        {
            (_classes[i], _cursors[i]) = (_board.AddClass(), new RouteCursor());
            foreach (var slot in slots.Where(_ => _random.NextDouble() >= ineligible))
            {
                _classes[i].Add(slot, _random.Next(2) == 0 ? 1 : _random.NextDouble());
            }
        }

        for (var i = 0; i < options.Agents * MaxConcurrent / 2; i++)
        {
            Grant();
        }
    }

    public static RouteSummary Run(Options options, CancellationToken ct)
    {
        var rows = new List<RouteRow>();
        foreach (var kind in Enum.GetValues<RoutingStrategy>())
        {
            foreach (var share in IneligibleShares)
            {
                ct.ThrowIfCancellationRequested();
                rows.Add(new RouteWorkload(options, RoutingStrategies.Of(kind), share).Measure(options.Tasks, share));
            }
        }

        return new RouteSummary(options.Tasks, options.Agents, options.Classes, rows);
    }

    private RouteRow Measure(int tasks, double share)
    {
        for (var i = 0; i < WarmUpBatches * BatchSize; i++)
        {
            Turn();
        }

        _unrouted = 0;
        var batches = Times(tasks / BatchSize, BatchSize);
        var single = Times(tasks, 1);
        return new RouteRow
        {
            Strategy = _strategy.Kind.ToWire(),
            Ineligible = share,
            P50Us = Math.Round(batches.P50 / BatchSize, 3),
            P99Us = Math.Round(batches.P99 / BatchSize, 3),
            SingleP99Us = Math.Round(single.P99, 3),
            Unrouted = _unrouted,
        };
    }

    private Percentiles Times(int samples, int each)
    {
        var times = new double[samples];
        for (var sample = 0; sample < samples; sample++)
        {
            var start = TimeProvider.System.GetTimestamp();
            for (var i = 0; i < each; i++)
            {
                Turn();
            }

            times[sample] = TimeProvider.System.GetElapsedTime(start).TotalMicroseconds;
        }

        return Percentiles.Of(times);
    }

    private void Turn()
    {
        Grant();
        if (_held.TryDequeue(out var slot))
        {
            _board.Release(slot, _nowUs % FailedEvery == 0 ? GrantEnd.Failed : GrantEnd.Completed, _nowUs);
        }
    }

    private void Grant()
    {
        _nowUs++;
        var number = _random.Next(_classes.Length);
        var choice = new Choice(_board, _classes[number], _cursors[number], _random) { NowUs = _nowUs };
        var slot = Router.Choose(_strategy, choice);
        if (slot < 0)
        {
            _unrouted++;
            return;
        }

        Router.Reserve(choice, slot);
        _held.Enqueue(slot);
    }

    private static string Name(int agent) => string.Create(CultureInfo.InvariantCulture, $"agent-{agent}");

    /// <summary>How many agents and classes, and how many tasks are routed.</summary>
    internal sealed record Options(int Tasks, int Agents, int Classes);
}

/// <summary>One strategy; its members are the keys of <c>--json</c>. Times are of one decision.</summary>
internal sealed record RouteRow
{
    public required string Strategy { get; init; }

    /// <summary>Part of the agents that cannot do the task.</summary>
    public required double Ineligible { get; init; }

    public required double P50Us { get; init; }

    /// <summary>Of the means of a hundred decisions in a row.</summary>
    public required double P99Us { get; init; }

    /// <summary>Of decisions timed one by one, two looks at the clock included.</summary>
    public required double SingleP99Us { get; init; }

    /// <summary>Tasks for which nobody had room.</summary>
    public required int Unrouted { get; init; }
}

/// <summary>All strategies side by side.</summary>
internal sealed record RouteSummary(int Tasks, int Agents, int Classes, IReadOnlyList<RouteRow> Strategies)
{
    public void Write()
    {
        Output.Line(string.Create(
            CultureInfo.InvariantCulture,
            $"{Tasks:n0} tasks of {Classes:n0} classes, each to one of {Agents:n0} agents; in microseconds"));
        Output.Table(
            ["STRATEGY", "INELIGIBLE", "P50", "P99", "P99 ONE BY ONE", "UNROUTED"],
            Strategies.Select(row => (IReadOnlyList<string>)
            [
                row.Strategy,
                row.Ineligible.ToString("p1", CultureInfo.InvariantCulture),
                row.P50Us.ToString("0.000", CultureInfo.InvariantCulture),
                row.P99Us.ToString("0.000", CultureInfo.InvariantCulture),
                row.SingleP99Us.ToString("0.000", CultureInfo.InvariantCulture),
                Output.Number(row.Unrouted),
            ]));
    }
}
