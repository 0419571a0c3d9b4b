using Longshore.Schedules;
using Longshore.Tasks;

namespace Longshore.Tests.Schedules;

public sealed class TicksTests
{
    private const long Second = 1_000_000;
    private const long Day = 86_400 * Second;

    private static readonly Schedule Minutely = new()
    {
        Name = "m",
        Every = TimeSpan.FromMinutes(1),
        Task = new NewTask { Kind = "k" },
    };

    [Fact]
    public void A_tick_in_time_fires_and_the_next_keeps_the_rhythm()
    {
        var plan = new Ticks(Minutely).Plan(60 * Second, 61 * Second);
        plan.Fire.ShouldBe([60 * Second]);
        plan.NextUs.ShouldBe(120 * Second);
    }

    [Theory]
    [InlineData(MisfirePolicy.One, 630, new[] { 600 })]
    [InlineData(MisfirePolicy.Skip, 630, new[] { 600 })]
    [InlineData(MisfirePolicy.All, 630, new[] { 480, 540, 600 })]
    public void Of_several_ticks_that_are_due_together_the_policy_decides(MisfirePolicy policy, int now, int[] fire)
    {
        var plan = new Ticks(Minutely with { Misfire = policy }).Plan(480 * Second, now * Second);
        plan.Fire.ShouldBe(fire.Select(s => s * Second));
        plan.NextUs.ShouldBe(660 * Second);
    }

    [Theory]
    [InlineData(MisfirePolicy.One, 1)]
    [InlineData(MisfirePolicy.Skip, 0)]
    [InlineData(MisfirePolicy.All, 1)]
    public void A_tick_that_is_late_was_missed(MisfirePolicy policy, int fired)
    {
        var daily = Minutely with { Every = null, Cron = "@daily", Misfire = policy };
        var plan = new Ticks(daily).Plan(Day, Day + (61 * Second));
        plan.Fire.Count.ShouldBe(fired);
        plan.NextUs.ShouldBe(2 * Day);
    }

    [Fact]
    public void All_that_was_missed_is_bounded_and_the_latest_of_it()
    {
        var plan = new Ticks(Minutely with { Misfire = MisfirePolicy.All, Every = TimeSpan.FromSeconds(1) })
            .Plan(0, 400 * Day);
        plan.Fire.Count.ShouldBe(Limits.MisfiresMax);
        plan.Fire[^1].ShouldBe(400 * Day);
        plan.NextUs.ShouldBe((400 * Day) + Second);
        var cron = new Ticks(Minutely with { Every = null, Cron = "0 0 1 * *" }).Plan(0, 4000 * Day);
        cron.Fire.ShouldHaveSingleItem().ShouldBeGreaterThan(3960 * Day);
    }

    [Fact]
    public void The_task_of_a_tick_is_always_the_same()
    {
        var schedule = Minutely with
        {
            Namespace = "ns",
            Jitter = TimeSpan.FromMinutes(10),
            ExpireAfter = TimeSpan.FromHours(1),
        };
        var task = new Ticks(schedule).TaskOf(Day);
        task.IdempotencyKey.ShouldBe("schedule/m/1970-01-02T00:00:00Z");
        task.Namespace.ShouldBe("ns");
        task.Metadata["schedule"].ShouldBe("m");
        task.Metadata["tick"].ShouldBe("1970-01-02T00:00:00Z");
        task.Deadline.ShouldBe(DateTimeOffset.UnixEpoch.AddDays(1).AddHours(1));
        new Ticks(schedule).TaskOf(Day).ReadyAt.ShouldBe(task.ReadyAt);
    }

    [Fact]
    public void Jitter_spreads_evenly_over_its_span()
    {
        var ticks = new Ticks(Minutely with { Jitter = TimeSpan.FromSeconds(100) });
        var late = Enumerable.Range(1, 2000)
            .Select(n => ticks.TaskOf(n * 60 * Second).ReadyAt!.Value.ToMicroseconds() - (n * 60 * Second))
            .ToList();
        late.ShouldAllBe(us => us >= 0 && us < 100 * Second);
        late.Average().ShouldBe(50 * Second, 3 * Second);
        late.Count(us => us < 10 * Second).ShouldBeInRange(140, 260);
    }

    [Fact]
    public void An_interval_begins_after_its_span_or_at_once()
    {
        new Ticks(Minutely).First(5).ShouldBe((60 * Second) + 5);
        new Ticks(Minutely with { StartAtOnce = true }).First(5).ShouldBe(5);
    }
}
