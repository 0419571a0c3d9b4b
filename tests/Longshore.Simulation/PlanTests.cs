using Longshore.Simulation.Scenarios;

namespace Longshore.Simulation;

/// <summary>A standing plan as a method: it gathers, and sees all that waits at once.</summary>
public sealed class PlanTests
{
    /// <summary>The plain task comes first, and the only one who can do the rare one comes first by name.</summary>
    private static readonly Scenario Two = Worlds.World(
        0.1,
        [
            new Crew { Name = "a-versatile", Capabilities = ["plain", "rare"] },
            new Crew { Name = "b-specialist", Capabilities = ["plain"] },
        ],
        Worlds.Kind("plain", Worlds.At(1), Worlds.Fixed(600)) with { Requires = ["plain"] },
        Worlds.Kind("rare", Worlds.At(2), Worlds.Fixed(600)) with { Requires = ["rare"] });

    [Fact]
    public void Gives_each_what_leaves_the_others_theirs()
    {
        var planned = Worlds.Record(Two, "plan");
        var chosen = Worlds.Record(Two, "least_loaded");

        planned.All(What.Begun).Select(h => (h.Task!.Kind.Spec.Kind, h.Agent!.Agent, Seconds(planned, h)))
            .ShouldBe([("plain", "b-specialist", 5.0), ("rare", "a-versatile", 5.0)], ignoreOrder: true);
        Seconds(chosen, chosen.All(What.Begun).Single(h => h.Task!.Kind.Spec.Kind == "rare")).ShouldBe(601);
        planned.Checks.Violations.ShouldBeEmpty();
    }

    [Fact]
    public void Plans_as_often_as_the_rules_say()
    {
        var slow = Two with { Rules = Two.Rules with { PlanEverySeconds = 60 } };

        Seconds(Worlds.Record(slow, "plan")).ShouldBe([60, 60]);

        // A strategy chooses at once, whatever the rules say of plans.
        Seconds(Worlds.Record(slow, "first_available")).ShouldBe([1, 601]);
    }

    [Fact]
    public void Plans_again_when_somebody_comes_back_and_when_offers_are_declined()
    {
        var day = Worlds.Record(Worlds.World(
            1,
            [
                new Crew { Name = "wilful", Count = 3, DeclineProbability = 0.5, Response = Worlds.Fixed(2) },
                new Crew { Name = "frail", Count = 3, CrashProbability = 0.1, MissProbability = 0.2 },
            ],
            Worlds.Kind("work", Worlds.PerHour(20), Worlds.Exponential(300)) with { MaxAttempts = 20 }), "plan");

        day.Checks.Violations.ShouldBeEmpty();
        day.All(What.Declined).Count().ShouldBeGreaterThan(20);
        day.All(What.Missed).Count().ShouldBeGreaterThan(20);
        day.Figures.All.Done.ShouldBeGreaterThan(400);
        day.Figures.All.WaitP50Seconds.ShouldBeLessThan(20);
    }

    private static List<double> Seconds(Recorded day) => [.. day.All(What.Begun).Select(h => Seconds(day, h))];

    private static double Seconds(Recorded day, in Happening happening) => (happening.AtUs - day.Run.StartUs) / 1e6;
}
