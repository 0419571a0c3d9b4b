using Longshore.Hosting;
using Longshore.Hosting.Testing;
using Longshore.Schedules;
using Longshore.Storage.InMemory;
using Longshore.Tasks;
using Microsoft.Extensions.DependencyInjection;

namespace Longshore.Tests.Hosting;

public sealed class PeriodicTests
{
    private readonly Probe _probe = new();

    [Fact]
    public async Task A_periodic_handler_runs_at_once_and_then_in_its_rhythm()
    {
        var payload = JsonText.Parse("""{"text":"x"}""");
        await using var host = await StartAsync(builder => builder.AddPeriodic<NoteHandler>(
            TimeSpan.FromMinutes(5), s => s with { Task = s.Task with { Payload = payload } }));
        await Until.Holds(() => _probe.Started.Count == 1, "it runs at once");
        for (var runs = 2; runs <= 4; runs++)
        {
            await TickAsync(host);
            await Until.Holds(() => _probe.Started.Count == runs, "it runs again");
        }

        _probe.Started.ShouldAllBe(run => run.Kind == "note" && run.Text == "x");
        (await host.Client.GetScheduleAsync("default", "note")).Ticks.ShouldBe(4);
    }

    [Fact]
    public async Task A_failing_run_does_not_disturb_the_rhythm()
    {
        _probe.On["note"] = (_, _, _) => throw new InvalidOperationException("broken");
        await using var host = await StartAsync(builder => builder.AddPeriodic<NoteHandler>(
            TimeSpan.FromMinutes(5), s => s with { Task = s.Task with { MaxAttempts = 1 } }));
        await Until.Holds(() => _probe.Started.Count == 1, "it runs at once");
        await TickAsync(host);
        await Until.Holds(() => _probe.Started.Count == 2, "it runs again");
    }

    [Fact]
    public async Task A_cron_handler_waits_for_its_instant()
    {
        await using var host = await StartAsync(builder => builder.AddPeriodic<NoteHandler>("0 2 * * *"));
        await host.DrainAsync();
        _probe.Started.ShouldBeEmpty();
        var next = (await host.Client.GetScheduleAsync("default", "note")).NextTick!.Value;
        (next.Hour, next.Minute, next.Second).ShouldBe((2, 0, 0));
        await TickAsync(host);
        await Until.Holds(() => _probe.Started.Count == 1, "it runs");
    }

    [Fact]
    public async Task What_somebody_paused_stays_paused_when_the_host_starts_again()
    {
        var schedule = new Schedule { Name = "s", Every = TimeSpan.FromHours(1), Task = new NewTask { Kind = "note" } };
        await using var store = new InMemoryStore();
        await store.PutScheduleAsync(schedule with { IsPaused = true }, null, 0);
        await using var host = await LongshoreTestHost.StartAsync(builder => builder.UseStore(_ => store)
            .AddSchedule(schedule with { Every = TimeSpan.FromHours(2) }));
        var now = await host.Client.GetScheduleAsync("default", "s");
        (now.Definition.IsPaused, now.Definition.Every, now.NextTick).ShouldBe((true, TimeSpan.FromHours(2), null));
    }

    private Task<LongshoreTestHost> StartAsync(Action<LongshoreBuilder> configure) => LongshoreTestHost.StartAsync(
        configure, services => services.AddSingleton(_probe), options => options.Lease = TimeSpan.FromHours(1));

    /// <summary>Moves the clock to the next tick, once the node waits for it.</summary>
    private static async Task TickAsync(LongshoreTestHost host)
    {
        DateTimeOffset? next = null;
        await Until.Holds(
            async () =>
            {
                next = (await host.Client.GetScheduleAsync("default", "note")).NextTick;
                return next > host.Clock.GetUtcNow();
            },
            "the former tick is noted");
        for (var left = next!.Value - host.Clock.GetUtcNow(); left > TimeSpan.Zero; left -= TimeSpan.FromMinutes(1))
        {
            host.Clock.Advance(left < TimeSpan.FromMinutes(1) ? left : TimeSpan.FromMinutes(1));
        }

        await host.AdvanceAsync(TimeSpan.FromMinutes(1));
    }
}
