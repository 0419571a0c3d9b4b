using System.Collections.Concurrent;
using Longshore.Agents;
using Longshore.Engine;
using Longshore.Hosting;
using Longshore.Hosting.Testing;
using Longshore.Storage;
using Longshore.Tasks;
using Longshore.Workflows;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Longshore.Tests.Hosting;

public sealed class HostClaimTests
{
    private readonly Probe _probe = new();

    [Fact]
    public async Task A_task_is_handed_to_a_waiting_host_in_the_transaction_that_inserts_it()
    {
        await using var host = await TestHosts.StartAsync(_probe);
        await host.DrainAsync();
        var before = host.Store().Commits.Count;
        await host.DoAsync();
        var commit = host.Store().Commits[before];
        commit.Inserts.Count.ShouldBe(1);
        commit.Granted.ShouldBe(1);
    }

    [Fact]
    public async Task A_finish_and_the_next_claim_share_a_transaction_without_prefetch()
    {
        await using var host = await TestHosts.StartAsync(_probe, h => (h.Concurrency, h.Prefetch) = (1, 0));
        await host.Client.SetAgentModeAsync(TestHosts.Agent, AgentMode.Draining);
        await host.Client.SubmitAsync([.. Enumerable.Repeat(TestHosts.Task(), 20)]);
        await host.DrainAsync();
        var before = host.Store().Commits.Count;
        await host.Client.SetAgentModeAsync(TestHosts.Agent, AgentMode.Available);
        await Until.Holds(() => _probe.Started.Count == 20, "all are started");
        await host.DrainAsync();
        var commits = host.Store().Commits.Skip(before).ToList();
        commits.Count(c => c.Finishes.Count == 1 && c.Granted == 1).ShouldBe(19);
        commits.Count.ShouldBeLessThanOrEqualTo(22);
    }

    [Fact]
    public async Task Quick_handlers_share_transactions_without_prefetch()
    {
        await using var host = await TestHosts.StartAsync(_probe, h => (h.Concurrency, h.Prefetch) = (10, 0));
        await DrainManyAsync(host, 20);
        host.Store().Takes = () => Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System);
        var before = host.Store().Commits.Count;
        await DrainManyAsync(host, 300);

