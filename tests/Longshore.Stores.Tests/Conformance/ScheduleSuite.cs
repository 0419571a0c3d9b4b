using Longshore.Events;
using Longshore.Schedules;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Stores.Tests.Conformance;

/// <summary>Schedules are kept, found when due, and moved on once.</summary>
public abstract class ScheduleSuite<TSource> : StoreSuite<TSource>
    where TSource : StoreSource, new()
{
    private Schedule Nightly => new()
    {
        Name = "nightly",
        Namespace = "reports",
        Cron = "0 2 * * *",
        TimeZone = "Europe/Paris",
        Jitter = TimeSpan.FromSeconds(90),
        Misfire = MisfirePolicy.All,
        MisfireAfter = TimeSpan.FromMinutes(5),
        ExpireAfter = TimeSpan.FromHours(6),
        Task = Spec("report", "sql>=3", "rust") with
        {
            Namespace = "reports",
            Payload = JsonText.Parse("""{"of":"übung <&>"}"""),
            Priority = 7,
            Timeout = TimeSpan.FromMinutes(3),
            Tags = ["a", "b"],
            Metadata = new Dictionary<string, string> { ["x"] = "y" },
        },
    };

    [Fact]
    public async Task Put_keeps_everything_and_counts_versions()
    {
        var next = Clock.Now + TimeSpan.FromHours(1);
        var put = await Store.Schedules.PutScheduleAsync(Nightly, next.ToMicroseconds(), 0, NowUs, Ct);
        Same.Json(put).ShouldBe(Same.Json(new ScheduleStatus(Nightly, 1, next, null, null, 0)));
        Same.Json(await Get("nightly")).ShouldBe(Same.Json(put));
        (await Store.Schedules.PutScheduleAsync(Nightly, null, 0, NowUs, Ct)).ShouldBeNull("it is not new");
        (await Store.Schedules.PutScheduleAsync(Nightly, null, 2, NowUs, Ct)).ShouldBeNull("a version to come");
        var other = await Store.Schedules.PutScheduleAsync(
            Nightly with { Cron = null, Every = TimeSpan.FromSeconds(90), IsPaused = true }, null, 1, NowUs, Ct);
        (other!.Version, other.NextTick, other.Definition.Every).ShouldBe((2, null, TimeSpan.FromSeconds(90)));
        (await Store.Schedules.PutScheduleAsync(Nightly with { Name = "late" }, null, 1, NowUs, Ct)).ShouldBeNull();
        (await Get("late")).ShouldBeNull();
    }

    [Fact]
    public async Task Remove_forgets_the_schedule_and_is_told_of()
    {
        await Put("nightly", null);
        (await Store.Schedules.RemoveScheduleAsync("reports", "nightly", NowUs, Ct)).ShouldBeTrue();
        (await Store.Schedules.RemoveScheduleAsync("reports", "nightly", NowUs, Ct)).ShouldBeFalse();
        (await Get("nightly")).ShouldBeNull();
        var told = await Store.Events.ReadAsync(0, 10, Ct);
        told.Select(e => e.Type).ShouldBe([EventTypes.ScheduleChanged, EventTypes.ScheduleRemoved]);
        told[0].Payload.ToString().ShouldBe("""{"namespace":"reports","name":"nightly"}""");
    }

    [Fact]
    public async Task List_goes_by_namespace_and_name_in_pages()
    {
        foreach (var (space, name) in new[] { ("b", "1"), ("a", "Z"), ("a", "a"), ("a:1", "x") })
        {
            await Store.Schedules.PutScheduleAsync(
                Nightly with { Namespace = space, Name = name }, null, 0, NowUs, Ct);
        }

        var first = await Store.Schedules.ListSchedulesAsync(new ScheduleQuery { Limit = 3 }, Ct);
        first.Items.Select(s => s.Definition.Name).ShouldBe(["Z", "a", "x"]);
        var rest = await Store.Schedules.ListSchedulesAsync(new ScheduleQuery { Limit = 3, After = first.Next }, Ct);
        rest.Items.ShouldHaveSingleItem().Definition.Name.ShouldBe("1");
        rest.Next.ShouldBeNull();
        var ofA = await Store.Schedules.ListSchedulesAsync(new ScheduleQuery { Namespace = "a" }, Ct);
        ofA.Items.Count.ShouldBe(2);
        (await Should.ThrowAsync<LongshoreException>(async () =>
            await Store.Schedules.ListSchedulesAsync(new ScheduleQuery { After = "x" }, Ct))).Field.ShouldBe("after");
    }

    [Fact]
    public async Task Due_are_those_whose_next_tick_has_come_the_longest_due_first()
    {
        await Put("later", TimeSpan.FromSeconds(3));
        await Put("soon", TimeSpan.FromSeconds(1));
        await Put("then", TimeSpan.FromSeconds(2));
        await Put("rests", null);
        (await Store.Schedules.NextTickAsync(Ct)).ShouldBe(NowUs + 1_000_000);
        (await Store.Schedules.ListDueSchedulesAsync(10, NowUs, Ct)).ShouldBeEmpty();
        Clock.Advance(TimeSpan.FromSeconds(2));
        (await Store.Schedules.ListDueSchedulesAsync(10, null, Ct)).Select(s => s.Definition.Name)
            .ShouldBe(["soon", "then"]);
        (await Store.Schedules.ListDueSchedulesAsync(1, NowUs, Ct)).ShouldHaveSingleItem().Definition.Name
            .ShouldBe("soon");
    }

    [Fact]
    public async Task Advance_moves_on_once_and_notes_what_fired()
    {
        var due = await Put("nightly", TimeSpan.FromSeconds(1));
        var fired = new Advance("reports", "nightly", due, due + 5, due, 17, 2);
        (await Store.Schedules.AdvanceAsync(fired, Ct)).ShouldBeTrue();
        (await Store.Schedules.AdvanceAsync(fired, Ct)).ShouldBeFalse("its next tick is another");
        (await Store.Schedules.AdvanceAsync(fired with { Name = "gone" }, Ct)).ShouldBeFalse();
        var skipped = new Advance("reports", "nightly", due + 5, null, null, null, 0);
        (await Store.Schedules.AdvanceAsync(skipped, Ct)).ShouldBeTrue();
        var now = (await Get("nightly"))!;
        (now.NextTick, now.LastTick, now.LastTaskId, now.Ticks)
            .ShouldBe((null, UnixTime.FromMicroseconds(due), 17, 2));
        (await Store.Schedules.NextTickAsync(Ct)).ShouldBeNull();
        (await Store.Schedules.PutScheduleAsync(Nightly, due, 1, NowUs, Ct))!.Ticks.ShouldBe(2, "stays noted");
    }

    private ValueTask<ScheduleStatus?> Get(string name) => Store.Schedules.GetScheduleAsync("reports", name, Ct);

    private async Task<long> Put(string name, TimeSpan? wait)
    {
        var next = wait is { } time ? NowUs + time.ToMicroseconds() : (long?)null;
        (await Store.Schedules.PutScheduleAsync(Nightly with { Name = name }, next, 0, NowUs, Ct)).ShouldNotBeNull();
        return next ?? 0;
    }
}
