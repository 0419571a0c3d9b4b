using Longshore.Simulation.Scenarios;

namespace Longshore.Simulation;

/// <summary>Each checker finds what was planted in a record that was sound.</summary>
public sealed class PromiseTests
{
    private static readonly Lazy<Recorded> Sound = new(() => Worlds.Record(Worlds.World(
        1,
        [
            new Crew { Name = "clerk", Count = 2, Capabilities = ["desk"] },
            new Crew
            {
                Name = "expert", Capabilities = ["desk", "law"], Shifts = [new Shift { From = "00:00", To = "12:00" }],
            },
        ],
        Worlds.Kind("letter", Worlds.PerHour(3), Worlds.Exponential(1200)) with { Requires = ["desk"] },
        Worlds.Kind("appeal", Worlds.PerHour(1), Worlds.Exponential(1200)) with { Requires = ["law"] },
        Worlds.Kind("riddle", Worlds.At(0, 1), Worlds.Fixed(1)) with { Requires = ["magic"], Priority = 10 },
        new WorkKind { Kind = "review", After = "letter", Service = Worlds.Fixed(60), Requires = ["desk"] })));

    [Fact]
    public void Sound_records_pass()
    {
        Sound.Value.Judge(Sound.Value.Record).ShouldBeEmpty();
        Sound.Value.Record.Count.ShouldBeGreaterThan(500);
    }

    [Fact]
    public void G4_finds_a_grant_without_what_is_required() => ShouldFind(
        "G4", "lacks what it requires",
        Instead(h => h.What == What.Given && h.Task!.Kind.Spec.Kind == "appeal", h => h with { Agent = Clerk }));

    [Fact]
    public void G4_finds_a_grant_to_one_who_went_home() => ShouldFind(
        "G4", "while away",
        Before(h => h.What == What.Given, h => new Happening(h.AtUs, What.Off, Agent: h.Agent)));

    [Fact]
    public void G4_finds_two_steps_of_an_item_done_by_one()
    {
        var made = Sound.Value.All(What.Done).First(h => h.Task!.Kind.Spec.Kind == "letter" && h.Agent == Clerk);
        ShouldFind("G4", "another step", Instead(
            h => h.What == What.Given && h.Task!.Kind.Spec.Kind == "review" && h.Task.Item == made.Task!.Item,
            h => h with { Agent = Clerk }));
    }

    [Fact]
    public void G4_finds_a_task_given_again_to_one_who_declined_it() => ShouldFind(
        "G4", "turned it down",
        Before(
            h => h.What == What.Given,
            h => h,
            h => new Happening(h.AtUs, What.Declined, h.Task, h.Agent),
            h => new Happening(h.AtUs, What.Ready, h.Task)));

    [Fact]
    public void G5_finds_one_task_too_many() => ShouldFind(
        "G5", "has room for 1",
        After(h => h.What == What.Given && h.Agent == Clerk, h => Another(h)));

    [Fact]
    public void G5_finds_a_task_given_to_two() => ShouldFind(
        "G5", "holds it",
        After(
            h => h.What == What.Given && h.Task!.Kind.Spec.Kind == "letter" && h.Agent != Clerk,
            h => h with { Agent = Clerk }));

    [Fact]
    public void G6_finds_a_task_that_came_ninety_hours_later_and_was_first()
    {
        var late = Sound.Value.All(What.Given).First(h => h.Agent == Clerk).Task!;
        var early = new SimulatedTask(999_999, late.Kind, late.ArrivedUs - Hours(91), 1, null);
        ShouldFind("G6", "which came", Before(
            h => h.What == What.Given && h.Task == late, h => new Happening(h.AtUs, What.Arrived, early)));
    }

    [Fact]
    public void G6_finds_a_less_urgent_task_that_was_first()
    {
        var late = Sound.Value.All(What.Given).First(h => h.Agent == Clerk).Task!;
        var early = new SimulatedTask(999_999, late.Kind, late.ArrivedUs - 1, 1, null);
        ShouldFind("G6", "more urgent", Before(
            h => h.What == What.Given && h.Task == late, h => new Happening(h.AtUs, What.Arrived, early)));
    }

