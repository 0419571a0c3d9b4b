using Longshore.Agents;
using Longshore.Hosting;
using Longshore.Hosting.Testing;
using Longshore.Tasks;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Longshore.Tests.Hosting;

public sealed class RunningTests
{
    private readonly Probe _probe = new();

    [Fact]
    public async Task A_run_that_takes_too_long_is_stopped_and_tried_again()
    {
        _probe.On["note"] = Probe.UntilStopped;
        await using var host = await TestHosts.StartAsync(_probe, h => h.Timeout = TimeSpan.FromMinutes(1));
        var id = await host.SubmitAsync("note", t => t with { Retry = RetryPolicy.TenMinutes });
        await Until.Holds(() => _probe.Running == 1, "it runs");
        host.Clock.Advance(TimeSpan.FromSeconds(59));
        (await host.Client.StateOf(id)).ShouldBe(TaskState.InProgress);
        host.Clock.Advance(TimeSpan.FromSeconds(2));
        await host.DrainAsync();
        var task = await host.Client.GetTaskAsync(id);
        task.State.ShouldBe(TaskState.Created);
        task.Error!.ShouldMatch("^timed out after 6[01].* s \\(limit 60 s\\)$");
    }

    [Fact]
    public async Task A_tasks_own_timeout_outranks_the_handlers()
    {
        _probe.On["note"] = Probe.UntilStopped;
        await using var host = await TestHosts.StartAsync(_probe);
        var id = await host.SubmitAsync("note", t => t with { Timeout = TimeSpan.FromSeconds(5) });
        await Until.Holds(() => _probe.Running == 1, "it runs");
        host.Clock.Advance(TimeSpan.FromSeconds(6));
        await host.DrainAsync();
        (await host.Client.GetTaskAsync(id)).Error!.ShouldContain("limit 5 s");
    }

    [Fact]
    public async Task A_run_that_ignores_its_timeout_is_abandoned_and_its_place_freed()
    {
        _probe.On["note"] = (note, context, ct) => context.Attempt == 1 && note.Text == "hang"
            ? Probe.ForEver(note, context, ct)
            : new(TaskResult.Done());
        await using var host = await TestHosts.StartAsync(_probe, h =>
        {
            h.Concurrency = 1;
            h.Timeout = TimeSpan.FromSeconds(60);
            h.AbandonAfter = TimeSpan.FromSeconds(5);
        });
        var hung = await host.SubmitAsync(
            "note", t => t with { Payload = JsonText.Parse("""{"text":"hang"}"""), Retry = RetryPolicy.TenMinutes });
        await Until.Holds(() => _probe.Running == 1, "it hangs");
        var next = await host.SubmitAsync();
        await Until.Holds(() => host.Engine().Processor.IsQuiet, "nothing is on its way");
        host.Clock.Advance(TimeSpan.FromSeconds(61));
        (await host.Client.StateOf(next)).ShouldBe(TaskState.Created);
        host.Clock.Advance(TimeSpan.FromSeconds(6));
        await Until.Holds(
            async () => await host.Client.StateOf(next) == TaskState.Done, "the next task has the place");
        (await host.Client.GetTaskAsync(hung)).Error!.ShouldContain("abandoned");
    }

    [Fact]
    public async Task A_kind_that_hangs_does_not_delay_another()
    {
        _probe.On["note"] = Probe.ForEver;
        await using var host = await TestHosts.StartAsync(_probe, h => h.Concurrency = 2);
        await host.Client.SubmitAsync([.. Enumerable.Repeat(TestHosts.Task(), 10)]);
        await Until.Holds(() => _probe.Running == 2, "the kind hangs");
        var id = await host.SubmitAsync("other");
        await Until.Holds(async () => await host.Client.StateOf(id) == TaskState.Done, "the other kind works");
    }

    [Fact]
    public async Task A_kind_that_blocks_its_threads_does_not_delay_another()
    {
        const int blocked = 100;
        using var release = new ManualResetEventSlim();
        _probe.On["note"] = (_, _, ct) =>
        {
            release.Wait(CancellationToken.None);
            return new(TaskResult.Done());
        };
        await using var host = await TestHosts.StartAsync(_probe, h => h.Concurrency = blocked);
        await host.Client.SubmitAsync([.. Enumerable.Repeat(TestHosts.Task(), blocked)]);
        var id = await host.SubmitAsync("other");
        await Until.Holds(async () => await host.Client.StateOf(id) == TaskState.Done, "the other kind works");
        await Until.Holds(() => _probe.Running == blocked, "all of them block");
        release.Set();
        await host.DrainAsync();
    }

    [Fact]
    public async Task No_more_run_at_once_than_the_concurrency_allows()
    {
        _probe.On["note"] = async (_, _, _) =>
        {
            await Task.Yield();
            return TaskResult.Done();
        };
        await using var host = await TestHosts.StartAsync(_probe, h => h.Concurrency = 3);
        await host.Client.SubmitAsync([.. Enumerable.Repeat(TestHosts.Task(), 300)]);
        await host.DrainAsync();
        _probe.Started.Count.ShouldBe(300);
        _probe.RunningMost.ShouldBeInRange(1, 3);
    }

    [Fact]
    public async Task A_running_task_that_is_called_off_is_told_to_stop()
    {
        _probe.On["note"] = Probe.UntilStopped;
        await using var host = await TestHosts.StartAsync(_probe);
        var id = await host.SubmitAsync();
        await Until.Holds(() => _probe.Running == 1, "it runs");
        await host.Client.CancelAsync(id);
        await Until.Holds(() => _probe.Running == 0, "it stops");
        await host.DrainAsync();
        (await host.Client.StateOf(id)).ShouldBe(TaskState.Cancelled);
        (await host.DoAsync("other")).State.ShouldBe(TaskState.Done);
    }