        // Ideally 30. If the next flight left before those just started have ended, it would be 60.
        (host.Store().Commits.Count - before).ShouldBeLessThan(50);
    }

    [Fact]
    public async Task Steps_that_end_at_once_travel_together_and_their_next_ones_start_a_transaction_later()
    {
        const int steps = 20;
        await using var host = await TestHosts.StartAsync(_probe);
        await DrainManyAsync(host, 20);
        var chain = Enumerable.Range(0, steps).Aggregate(
            new WorkflowBuilder("chain"),
            (flow, i) => flow.Step($"s{i}", "note", step => _ = i == 0 ? step : step.After($"s{i - 1}")));
        await host.Client.PutWorkflowAsync(chain.Build());
        host.Store().Takes = () => Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System);
        var before = host.Store().Commits.Count;
        await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => host.Client.StartRunAsync(new RunRequest("chain"))));
        await host.DrainAsync();

        // Ideally one for each step. If a flight left before those just started have ended, it would be two.
        _probe.Started.Count.ShouldBe(20 + (10 * steps));
        (host.Store().Commits.Count - before).ShouldBeLessThan(steps * 17 / 10);
    }

    [Fact]
    public async Task The_next_held_task_starts_before_the_former_ones_finish_is_committed()
    {
        await using var host = await TestHosts.StartAsync(_probe, h => h.Concurrency = 1);
        await DrainManyAsync(host, 50);
        var hold = default(IDisposable);
        _probe.On["note"] = (_, _, _) =>
        {
            hold ??= host.Store().HoldBack();
            return new(TaskResult.Done());
        };
        var started = _probe.Started.Count;
        await host.Client.SubmitAsync([.. Enumerable.Repeat(TestHosts.Task(), 10)]);
        await Until.Holds(() => _probe.Started.Count == started + 10, "all run while the first finish is on its way");
        hold!.Dispose();
        await host.DrainAsync();
        (await host.Client.CountByStateAsync())[TaskState.Done].ShouldBe(60);
    }

    [Fact]
    public async Task Without_prefetch_a_host_never_holds_more_than_it_runs()
    {
        await using var host = await TestHosts.StartAsync(_probe, h => (h.Concurrency, h.Prefetch) = (2, 0));
        await DrainManyAsync(host, 100);
        var claims = host.Store().Commits.SelectMany(c => c.Claims).ToList();
        claims.ShouldAllBe(c => c.Max <= 2 && c.Prefetch == 0);
    }

    [Fact]
    public async Task With_quick_handlers_a_host_holds_some_tasks_in_advance()
    {
        await using var host = await TestHosts.StartAsync(_probe, h => h.Concurrency = 2);
        await DrainManyAsync(host, 500);
        host.Store().Commits.ShouldContain(c => c.Granted > 50);
    }

    [Fact]
    public async Task What_was_held_in_advance_is_given_back_unused_when_the_host_stops()
    {
        var release = new TaskCompletionSource();
        await using var host = await TestHosts.StartAsync(_probe, h => h.Concurrency = 1);
        await DrainManyAsync(host, 100);
        _probe.On["note"] = async (_, _, ct) =>
        {
            await release.Task.WaitAsync(ct);
            return TaskResult.Done();
        };
        await host.Client.SubmitAsync([.. Enumerable.Repeat(TestHosts.Task(), 20)]);
        await Until.Holds(() => _probe.Running == 1, "one runs");
        (await HeldAsync(host)).ShouldBeGreaterThan(1);
        var stop = StopHandlersAsync(host);
        await Until.Holds(async () => await HeldAsync(host) == 1, "only what runs is held");
        release.SetResult();
        await Until.Soon(stop);
        var open = (await host.ListAsync()).Where(t => t.State != TaskState.Done).ToList();
        open.Count.ShouldBe(19);
        open.ShouldAllBe(t => t.State == TaskState.Created && t.Attempts == 0 && t.Agent == null);
    }

    [Fact]
    public async Task What_waits_too_long_behind_a_slow_run_is_given_back_to_others()
    {
        await using var host = await TestHosts.StartAsync(_probe, h => h.Concurrency = 1);
        await DrainManyAsync(host, 100);
        _probe.On["note"] = Probe.UntilStopped;
        await host.Client.SubmitAsync([.. Enumerable.Repeat(TestHosts.Task(), 20)]);
        await Until.Holds(() => _probe.Running == 1, "one runs");
        (await HeldAsync(host)).ShouldBeGreaterThan(1);
        await Until.Holds(
            async () =>
            {
                host.Clock.Advance(TimeSpan.FromSeconds(1));
                return await HeldAsync(host) == 1;
            },
            "the rest is given back");
    }

    [Fact]
    public async Task A_suspect_is_run_alone_even_while_another_kind_keeps_the_host_busy()
    {
        var running = new ConcurrentQueue<TaskCompletionSource>();
        _probe.On["other"] = async (_, _, _) =>
        {
            var end = new TaskCompletionSource();
            running.Enqueue(end);
            await end.Task;
            return TaskResult.Done();
        };
        var beside = -1;
        _probe.On["note"] = (_, context, _) =>
        {
            beside = context.Task.Suspect ? _probe.Running - 1 : -1;
            return new(TaskResult.Done());
        };
        await using var host = await TestHosts.StartAsync(_probe, h => (h.Concurrency, h.Prefetch) = (2, 0));
        await host.Client.SetAgentModeAsync(TestHosts.Agent, AgentMode.Draining);
        var suspect = await MakeSuspectAsync(host);
        await host.Client.SetAgentModeAsync(TestHosts.Agent, AgentMode.Available);
        await host.Client.SubmitAsync([.. Enumerable.Repeat(TestHosts.Task("other"), 40)]);
        await Until.Holds(() => running.Count == 2, "the host is busy");
        await Until.Holds(
            async () =>
            {
                host.Clock.Advance(TimeSpan.FromSeconds(1));
                return (await host.Client.GetTaskAsync(suspect)).DeferredUntil is null;
            },
            "the suspect is ready again");

        // One ends at a time, and only after the next has started, if one does: the host is never idle by itself.
        for (var ended = 0; ended < 40 && await host.Client.StateOf(suspect) != TaskState.Done; ended++)
        {
            var started = _probe.Started.Count;
            await Until.Holds(() => running.TryDequeue(out var end) && end.TrySetResult(), "one ends");
            var quiet = 0;
            await Until.Holds(
                () => _probe.Started.Count > started || (host.Engine().Processor.IsQuiet && ++quiet > 20),
                "the next starts, or none does");
        }

        (await host.Client.StateOf(suspect)).ShouldBe(TaskState.Done);
        beside.ShouldBe(0);
        _probe.Started.Select(s => s.Kind).ToList().IndexOf("note").ShouldBeLessThan(10);
        _probe.On.TryRemove("other", out _);
        await Until.Holds(
            () =>
            {
                while (running.TryDequeue(out var end))
                {
                    end.SetResult();
                }

                return _probe.Started.Count == 41 && _probe.Running == 0;
            },
            "the rest is done");
    }

    [Fact]
    public async Task Nothing_is_left_lying_whatever_becomes_of_the_tasks()
    {
        // The clock stands still: no tick and no fallback mends what the host forgets.
        var random = new Random(1);
        async ValueTask<TaskResult> Doing(Note note, TaskContext context, CancellationToken ct)
        {
            int what;
            lock (random)
            {
                what = random.Next(10);
            }

            if (what < 3)
            {
                await Task.Yield();
            }

            return what switch
            {
                8 => TaskResult.Fail("again", delay: TimeSpan.Zero),
                9 when context.Attempt < 5 => throw new InvalidOperationException("no"),
                _ => TaskResult.Done(),
            };
        }

        (_probe.On["note"], _probe.On["other"]) = (Doing, Doing);
        await using var host = await LongshoreTestHost.StartAsync(
            builder => builder
                .AddAgent("desk-1", a => a.Handle<NoteHandler>(h => h.Concurrency = 1).Handle<OtherHandler>())
                .AddAgent("desk-2", a => a.Handle<NoteHandler>(h => (h.Concurrency, h.Prefetch) = (2, 0)))
                .AddAgent("desk-3", a => a.Handle<OtherHandler>(h => h.Concurrency = 3)),
            services => services.AddSingleton(_probe));
        await Task.WhenAll(Enumerable.Range(0, 4).Select(s => Task.Run(async () =>
        {
            for (var i = 0; i < 100; i++)
            {
                await host.Client.SubmitAsync([.. Enumerable.Repeat(TestHosts.Task(i % 2 == 0 ? "note" : "other") with
                {
                    MaxAttempts = 100, Retry = RetryPolicy.FixedDelay(TimeSpan.FromTicks(10)),
                }, 1 + (i % 5))]);
            }
        })));
        await Until.Holds(
            async () =>
            {
                await host.DrainAsync();
                return (await host.ListAsync()).All(t => t.State == TaskState.Done || t.DeferredUntil is not null);
            },
            "all that is ready is done");
        await Until.Holds(
            async () =>
            {
                // A task that two agents failed waits out its quarantine, which is minutes.
                await host.AdvanceAsync(TimeSpan.FromSeconds(20));
                return (await host.ListAsync()).All(t => t.State == TaskState.Done);
            },
            "what was put off is done too");
    }

    [Fact]
    public async Task A_result_survives_a_store_that_fails_for_a_while()
    {
        await using var host = await TestHosts.StartAsync(_probe);
        await host.DrainAsync();
        var failures = 0;
        host.Store().FailsOn = batch => batch.Finishes.Count > 0 && ++failures <= 3;
        var id = await host.SubmitAsync();
        await Until.Holds(
            async () =>
            {
                host.Clock.Advance(TimeSpan.FromSeconds(1));
                return await host.Client.StateOf(id) == TaskState.Done;
            },
            "the result is stored");
        var task = await host.Client.GetTaskAsync(id);
        task.Epoch.ShouldBe(1);
        _probe.Started.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_finish_that_the_store_can_never_take_does_not_hold_up_the_others()
    {
        var release = new TaskCompletionSource();
        _probe.On["note"] = async (note, _, _) =>
        {
            await release.Task;
            return TaskResult.Done(note.Text);
        };
        await using var host = await TestHosts.StartAsync(_probe, h => h.Concurrency = 21);
        await host.SubmitAsync("note", t => t with { Payload = JsonText.Parse("""{"text":"poison"}""") });
        await host.Client.SubmitAsync([.. Enumerable.Repeat(TestHosts.Task(), 20)]);
        await Until.Holds(() => _probe.Running == 21, "all run");

        // Their finishes gather behind a transaction that is held back, and so travel together.
        var hold = host.Store().HoldBack();
        var held = host.SubmitAsync("unknown-kind");
        release.SetResult();
        await Until.Holds(() => host.Engine().Processor.Gathered == 21, "all have ended");
        host.Store().FailsOn = batch => batch.Finishes.Any(f => f.Result.ToString() == "\"poison\"");
        hold.Dispose();
        await Until.Soon(held);
        await Until.Holds(
            async () =>
            {
                host.Clock.Advance(TimeSpan.FromSeconds(1));
                return (await host.Client.CountByStateAsync())[TaskState.Done] == 20;
            },
            "the others are done");
        host.Store().Commits.ShouldContain(c => c.Outcome == null && c.Finishes.Count == 21);
        _probe.Started.Count.ShouldBe(21);

        // The host waits for the last one when it stops, by a clock that nobody moves then.
        host.Store().FailsOn = _ => false;
        await Until.Holds(
            async () =>
            {
                host.Clock.Advance(TimeSpan.FromSeconds(1));
                return (await host.Client.CountByStateAsync())[TaskState.Done] == 21;
            },
            "the last one is done, now that the store takes it");
    }

    [Fact]
    public async Task A_host_keeps_saying_that_it_is_alive()
    {
        await using var host = await TestHosts.StartAsync(_probe);
        await host.DrainAsync();
        for (var minute = 0; minute < 5; minute++)
        {
            host.Clock.Advance(TimeSpan.FromMinutes(1));
            await Until.Holds(
                async () => host.Clock.GetUtcNow() - (await host.Client.GetAgentAsync(TestHosts.Agent)).LastSeen
                    < TimeSpan.FromSeconds(31),
                "it was heard of");
        }
    }

    [Fact]
    public void Prefetch_follows_the_time_that_runs_take()
    {
        const long second = 1_000_000;
        var times = new RunTimes(concurrency: 4, prefetchMax: 1000, second);
        times.Prefetch.ShouldBe(0);
        times.Add(second / 1000);
        times.Prefetch.ShouldBe(200);
        Repeat(times, second / 100_000);
        times.Prefetch.ShouldBe(1000);
        Repeat(times, second / 10);
        times.Prefetch.ShouldBe(0);
        Repeat(times, second / 1000);
        times.Prefetch.ShouldBeInRange(195, 200);

        // One pause of the process is not the end of it.
        times.Add(second);
        times.Prefetch.ShouldBeGreaterThan(50);
        times.AtLeast(second);
        times.Prefetch.ShouldBe(0);

        static void Repeat(RunTimes times, long elapsed)
        {
            for (var i = 0; i < 100; i++)
            {
                times.Add(elapsed);
            }
        }
    }

    private static async Task DrainManyAsync(LongshoreTestHost host, int count)
    {
        await host.Client.SubmitAsync([.. Enumerable.Repeat(TestHosts.Task(), count)]);
        await host.DrainAsync();
    }

    private static async Task<int> HeldAsync(LongshoreTestHost host) =>
        (await host.Client.GetAgentAsync(TestHosts.Agent)).Load;

    /// <summary>
    /// A task whose holder vanished, because its session was replaced; it comes back after ten seconds.
    /// </summary>
    private static async Task<long> MakeSuspectAsync(LongshoreTestHost host)
    {
        var crashing = new AgentRegistration { Name = "crashing", Session = "one" };
        await host.Client.RegisterAsync(crashing);
        var id = await host.SubmitAsync(
            "note", t => t with { Priority = 10, Retry = RetryPolicy.FixedDelay(TimeSpan.FromSeconds(10)) });
        await host.Client.ClaimAsync(new ClaimRequest { Agent = "crashing" });
        await host.Client.RegisterAsync(crashing with { Session = "two" });
        await host.Client.SetAgentModeAsync("crashing", AgentMode.Offline);
        return id;
    }

    private static Task StopHandlersAsync(LongshoreTestHost host) => Task.WhenAll(host.Services
        .GetServices<IHostedService>().OfType<HandlerHost>().Select(h => h.StopAsync(CancellationToken.None)));
}