    [Fact]
    public void G7_finds_a_task_tried_too_often()
    {
        var fails = Enumerable.Range(0, 5).SelectMany(_ => new Func<Happening, Happening>[]
        {
            h => h,
            h => new Happening(h.AtUs, What.Failed, h.Task, h.Agent),
            h => new Happening(h.AtUs, What.Ready, h.Task),
        });
        ShouldFind("G7", "5 are allowed", Before(h => h.What == What.Given, [.. fails]));
    }

    [Fact]
    public void G7_finds_a_suspect_that_is_not_given_alone() => ShouldFind(
        "G7", "holds a suspect",
        After(
            h => h.What == What.Given && h.Agent == Clerk,
            h => new Happening(h.AtUs, What.LostAmongOthers, h.Task, h.Agent),
            h => new Happening(h.AtUs, What.Ready, h.Task),
            h => h,
            h => Another(h)));

    [Fact]
    public void G7_finds_a_task_that_failed_for_what_another_did() => ShouldFind(
        "G7", "nothing speaks against it",
        Before(h => h.What == What.Given, h => new Happening(h.AtUs, What.GivenUp, h.Task)));

    [Fact]
    public void G8_finds_a_task_that_waits_behind_one_that_nobody_can_do()
    {
        var given = Sound.Value.All(What.Given).First(h => h.Agent == Clerk);

        Sound.Value.All(What.Given).ShouldAllBe(h => h.Task!.Kind.Spec.Kind != "riddle");
        ShouldFind("G8", "has room", Sound.Value.Record.Where(h => h.Task != given.Task || h.What == What.Arrived));
    }

    [Fact]
    public void G8_allows_the_same_time_again_for_a_task_that_another_had()
    {
        var letter = Sound.Value.All(What.Arrived).First(h => h.Task!.Kind.Spec.Kind == "letter").Task!;
        var other = Sound.Value.Run.Agents[1];
        Happening At(int minutes, What what, SimulatedTask? task = null, SimulatedAgent? agent = null) =>
            new(Hours(1000) + (minutes * 60_000_000L), what, task, agent);
        Happening[] record =
        [
            At(0, What.On, agent: Clerk), At(0, What.On, agent: other),
            At(0, What.Arrived, letter), At(0, What.Settled), At(1, What.Given, letter, other),
            At(60, What.Failed, letter, other), At(60, What.Ready, letter), At(60, What.Settled), At(71, What.Settled),
        ];

        Sound.Value.Judge(record, isPull: false).ShouldBeEmpty();
        Sound.Value.Judge([.. record, At(72, What.Settled)], isPull: false)
            .ShouldHaveSingleItem().Promise.ShouldBe("G8");
    }

    private static SimulatedAgent Clerk => Sound.Value.Run.Agents[0];

    private static void ShouldFind(string promise, string how, IEnumerable<Happening> planted) =>
        Sound.Value.Judge(planted).ShouldContain(v => v.Promise == promise && v.How.Contains(how));

    private static Happening Another(Happening given) => given with
    {
        Task = new SimulatedTask(888_888, given.Task!.Kind, given.AtUs, 1, null),
    };

    private static List<Happening> Before(
        Func<Happening, bool> which, params Func<Happening, Happening>[] planted) =>
        Plant(which, h => [.. planted.Select(plant => plant(h)), h]);

    private static List<Happening> After(
        Func<Happening, bool> which, params Func<Happening, Happening>[] planted) =>
        Plant(which, h => [h, .. planted.Select(plant => plant(h))]);

    private static List<Happening> Instead(Func<Happening, bool> which, Func<Happening, Happening> planted) =>
        Plant(which, h => [planted(h)]);

    private static List<Happening> Plant(Func<Happening, bool> which, Func<Happening, List<Happening>> planted)
    {
        var record = Sound.Value.Record;
        var at = record.FindIndex(h => which(h));
        at.ShouldBeGreaterThanOrEqualTo(0);
        return [.. record.Take(at), .. planted(record[at]), .. record.Skip(at + 1)];
    }

    private static long Hours(int hours) => hours * 3_600_000_000L;
}