    [Fact]
    public async Task A_long_run_keeps_its_lease()
    {
        var goOn = new TaskCompletionSource();
        _probe.On["note"] = async (_, _, _) =>
        {
            await goOn.Task;
            return TaskResult.Done();
        };
        await using var host = await TestHosts.StartAsync(_probe, engine: o => o.Lease = TimeSpan.FromSeconds(30));
        var id = await host.SubmitAsync();
        await Until.Holds(() => _probe.Running == 1, "it runs");
        var until = (await host.Client.GetTaskAsync(id)).LeaseUntil!.Value;
        for (var lease = 0; lease < 4; lease++)
        {
            // A little more than a third of the lease at a time, the renewal seen each time.
            host.Clock.Advance(TimeSpan.FromSeconds(11.5));
            var before = until;
            await Until.Holds(
                async () => (until = (await host.Client.GetTaskAsync(id)).LeaseUntil!.Value) > before,
                "the lease is extended");
        }

        goOn.SetResult();
        await host.DrainAsync();
        var task = await host.Client.GetTaskAsync(id);
        (task.State, task.Epoch).ShouldBe((TaskState.Done, 1));
    }

    [Fact]
    public async Task A_run_whose_claim_was_lost_is_told_at_the_next_renewal()
    {
        _probe.On["note"] = Probe.UntilStopped;
        await using var host = await TestHosts.StartAsync(_probe, engine: o => o.Lease = TimeSpan.FromSeconds(30));
        var id = await host.SubmitAsync();
        await Until.Holds(() => _probe.Running == 1, "it runs");

        // Behind the engine's back, as another node would.
        await host.Engine().Store.Tasks.CancelAsync([id], null);
        _probe.Running.ShouldBe(1);
        await Until.Holds(
            () =>
            {
                host.Clock.Advance(TimeSpan.FromSeconds(2));
                return _probe.Running == 0;
            },
            "it is told");
        await host.DrainAsync();
    }

    [Fact]
    public async Task A_draining_host_takes_nothing_new_until_it_is_available_again()
    {
        await using var host = await TestHosts.StartAsync(_probe);
        await host.Client.SetAgentModeAsync(TestHosts.Agent, AgentMode.Draining);
        var id = await host.SubmitAsync();
        await Until.Holds(() => host.Engine().Processor.IsQuiet, "nothing is on its way");
        (await host.Client.StateOf(id)).ShouldBe(TaskState.Created);
        await host.Client.SetAgentModeAsync(TestHosts.Agent, AgentMode.Available);
        await Until.Holds(async () => await host.Client.StateOf(id) == TaskState.Done, "it works again");
    }

    [Fact]
    public async Task Stop_waits_for_what_runs()
    {
        var goOn = new TaskCompletionSource();
        _probe.On["note"] = async (_, _, ct) =>
        {
            await goOn.Task.WaitAsync(ct);
            return TaskResult.Done();
        };
        var host = await TestHosts.StartAsync(_probe, h => h.Concurrency = 1);
        var store = host.Engine().Store;
        var id = await host.SubmitAsync();
        await Until.Holds(() => _probe.Running == 1, "it runs");
        var stop = StopHandlersAsync(host);
        var late = await host.SubmitAsync();
        stop.IsCompleted.ShouldBeFalse();
        goOn.SetResult();
        await Until.Soon(stop);
        (await store.Queries.GetTaskAsync(id))!.State.ShouldBe(TaskState.Done);
        (await store.Queries.GetTaskAsync(late))!.State.ShouldBe(TaskState.Created);
        await host.DisposeAsync();
    }

    [Fact]
    public async Task Stop_stops_what_runs_too_long_and_gives_it_back_unused()
    {
        _probe.On["note"] = Probe.UntilStopped;
        var host = await TestHosts.StartAsync(
            _probe, agent => agent.Handle<NoteHandler>().DrainTimeout(TimeSpan.FromSeconds(10)));
        var id = await host.SubmitAsync();
        await Until.Holds(() => _probe.Running == 1, "it runs");
        var stop = StopHandlersAsync(host);
        host.Clock.Advance(TimeSpan.FromSeconds(9));
        _probe.Running.ShouldBe(1);
        host.Clock.Advance(TimeSpan.FromSeconds(2));
        await Until.Soon(stop);
        var task = await host.Client.GetTaskAsync(id);
        (task.State, task.Attempts, task.Agent).ShouldBe((TaskState.Created, 0, null));
        await host.DisposeAsync();
    }

    [Fact]
    public async Task Stop_does_not_wait_for_ever_for_what_ignores_it()
    {
        _probe.On["note"] = Probe.ForEver;
        var host = await TestHosts.StartAsync(
            _probe, agent => agent.Handle<NoteHandler>().DrainTimeout(TimeSpan.FromSeconds(10)));
        var id = await host.SubmitAsync();
        await Until.Holds(() => _probe.Running == 1, "it runs");
        var stop = StopHandlersAsync(host);
        await Until.Holds(
            () =>
            {
                host.Clock.Advance(TimeSpan.FromSeconds(1));
                return stop.IsCompleted;
            },
            "the host stops");
        var task = await host.Client.GetTaskAsync(id);
        (task.State, task.Attempts).ShouldBe((TaskState.Created, 0));
        await host.DisposeAsync();
    }

    private static Task StopHandlersAsync(LongshoreTestHost host) => Task.WhenAll(host.Services
        .GetServices<IHostedService>().OfType<HandlerHost>().Select(h => h.StopAsync(CancellationToken.None)));
}
