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
        var begun = host.Clock.GetUtcNow();
        await Until.Holds(() => _probe.Started.Count == 1, "it runs at once");
        await RunsAsync(host, 4, TimeSpan.FromSeconds(5));
        _probe.Started.ShouldAllBe(run => run.Kind == "note" && run.Text == "x");
        var schedule = await host.Client.GetScheduleAsync("default", "note");
        ((schedule.LastTick!.Value - begun).Ticks % TimeSpan.FromMinutes(5).Ticks).ShouldBe(0, "it keeps the rhythm");
    }

    [Fact]
    public async Task A_failing_run_does_not_disturb_the_rhythm()
    {
        _probe.On["note"] = (_, _, _) => throw new InvalidOperationException("broken");
        await using var host = await StartAsync(builder => builder.AddPeriodic<NoteHandler>(
            TimeSpan.FromMinutes(5), s => s with { Task = s.Task with { MaxAttempts = 1 } }));
        await Until.Holds(() => _probe.Started.Count == 1, "it runs at once");
        await RunsAsync(host, 2, TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task A_cron_handler_waits_for_its_instant()
    {
        await using var host = await StartAsync(builder => builder.AddPeriodic<NoteHandler>("0 2 * * *"));
        await host.DrainAsync();
        _probe.Started.ShouldBeEmpty();
        var next = (await host.Client.GetScheduleAsync("default", "note")).NextTick!.Value;
        (next.Hour, next.Minute, next.Second).ShouldBe((2, 0, 0));
        await RunsAsync(host, 1, TimeSpan.FromMinutes(10));
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

    /// <summary>Moves the clock until the handler has run so often; the node may lose its lead on the way.</summary>
    private Task RunsAsync(LongshoreTestHost host, int runs, TimeSpan step) => Until.Holds(
        () =>
        {
            if (_probe.Started.Count >= runs)
            {
                return true;
            }

            host.Clock.Advance(step);
            return false;
        },
        $"it runs {runs} times");
}
