using System.Globalization;
using Longshore.Agents;
using Longshore.Capabilities;
using Longshore.Planning;
using Longshore.Routing;
using Longshore.Rules;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Cli.Bench;

/// <summary>
/// A whole plan over a real store: looking at the tasks and agents, planning in each way, making the offers; and all of
/// it at once as a standing plan does it. Every run fills new stores.
/// </summary>
internal sealed class PlanWorkload(PlanWorkload.Options options)
{
    private const string Namespace = "default";
    private const double MinimumMatch = 0.5;

    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan FirstPlanMax = TimeSpan.FromSeconds(15);

    // Rules by which the store lets the distributor make offers, while the node itself plans nothing meanwhile.
    private static readonly NamespaceRules Rules = new()
    {
        Mode = AssignmentMode.Auto,
        PlanEvery = Limits.PlanEveryMax,
        OfferTimeout = TimeSpan.FromHours(1),
    };

    private readonly Dictionary<string, List<double>> _times = new(StringComparer.Ordinal);
    private readonly Dictionary<string, AssignmentPlan> _plans = new(StringComparer.Ordinal);
    private readonly BenchHall _hall = new(options.Tasks, options.Agents);

    /// <summary>Runs it; the first run warms up and is not counted.</summary>
    public async Task<PlanSummary> RunAsync(CancellationToken ct)
    {
        StandingOutcome? standing = null;
        for (var run = 0; run <= options.Runs; run++)
        {
            if (run == 1)
            {
                _times.Clear();
            }

            await StepByStepAsync(ct).ConfigureAwait(false);
            standing = await AtOnceAsync(ct).ConfigureAwait(false);
        }

        var (greedy, optimal) = (_plans["greedy"], _plans["optimal"]);
        return new PlanSummary
        {
            Store = options.Bench.Store.Name,
            Tasks = options.Tasks,
            Agents = options.Agents,
            Slots = options.Slots,
            Pairs = optimal.Pairs,
            Runs = options.Runs,
            GreedyLosesPercent = Math.Round(100 * (1 - (greedy.Total / optimal.Total)), 3),
            Steps = [.. _times.Select(step => RowOf(step.Key, step.Value, standing!))],
        };
    }

    private async Task StepByStepAsync(CancellationToken ct)
    {
        var node = await LoadAsync(ct).ConfigureAwait(false);
        await using var _ = node.ConfigureAwait(false);
        var clock = TimeProvider.System.GetUtcNow;
        var request = new PlanRequest { Limit = options.Tasks, MinimumMatch = MinimumMatch };
        var reader = new PlanReader(node.Store, clock);
        var input = await TimeAsync("look", () => reader.ReadAsync(request, ClaimedBy.Administrator, ct))
            .ConfigureAwait(false);
        foreach (var method in Enum.GetValues<PlanMethod>())
        {
            _plans[method.ToWire()] = await TimeAsync(
                method.ToWire(), () => Task.FromResult(Planner.Plan(input, method))).ConfigureAwait(false);
        }

        if (options.Budget is { } budget)
        {
            var sized = request with { Sizes = SizesOf(input.Tasks, budget) };
            var asked = await reader.ReadAsync(sized, ClaimedBy.Administrator, ct).ConfigureAwait(false);
            foreach (var method in (PlanMethod[])[PlanMethod.Greedy, PlanMethod.Optimal])
            {
                var step = $"{method.ToWire()} with sizes";
                _plans[step] = await TimeAsync(step, () => Task.FromResult(Planner.Plan(asked, method)))
                    .ConfigureAwait(false);
            }
        }

        var best = _plans["optimal"].Assignments;
        var (applied, _) = await TimeAsync(
            "apply", () => new PlanApplier(node.Store, clock).ApplyAsync(best, "bench", ct)).ConfigureAwait(false);
        if (applied.Offered != best.Count)
        {
            throw new LongshoreException(
                ErrorCode.WrongState,
                $"the benchmark is void: {best.Count} tasks were planned and {applied.Offered} could be offered");
        }
    }

    // One unit to eight, so that a place is worth four and a half of a budget.
    private static PlanSizes SizesOf(IReadOnlyList<WorkTask> tasks, double budget) => new()
    {
        Tasks = tasks.ToDictionary(task => task.Code, task => 1.0 + (task.Id % 8)),
        Budget = budget,
    };

