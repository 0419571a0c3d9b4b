using Longshore.Simulation.Scenarios;

namespace Longshore.Simulation;

/// <summary>What each strategy is for, seen in what it does.</summary>
public sealed class StrategyTests
{
    private static readonly Crew[] Alike = [new Crew { Name = "agent", Count = 7, MaxConcurrent = 100 }];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Round_robin_is_within_one_of_equal_among_agents_that_always_have_room(long seed)
    {
        var day = Worlds.Record(
            Worlds.World(1, Alike, Worlds.Kind("work", Worlds.PerHour(40), Worlds.Exponential(1800))),
            "round_robin", seed);

        var shares = new int[7];
        foreach (var given in day.All(What.Given))
        {
            shares[given.Agent!.Index]++;
            (shares.Max() - shares.Min()).ShouldBeLessThanOrEqualTo(1);
        }

        shares.Sum().ShouldBeGreaterThan(800);
    }

    [Fact]
    public void Least_loaded_gives_only_to_an_agent_with_the_smallest_load()
    {
        var day = Worlds.Record(
            Worlds.World(1, Alike, Worlds.Kind("work", Worlds.PerHour(40), Worlds.Exponential(3600))), "least_loaded");

        var loads = new int[7];
        foreach (var happening in day.Record)
        {
            if (happening.What == What.Given)
            {
                loads[happening.Agent!.Index].ShouldBe(loads.Min());
                loads[happening.Agent.Index]++;
            }
            else if (happening.What == What.Done)
            {
                loads[happening.Agent!.Index]--;
            }
        }

        day.Figures.Fairness.ShouldBeGreaterThan(0.99);
    }

    [Fact]
    public void First_available_keeps_the_versatile_free_when_specialists_come_first_by_name()
    {
        var first = Worlds.Record(Scarce("a-specialist", "b-versatile"), "first_available").Figures;
        var last = Worlds.Record(Scarce("b-specialist", "a-versatile"), "first_available").Figures;
        var mixed = Worlds.Record(Scarce("a-specialist", "b-versatile"), "random").Figures;

        first.Kinds[1].WaitMeanSeconds.ShouldBeLessThan(0.7 * last.Kinds[1].WaitMeanSeconds);
        first.Kinds[1].WaitMeanSeconds.ShouldBeLessThan(mixed.Kinds[1].WaitMeanSeconds);
    }

    [Fact]
    public void Specialists_first_keeps_the_versatile_free_whatever_their_names()
    {
        var one = Worlds.Record(Scarce("a-specialist", "b-versatile"), "specialists_first").Figures;
        var other = Worlds.Record(Scarce("b-specialist", "a-versatile"), "specialists_first").Figures;
        var mixed = Worlds.Record(Scarce("a-specialist", "b-versatile"), "random").Figures;

        one.Kinds[1].WaitMeanSeconds.ShouldBeLessThan(0.9 * mixed.Kinds[1].WaitMeanSeconds);
        other.Kinds[1].WaitMeanSeconds.ShouldBeLessThan(0.9 * mixed.Kinds[1].WaitMeanSeconds);
    }

    [Fact]
    public void Performance_weighted_gives_less_to_whom_fails_more()
    {
        var days = Worlds.Record(
            Worlds.World(
                10,
                [
                    new Crew { Name = "good", Count = 4, MaxConcurrent = 20, FailureProbability = 0.02 },
                    new Crew { Name = "poor", Count = 4, MaxConcurrent = 20, FailureProbability = 0.4 },
                ],
                Worlds.Kind("work", Worlds.PerHour(20), Worlds.Exponential(600))),
            "performance_weighted").Figures;

        var (good, poor) = (days.Agents.Take(4).Sum(a => a.Given), days.Agents.Skip(4).Sum(a => a.Given));
        ((double)poor / good).ShouldBeInRange(0.4, 0.65);
        days.Promises.Sum(p => p.Violations).ShouldBe(0);
    }

    [Fact]
    public void Every_method_is_tried_with_the_same_tasks()
    {
        var scenario = Worlds.Week(0.5) with { Days = 1 };

        var arrivals = Method.All.Select(method => string.Join(
            ';',
            Worlds.Record(scenario, method.Word).All(What.Arrived)
                .Select(h => (h.AtUs, h.Task!.Kind.Index, h.Task.Priority, h.Task.NominalUs))));

        arrivals.Distinct().Count().ShouldBe(1);
    }

    private static Scenario Scarce(string specialist, string versatile) => Worlds.World(
        20,
        [
            new Crew { Name = specialist, Count = 4, Capabilities = ["plain"] },
            new Crew { Name = versatile, Count = 4, Capabilities = ["plain", "rare"] },
        ],
        Worlds.Kind("plain", Worlds.PerHour(20), Worlds.Exponential(600)) with { Requires = ["plain"] },
        Worlds.Kind("rare", Worlds.PerHour(12), Worlds.Exponential(600)) with { Requires = ["rare"] });
}
