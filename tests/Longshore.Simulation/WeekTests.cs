using Longshore.Matching;
using Longshore.Simulation.Checks;
using Longshore.Simulation.Scenarios;

namespace Longshore.Simulation;

/// <summary>Weeks of work, in which every promise is put to the test at every step.</summary>
public sealed class WeekTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void Keep_every_promise_in_a_week_at_95_percent_load(long seed)
    {
        var week = Worlds.Record(Worlds.Week(0.95), "pull", seed);

        week.Checks.Violations.ShouldBeEmpty();
        week.Figures.Promises.Select(p => p.Promise).ShouldBe(["G4", "G5", "G6", "G7", "G8"]);
        week.Figures.Promises[2].Looks.ShouldBeGreaterThan(1200);
        Overtaking(week).ShouldBeInRange(TimeSpan.FromHours(1), Urgency.OvertakingMax);
    }

    [Fact]
    public void Starve_no_low_priority_in_a_week_of_overload()
    {
        var week = Worlds.Record(Worlds.Week(1.3));

        week.Checks.Violations.ShouldBeEmpty();

        // Ten levels of priority are worth fifty hours, however much comes.
        Overtaking(week).ShouldBeInRange(TimeSpan.FromHours(24), TimeSpan.FromHours(50));
        var lowest = week.All(What.Begun).Where(h => h.Task!.Priority == 0).ToList();
        lowest.Count(h => h.Task!.ArrivedUs < week.Run.StartUs + Hours(48))
            .ShouldBe(week.All(What.Arrived).Count(
                h => h.Task!.Priority == 0 && h.Task.ArrivedUs < week.Run.StartUs + Hours(48)));
    }

    [Fact]
    public void Starve_low_priorities_when_the_rules_order_by_priority_alone()
    {
        var scenario = Worlds.Week(1.3);
        var week = Worlds.Record(scenario with { Rules = scenario.Rules with { Order = "priority_fifo" } });

        week.Checks.Violations.ShouldBeEmpty();
        week.Figures.All.WaitMaxSeconds.ShouldBeGreaterThan(Urgency.OvertakingMax.TotalSeconds);
    }

    [Theory]
    [InlineData("round_robin")]
    [InlineData("least_loaded")]
    [InlineData("performance_weighted")]
    [InlineData("hybrid")]
    [InlineData("first_available")]
    [InlineData("random")]
    [InlineData("best_match")]
    [InlineData("specialists_first")]
    [InlineData("plan")]
    public void Keep_every_promise_with_every_strategy(string strategy)
    {
        var week = Worlds.Record(Worlds.Week(0.95), strategy);

        week.Checks.Violations.ShouldBeEmpty();
        week.Figures.All.Done.ShouldBeGreaterThan(1200);
    }

    /// <summary>Agents that go down longer than their leases last, and come back in the middle of an offer.</summary>
    [Fact]
    public void Keep_every_promise_with_every_method_when_agents_go_down()
    {
        var world = Worlds.World(
            2,
            [
                new Crew { Name = "wilful", Count = 3, DeclineProbability = 0.3, Response = Worlds.Fixed(20) },
                new Crew
                {
                    Name = "frail", Count = 3, MaxConcurrent = 3, CrashProbability = 0.05, MissProbability = 0.1,
                    DownSeconds = 90, Response = Worlds.Exponential(30),
                    Shifts = [new Shift { From = "06:00", To = "22:00" }],
                },
            ],
            Worlds.Kind("work", Worlds.PerHour(40), Worlds.Exponential(400)) with { MaxAttempts = 20 });
        foreach (var method in Method.All)
        {
            var days = Worlds.Record(world, method.Word);

            days.Checks.Violations.ShouldBeEmpty(method.Word);
            days.All(What.Down).Count().ShouldBeGreaterThan(10);
            days.Figures.All.Done.ShouldBeGreaterThan(1500);
        }
    }

    private static TimeSpan Overtaking(Recorded week) => week.Checks.All.OfType<BoundedOvertaking>().Single().Widest;

    private static long Hours(int hours) => hours * 3_600_000_000L;
}