    private async Task<StandingOutcome> AtOnceAsync(CancellationToken ct)
    {
        var node = await LoadAsync(ct).ConfigureAwait(false);
        await using var _ = node.ConfigureAwait(false);
        var plan = new StandingPlan(node.Store, TimeProvider.System.GetUtcNow);
        var outcome = await TimeAsync(
            "standing", () => plan.PlaceAsync(Namespace, Rules, new HashSet<(long, string)>(), null, ct))
            .ConfigureAwait(false);
        return outcome is not null && outcome.Placed.All(placed => placed.Offer is not null)
            ? outcome
            : throw new LongshoreException(ErrorCode.WrongState, "the benchmark is void: offers were refused");
    }

    private async Task<BenchNode> LoadAsync(CancellationToken ct)
    {
        var node = await BenchNode.StartAsync(options.Bench, ct: ct).ConfigureAwait(false);
        try
        {
            for (var i = 0; i < _hall.Agents.Count; i++)
            {
                await node.Client.RegisterAsync(
                    new AgentRegistration
                    {
                        Name = string.Create(CultureInfo.InvariantCulture, $"agent-{i}"),
                        MaxConcurrent = options.Slots,
                        Capabilities = [.. _hall.Agents[i].Capabilities.Select(name => new Capability(name))],
                        Reputation = _hall.Agents[i].Reputation,
                    },
                    ct).ConfigureAwait(false);
            }

            await RuleAsync(node, ct).ConfigureAwait(false);
            foreach (var chunk in _hall.Tasks.Chunk(BenchTasks.BatchSize))
            {
                await node.Client.SubmitAsync(
                    [
                        .. chunk.Select(requires => new NewTask
                        {
                            Kind = "work",
                            Requires = requires,
                            MinimumMatch = MinimumMatch,
                        }),
                    ],
                    ct).ConfigureAwait(false);
            }

            return node;
        }
        catch
        {
            await node.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>
    /// Sets the rules and waits for the node's own first plan, for which there is one task; the next is not before the
    /// interval is over. Otherwise the node would now and then give out what is planned here.
    /// </summary>
    private static async Task RuleAsync(BenchNode node, CancellationToken ct)
    {
        var id = (await node.Client.SubmitAsync([new NewTask { Kind = "first" }], ct).ConfigureAwait(false))[0].Id;
        await node.Client.SetRulesAsync(Namespace, Rules, ct: ct).ConfigureAwait(false);
        for (var waited = TimeSpan.Zero; ; waited += Glance)
        {
            if ((await node.Client.GetTaskAsync(id, ct).ConfigureAwait(false)).State == TaskState.Assigned)
            {
                break;
            }

            if (waited > FirstPlanMax)
            {
                throw new LongshoreException(ErrorCode.WrongState, "the benchmark is void: the node plans nothing");
            }

            await Task.Delay(Glance, TimeProvider.System, ct).ConfigureAwait(false);
        }

        await node.Client.CancelAsync(id, ct: ct).ConfigureAwait(false);
    }

    private async Task<T> TimeAsync<T>(string step, Func<Task<T>> work)
    {
        var start = TimeProvider.System.GetTimestamp();
        var answer = await work().ConfigureAwait(false);
        if (!_times.TryGetValue(step, out var times))
        {
            _times.Add(step, times = []);
        }

        times.Add(TimeProvider.System.GetElapsedTime(start).TotalMilliseconds);
        return answer;
    }

    private PlanRow RowOf(string step, List<double> times, StandingOutcome standing)
    {
        var plan = _plans.GetValueOrDefault(step);
        return new PlanRow
        {
            Step = step,
            Milliseconds = Math.Round(Percentiles.Median(times), 1),
            MinMs = Math.Round(times.Min(), 1),
            MaxMs = Math.Round(times.Max(), 1),
            Assigned = step == "standing" ? standing.Placed.Count : plan?.Assignments.Count,
            Total = plan?.Total,
            Gap = plan?.Gap,
        };
    }

    /// <summary>How large a batch, and where.</summary>
    internal sealed record Options
    {
        /// <summary>The store.</summary>
        public required BenchOptions Bench { get; init; }

        public required int Tasks { get; init; }

        public required int Agents { get; init; }

        /// <summary>Room of each agent.</summary>
        public required int Slots { get; init; }

        public required int Runs { get; init; }

        /// <summary>Also plan with sizes, and so many units for each agent; null for not.</summary>
        public double? Budget { get; init; }
    }
}
