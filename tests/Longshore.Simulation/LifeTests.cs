using Longshore.Simulation.Scenarios;

namespace Longshore.Simulation;

/// <summary>What can happen to tasks and agents, one thing at a time.</summary>
public sealed class LifeTests
{
    private static readonly Crew[] One = [new Crew { Name = "agent" }];

    [Fact]
    public void Callers_go_away_when_nobody_begins_in_time()
    {
        var day = Worlds.Record(Worlds.World(
            1, One,
            Worlds.Kind("call", Worlds.At(0, 0, 0), Worlds.Fixed(60)) with { Patience = Worlds.Fixed(90) }));

        day.Figures.All.ShouldSatisfyAllConditions(
            all => all.Done.ShouldBe(2),
            all => all.Abandoned.ShouldBe(1),
            all => all.WaitMaxSeconds.ShouldBe(90),
            all => all.WaitMeanSeconds.ShouldBe(50),
            all => all.WaitP50Seconds.ShouldBe(60));
    }

    [Fact]
    public void Tasks_expire_at_their_deadline_even_while_somebody_works()
    {
        var day = Worlds.Record(Worlds.World(
            1, One,
            Worlds.Kind("call", Worlds.At(0, 0), Worlds.Fixed(60)) with { DeadlineSeconds = 100 }));

        day.Figures.All.Done.ShouldBe(1);
        day.Figures.All.Expired.ShouldBe(1);
        day.Figures.Agents[0].Utilisation.ShouldBe(100 / 86_400.0, 1e-9);
    }

    [Fact]
    public void Failures_are_tried_again_as_often_as_allowed()
    {
        var day = Worlds.Record(Worlds.World(
            1, One,
            Worlds.Kind("work", Worlds.At(0), Worlds.Fixed(60)) with { FailureProbability = 1, MaxAttempts = 3 }));

        day.All(What.Begun).Count().ShouldBe(3);
        day.Figures.All.Failed.ShouldBe(1);
        day.Checks.Violations.ShouldBeEmpty();
    }

    [Fact]
    public void A_poisonous_task_fails_alone_among_many()
    {
        var day = Worlds.Record(Worlds.World(
            2,
            [new Crew { Name = "host", Count = 3, MaxConcurrent = 10 }],
            Worlds.Kind("poison", Worlds.At(1000), Worlds.Fixed(60)) with { PoisonProbability = 1, MaxAttempts = 3 },
            Worlds.Kind("work", Worlds.PerHour(300), Worlds.Exponential(120)) with { MaxAttempts = 3 }));

        day.Checks.Violations.ShouldBeEmpty();
        day.All(What.LostAmongOthers).ShouldNotBeEmpty();
        day.Figures.Kinds[0].Failed.ShouldBe(1);
        day.Figures.Kinds[1].Failed.ShouldBe(0);
        (day.Figures.Kinds[1].Done + day.Figures.Kinds[1].Open).ShouldBe(day.Figures.Kinds[1].Arrived);
    }

    [Fact]
    public void Agents_work_in_their_shifts_over_midnight_too()
    {
        var days = Worlds.Record(Worlds.World(
            3,
            [
                new Crew
                {
                    Name = "night",
                    Shifts = [new Shift { Days = ["monday"], From = "22:00", To = "06:00" }],
                },
            ],
            Worlds.Kind("work", Worlds.At(3600, 30 * 3600), Worlds.Fixed(60))));

        days.All(What.Given).Select(h => (h.AtUs - days.Run.StartUs) / 3_600_000_000.0).ShouldBe([22.0]);
        days.Figures.Agents[0].HoursOn.ShouldBe(8);
        days.Figures.All.Open.ShouldBe(1);
    }

    [Fact]
    public void A_checker_is_never_the_maker_even_under_another_name()
    {
        var scenario = Worlds.World(
            1,
            [
                new Crew { Name = "model", Count = 3, Principal = "family" },
                new Crew { Name = "person", Count = 1 },
            ],
            Worlds.Kind("make", Worlds.PerHour(10), Worlds.Fixed(60)),
            new WorkKind { Kind = "check", After = "make", Service = Worlds.Fixed(30) });

        foreach (var method in new[] { "pull", "least_loaded" })
        {
            var day = Worlds.Record(scenario, method);
            var makers = day.All(What.Done).Where(h => h.Task!.Kind.Index == 0)
                .ToDictionary(h => h.Task!.Item!, h => h.Agent!.Crew.Name, StringComparer.Ordinal);
            var checks = day.All(What.Done).Where(h => h.Task!.Kind.Index == 1).ToList();

            day.Checks.Violations.ShouldBeEmpty();
            checks.Count.ShouldBeGreaterThan(100);
            checks.ShouldAllBe(h => makers[h.Task!.Item!] != h.Agent!.Crew.Name);
        }
    }

    [Fact]
    public void Offers_are_declined_and_missed_and_go_to_others()
    {
        var day = Worlds.Record(
            Worlds.World(
                1,
                [
                    new Crew
                    {
                        Name = "choosy", Count = 2, DeclineProbability = 0.3, MissProbability = 0.2,
                        Response = Worlds.Exponential(10),
                    },
                    new Crew { Name = "steady", Count = 2 },
                ],
                Worlds.Kind("work", Worlds.PerHour(20), Worlds.Exponential(120))),
            "round_robin");

        day.Checks.Violations.ShouldBeEmpty();
        day.All(What.Declined).Count().ShouldBeGreaterThan(10);
        day.All(What.Missed).Count().ShouldBeGreaterThan(5);
        day.All(What.Declined).ShouldAllBe(h => h.Agent!.Crew.Name == "choosy");
        (day.Figures.All.Done + day.Figures.All.Open).ShouldBe(day.Figures.All.Arrived);
        day.Figures.All.Open.ShouldBeLessThan(5);
    }

    [Fact]
    public void Long_work_outlasts_its_lease_as_long_as_its_agent_lives()
    {
        var days = Worlds.Record(Worlds.World(
            5, One, Worlds.Kind("work", Worlds.At(0), Worlds.Fixed(3 * 86_400))));

        days.Figures.All.Done.ShouldBe(1);
        days.All(What.Given).Count().ShouldBe(1);
    }

    [Fact]
    public void What_arrives_in_the_warm_up_is_worked_on_and_not_counted()
    {
        var scenario = Worlds.World(1, One, Worlds.Kind("work", Worlds.At(0, 3600, 7200), Worlds.Fixed(3600)));

        var day = Worlds.Record(scenario with { WarmUpHours = 1 });

        day.Figures.All.Arrived.ShouldBe(2);
        day.Figures.Agents[0].HoursOn.ShouldBe(23);
        day.Figures.Agents[0].Utilisation.ShouldBe(2 / 23.0, 1e-9);
    }
}
