using Longshore.Simulation.Figures;

namespace Longshore.Simulation;

/// <summary>Where mathematics knows the answer, the simulation comes to it.</summary>
public sealed class TheoryTests
{
    [Theory]
    [InlineData(1, 0.7)]
    [InlineData(4, 0.8)]
    public void Agents_alike_wait_as_erlang_said(int agents, double load)
    {
        var means = Enumerable.Range(1, 4).Select(seed => Worlds.Record(
            Worlds.World(
                20,
                [new Scenarios.Crew { Name = "agent", Count = agents, MaxConcurrent = 1 }],
                Worlds.Kind("work", Worlds.PerHour(agents * load * 12), Worlds.Exponential(300))),
            "pull", seed).Figures.All.WaitMeanSeconds);

        means.Average().ShouldBe(ErlangWait(agents, load, 300), 0.15 * ErlangWait(agents, load, 300));
    }

    [Fact]
    public void Arrivals_service_and_profile_have_the_means_that_were_asked_for()
    {
        var profile = Enumerable.Range(0, 24).Select(hour => hour < 12 ? 2.0 : 0.5).ToArray();
        var days = Worlds.Record(Worlds.World(
            100,
            [new Scenarios.Crew { Name = "agent", Count = 30 }],
            Worlds.Kind("work", Worlds.PerHour(10) with { Profile = profile }, new Scenarios.Durations
            {
                Distribution = "lognormal",
                MeanSeconds = 152.6,
                SdSeconds = 282,
            })));

        var tasks = days.All(What.Arrived).Select(h => h.Task!).ToList();
        var morning = tasks.Count(task => (task.ArrivedUs - days.Run.StartUs) / 3_600_000_000 % 24 < 12);
        tasks.Count.ShouldBeInRange(29_400, 30_600);
        ((double)morning / tasks.Count).ShouldBe(0.8, 0.01);
        tasks.Average(task => task.NominalUs / 1e6).ShouldBe(152.6, 8);
    }

    [Fact]
    public void Jains_index_is_1_for_equals_and_one_nth_for_one_that_has_everything()
    {
        Fairness.JainIndex([3, 3, 3]).ShouldBe(1);
        Fairness.JainIndex([0, 0, 0, 8]).ShouldBe(0.25);
        Fairness.JainIndex([1, 2, 3]).ShouldBe(36.0 / 42, 1e-12);
    }

    /// <summary>The mean wait with so many servers (Erlang 1917): C(n, a) · s / (n − a).</summary>
    private static double ErlangWait(int servers, double load, double service)
    {
        var offered = servers * load;
        var blocked = 1.0;
        for (var n = 1; n <= servers; n++)
        {
            blocked = offered * blocked / (n + (offered * blocked));
        }

        var waits = blocked / (1 - (load * (1 - blocked)));
        return waits * service / (servers - offered);
    }
}
