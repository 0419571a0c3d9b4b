using Longshore.Agents;
using Longshore.Capabilities;
using Longshore.Planning;
using Longshore.Routing;
using Longshore.Storage;
using Longshore.Tests.Engine;

namespace Longshore.Tests.Planning;

/// <summary>Plans with sizes over random halls, beside every plan there is.</summary>
public sealed class SizedPlanTests
{
    private const int Seeds = 60;

    private static readonly string[] Kinds = ["call", "report", "survey"];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Nobody_gets_more_than_its_budget_and_its_places_and_the_bound_holds()
    {
        var (byUnits, byPlaces, wrong) = (0, 0, 0);
        for (var seed = 0; seed < Seeds; seed++)
        {
            await using var hall = await Hall.DrawAsync(seed);
            foreach (var method in (PlanMethod[])[PlanMethod.Greedy, PlanMethod.Optimal])
            {
                var request = new PlanRequest { Method = method, Sizes = hall.Sizes };
                var plan = await hall.Node.Client.PlanAsync(request, Ct);
                foreach (var one in plan.Units)
                {
                    var own = plan.Assignments.Where(a => a.Agent == one.Agent).ToList();
                    own.Sum(a => hall.UnitsOf(a)).ShouldBe(one.Used, 0.01, $"seed {seed}, {method}");
                    one.Used.ShouldBeLessThanOrEqualTo(hall.BudgetOf(one.Agent));
                    one.Planned.ShouldBe(own.Count);
                    one.Planned.ShouldBeLessThanOrEqualTo(one.Room);
                    byPlaces += one.Planned == one.Room ? 1 : 0;
                }

                plan.Total.ShouldBe(plan.Assignments.Sum(a => a.Score), 1e-4);
                byUnits += plan.Unassigned.Count(u => u.Reason == UnassignedReason.TooLarge);
                if (method == PlanMethod.Greedy)
                {
                    plan.Bound.ShouldBeNull();
                    continue;
                }

                var best = await hall.BestAsync();
                plan.Total.ShouldBeLessThanOrEqualTo(best + 1e-6);
                plan.Bound.ShouldNotBeNull().ShouldBeGreaterThanOrEqualTo(best - 1e-6, $"seed {seed}");
                plan.Gap.ShouldNotBeNull().ShouldBe(plan.Bound!.Value - plan.Total, 1e-9);
                wrong += plan.Total < best - 1e-6 ? 1 : 0;
                var applied = plan.Assignments.Count == 0
                    ? new AppliedPlan([])
                    : await hall.Node.Client.ApplyPlanAsync(plan.Assignments, "boss", Ct);
                applied.Items.ShouldAllBe(item => item.Status == AppliedStatus.Offered, $"seed {seed}");
            }
        }

        wrong.ShouldBe(0, "small plans are the best there are");
        byUnits.ShouldBeGreaterThan(0);
        byPlaces.ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task The_task_itself_counts_before_its_effort_and_that_before_its_kind()
    {
        await using var node = TestNode.Still();
        await node.RegisterAsync("ann", 10);
        await node.RegisterAsync("bob", 10, "slow");
        var effort = TimeSpan.FromMinutes(150);
        await node.Client.SubmitAsync(
            [
                TestNode.Task("call") with { Code = "one", EstimatedEffort = effort },
                TestNode.Task("call") with { Code = "two", EstimatedEffort = effort },
                TestNode.Task("call") with { Code = "three" },
                TestNode.Task("other") with { Code = "four" },
                TestNode.Task("call", "slow") with { Code = "five" },
            ],
            Ct);
        var sizes = new PlanSizes
        {
            Default = 0.5,
            Kinds = new Dictionary<string, double> { ["call"] = 1.0004 },
            Tasks = new Dictionary<string, double> { ["one"] = 7 },
            ByEffort = true,
            Budget = 20.0009,
            Speeds = new Dictionary<string, double> { ["bob"] = 0.1 },
        };

        var plan = await node.Client.PlanAsync(new PlanRequest { Sizes = sizes }, Ct);
        plan.Assignments.ToDictionary(a => a.Code, a => a.Units).ShouldBe(
            new Dictionary<string, double?>
            {
                ["one"] = 7,
                ["two"] = 2.5,
                ["three"] = 1.001,
                ["four"] = 0.5,
                ["five"] = 10.004,
            },
            ignoreOrder: true);
        plan.Units.ShouldAllBe(one => one.Budget == 20);
        plan = await node.Client.PlanAsync(new PlanRequest { Sizes = sizes with { ByEffort = false } }, Ct);
        plan.Assignments.Single(a => a.Code == "two").Units.ShouldBe(1.001);
    }

    [Fact]
    public async Task Whoever_has_more_places_than_it_needs_is_bound_by_its_budget_and_the_other_way_round()
    {
        await using var node = TestNode.Still();
        await node.RegisterAsync("ann", 3);
        for (var i = 0; i < 8; i++)
        {
            await node.SubmitAsync();
        }

        await PlannedAsync(new PlanSizes { Budget = 40 }, 3, 3);
        await PlannedAsync(new PlanSizes { Budget = 40, Default = 15 }, 2, 30);
        await PlannedAsync(new PlanSizes { Default = 2 }, 1, 2);
        await PlannedAsync(new PlanSizes { Default = 0, Budget = 0 }, 3, 0);
        await PlannedAsync(new PlanSizes { Budget = 0 }, 0, 0);

        async Task PlannedAsync(PlanSizes sizes, int tasks, double units)
        {
            foreach (var method in (PlanMethod[])[PlanMethod.Greedy, PlanMethod.Optimal])
            {
                var plan = await node.Client.PlanAsync(new PlanRequest { Method = method, Sizes = sizes }, Ct);
                plan.Units.Single().ShouldBe(new PlannedUnits("ann", units, sizes.Budget ?? 3, tasks, 3));
                plan.Assignments.Count.ShouldBe(tasks);
                plan.Unassigned.ShouldAllBe(u => u.Reason == (
                    tasks == 0 ? UnassignedReason.TooLarge : UnassignedReason.RoomTaken));
            }
        }
    }

    [Fact]
    public async Task Comparing_never_calls_the_simple_plan_the_better_one()
    {
        var lost = 0;
        for (var seed = 0; seed < Seeds; seed++)
        {
            await using var hall = await Hall.DrawAsync(seed);
            var both = await hall.Node.Client.ComparePlansAsync(new PlanRequest { Sizes = hall.Sizes }, Ct);
            both.Greedy.Total.ShouldBeLessThanOrEqualTo(both.Optimal.Total);
            both.Greedy.Gap.ShouldBe(both.Optimal.Bound - both.Greedy.Total);
            lost += both.Loss > 0 ? 1 : 0;
        }

        lost.ShouldBeGreaterThan(Seeds / 10);
    }

    /// <summary>Agents and tasks drawn at random, with sizes that make both bounds tell.</summary>
    private sealed class Hall : IAsyncDisposable
    {
        private readonly int[] _places;
        private readonly Dictionary<long, string> _kinds = [];

        private Hall(Random chance)
        {
            _places = [.. Enumerable.Range(0, 1 + chance.Next(3)).Select(_ => 1 + chance.Next(3))];
            Sizes = new PlanSizes
            {
                Default = 1 + (chance.Next(8) / 4.0),
                Kinds = new Dictionary<string, double> { ["report"] = 2.5, ["survey"] = 1 + chance.Next(6) },
                Budget = chance.Next(2) == 0 ? null : 4 + chance.Next(4),
                Budgets = new Dictionary<string, double> { [NameOf(0)] = chance.Next(10) },
                Speeds = new Dictionary<string, double> { [NameOf(_places.Length - 1)] = 0.5 + chance.NextDouble() },
            };
        }

        public TestNode Node { get; } = TestNode.Still();

        public PlanSizes Sizes { get; }

        public static async Task<Hall> DrawAsync(int seed)
        {
            var chance = new Random(seed);
            var hall = new Hall(chance);
            for (var i = 0; i < hall._places.Length; i++)
            {
                await hall.Node.Client.RegisterAsync(
                    new AgentRegistration
                    {
                        Name = NameOf(i),
                        MaxConcurrent = hall._places[i],
                        Capabilities = chance.Next(2) == 0 ? [new Capability("a")] : [],
                        Reputation = chance.Next(100) / 100.0,
                    },
                    Ct);
            }

            foreach (var kind in Kinds)
            {
                for (var i = chance.Next(3); i >= 0; i--)
                {
                    hall._kinds.Add(await hall.Node.SubmitAsync(kind, chance.Next(2) == 0 ? ["a"] : []), kind);
                }
            }

            return hall;
        }

        public double BudgetOf(string agent) =>
            Sizes.Budgets.TryGetValue(agent, out var own)
                ? own
                : Sizes.Budget ?? _places[agent[^1] - '0'];

        public double UnitsOf(PlannedAssignment one) => UnitsOf(_kinds[one.TaskId], one.Agent);

        /// <summary>The highest total of any plan, by trying all of them.</summary>
        public async Task<double> BestAsync()
        {
            var tasks = (await Node.Client.ListTasksAsync(new TaskQuery { Limit = 100 }, Ct)).Items;
            var agents = (await Node.Client.ListAgentsAsync(new AgentQuery(), Ct)).Items;
            var units = agents.ToDictionary(a => a.Name, a => BudgetOf(a.Name));
            var places = agents.ToDictionary(a => a.Name, a => a.Profile.MaxConcurrent);
            return From(0);

            double From(int task)
            {
                if (task == tasks.Count)
                {
                    return 0;
                }

                var best = From(task + 1);
                foreach (var agent in agents)
                {
                    var (spec, takes) = (tasks[task].Spec, UnitsOf(tasks[task].Spec.Kind, agent.Name));
                    if (places[agent.Name] == 0 || units[agent.Name] < takes - 1e-9
                        || (spec.Requires.Count > 0 && agent.Profile.Capabilities.Count == 0))
                    {
                        continue;
                    }

                    (places[agent.Name], units[agent.Name]) = (places[agent.Name] - 1, units[agent.Name] - takes);
                    best = Math.Max(best, From(task + 1) + 0.7 + (0.3 * agent.Supplied!.Value));
                    (places[agent.Name], units[agent.Name]) = (places[agent.Name] + 1, units[agent.Name] + takes);
                }

                return best;
            }
        }

        public ValueTask DisposeAsync() => Node.DisposeAsync();

        private static string NameOf(int agent) => $"agent-{agent}";

        private double UnitsOf(string kind, string agent) =>
            Math.Ceiling((1000 * Sizes.Kinds.GetValueOrDefault(kind, Sizes.Default)
                / Sizes.Speeds.GetValueOrDefault(agent, 1)) - 1e-6) / 1000;
    }
}
