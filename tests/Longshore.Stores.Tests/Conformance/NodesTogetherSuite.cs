using System.Globalization;
using Longshore.Agents;
using Longshore.Engine;
using Longshore.Events;
using Longshore.Hosting.Testing;
using Longshore.Schedules;
using Longshore.Storage;
using Longshore.Stores.Tests.Nodes;
using Longshore.Tasks;
using Longshore.Tests;

namespace Longshore.Stores.Tests.Conformance;

/// <summary>Nodes that share a store: what each mode promises, with and without notifications.</summary>
public abstract class NodesTogetherSuite<TSource> : StoreSuite<TSource>
    where TSource : StoreSource, new()
{
    private readonly Wire _wire = new();

    protected override StoreOptions Options => new() { Clock = Time, Seed = 7 };

    private ManualTimeProvider Time { get; } = new();

    [Theory]
    [InlineData(NodeMode.EventDrivenOnly)]
    [InlineData(NodeMode.Hybrid)]
    public async Task A_notification_starts_work_at_another_node_while_the_clock_stands_still(NodeMode mode)
    {
        await using var here = await StartAsync("here");
        await using var there = await StartAsync("there", mode);
        var claim = await WaitForWorkAsync(there);
        await UntilItHasLookedAsync(there);
        var id = await SubmitAsync(here);
        (await Until.Soon(claim)).ShouldHaveSingleItem().TaskId.ShouldBe(id);
    }

    [Fact]
    public async Task With_every_notification_lost_all_work_starts_within_the_fallback_interval()
    {
        _wire.LosesEverything = true;
        await using var here = await StartAsync("here");
        await using var there = await StartAsync("there");
        await RegisterAsync(there);
        var ids = new HashSet<long>();
        for (var i = 0; i < 120; i++)
        {
            ids.Add(await SubmitAsync(here));
        }

        var started = Time.GetUtcNow();
        var got = new HashSet<long>();
        while (got.Count < ids.Count)
        {
            var claim = there.Client.ClaimAsync(new ClaimRequest { Agent = "agent-a", Max = 50 }, Limits.WaitMax, Ct);
            await AdvanceUntil(() => claim.IsCompleted, "work is found");
            foreach (var grant in await claim)
            {
                got.Add(grant.TaskId).ShouldBeTrue();
                await there.Client.FinishAsync(Done(grant), Ct);
            }
        }

        (Time.GetUtcNow() - started).ShouldBeLessThanOrEqualTo(
            there.Options.FallbackInterval + TimeSpan.FromSeconds(1));
        _wire.Sent.ShouldNotBeEmpty();
    }

    [Fact]
    public async Task Lost_notifications_leave_a_waiting_agent_to_the_next_look()
    {
        _wire.LosesEverything = true;
        await using var here = await StartAsync("here");
        await using var there = await StartAsync("there");
        var claim = await WaitForWorkAsync(there);
        await UntilItHasLookedAsync(there);
        var id = await SubmitAsync(here);
        var started = Time.GetUtcNow();
        await AdvanceUntil(() => claim.IsCompleted, "the fallback finds it");
        (await claim).ShouldHaveSingleItem().TaskId.ShouldBe(id);
        (Time.GetUtcNow() - started).ShouldBeGreaterThanOrEqualTo(there.Options.AgeThreshold);
        (Time.GetUtcNow() - started).ShouldBeLessThanOrEqualTo(
            there.Options.FallbackInterval + there.Options.AgeThreshold);
    }

    [Fact]
    public async Task Event_driven_only_never_looks_by_itself()
    {
        _wire.LosesEverything = true;
        await using var here = await StartAsync("here");
        await using var there = await StartAsync("there", NodeMode.EventDrivenOnly);
        var claim = await WaitForWorkAsync(there);
        await UntilItHasLookedAsync(there);
        var id = await SubmitAsync(here);
        await AdvanceUntil(() => claim.IsCompleted, "the wait is over");
        (await claim).ShouldBeEmpty();
        (await Get(id)).State.ShouldBe(TaskState.Created);
    }

    [Fact]
    public async Task Polling_only_hears_nothing_and_finds_work_within_five_seconds()
    {
        await using var here = await StartAsync("here");
        await using var there = await StartAsync("there", NodeMode.PollingOnly);
        var claim = await WaitForWorkAsync(there);
        var id = await SubmitAsync(here);
        var started = Time.GetUtcNow();
        claim.IsCompleted.ShouldBeFalse();
        await AdvanceUntil(() => claim.IsCompleted, "polling finds it");
        (await claim).ShouldHaveSingleItem().TaskId.ShouldBe(id);
        (Time.GetUtcNow() - started).ShouldBeLessThanOrEqualTo(TimeSpan.FromSeconds(6));
        (await Store.Nodes.ListAsync(Ct)).Single(n => n.Name == "there").Interests.ShouldBeEmpty();
    }

    [Fact]
    public async Task Switching_back_and_forth_under_load_loses_nothing_and_does_nothing_twice()
    {
        await using var here = await StartAsync("here");
        await using var there = await StartAsync("there");
        await RegisterAsync(there);
        var ids = new HashSet<long>();
        var done = new HashSet<long>();
        for (var round = 0; round < 30; round++)
        {
            var claim = there.Client.ClaimAsync(new ClaimRequest { Agent = "agent-a", Max = 10 }, Limits.WaitMax, Ct);
            there.SwitchMode((NodeMode)(round % 3));
            ids.Add(await SubmitAsync(here));
            there.SwitchMode((NodeMode)((round + 1) % 3));
            await AdvanceUntil(() => claim.IsCompleted, $"round {round}");
            foreach (var grant in await claim)
            {
                done.Add(grant.TaskId).ShouldBeTrue();
                await there.Client.FinishAsync(Done(grant), Ct);
            }
        }

        done.ShouldBe(ids, ignoreOrder: true);
    }

    [Fact]
    public async Task Work_that_another_node_defers_comes_when_it_is_due_though_clocks_differ_by_twenty_minutes()
    {
        await using var here = await StartAsync("here", skew: TimeSpan.FromMinutes(10));
        await using var there = await StartAsync("there", skew: TimeSpan.FromMinutes(-10));
        await RegisterAsync(here);
        var id = await SubmitAsync(there);
        var asked = new ClaimRequest { Agent = "agent-a" };
        var held = (await here.Client.ClaimAsync(asked, ct: Ct)).ShouldHaveSingleItem();
        await here.Client.FinishAsync(
            Done(held) with { Kind = FinishKind.Snooze, Delay = TimeSpan.FromSeconds(10) }, Ct);
        var started = Time.GetUtcNow();
        var claim = there.Client.ClaimAsync(new ClaimRequest { Agent = "agent-a" }, Limits.WaitMax, Ct);
        await AdvanceUntil(() => claim.IsCompleted, "the snooze is over");
        (await claim).ShouldHaveSingleItem().TaskId.ShouldBe(id);
        (Time.GetUtcNow() - started).ShouldBeInRange(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(13));
        await AdvanceUntil(
            async () => (await Get(id)).State == TaskState.Created || (await Get(id)).DeferredUntil is not null,
            "the lease runs out");
        (Time.GetUtcNow() - started).ShouldBeGreaterThanOrEqualTo(TimeSpan.FromSeconds(40));
    }

    [Fact]
    public async Task A_node_whose_name_another_takes_goes_on_under_the_next()
    {
        await using var first = await StartAsync("same", seed: 1);
        await Until.Holds(async () => (await Store.Nodes.ListAsync(Ct)).Count == 1, "the first is there");
        await using var second = await StartAsync("same", seed: 2);
        await AdvanceUntil(async () => (await Store.Nodes.ListAsync(Ct)).Count == 2, "both are there");
        first.NodeName.ShouldBe("same-2");
        second.NodeName.ShouldBe("same");
        await first.StopAsync(Ct);
        (await Store.Nodes.ListAsync(Ct)).ShouldHaveSingleItem().Session.ShouldBe(second.Session);
    }

    [Fact]
    public async Task Every_tick_fires_once_whoever_leads()
    {
        var nodes = new Queue<LongshoreEngine>();
        foreach (var name in (string[])["first", "second", "third"])
        {
            nodes.Enqueue(await StartAsync(name));
            await AdvanceUntil(IsLedAsync, "somebody leads: the first");
        }

        var sweep = new Schedule
        {
            Name = "sweep",
            Every = TimeSpan.FromSeconds(2),
            Misfire = MisfirePolicy.All,
            Task = new NewTask { Kind = "sweep" },
        };
        await nodes.Last().Client.PutScheduleAsync(sweep, ct: Ct);
        var begun = (await Store.Schedules.GetScheduleAsync("default", "sweep", Ct))!.NextTick!.Value;

        // What a leader leaves behind that dies after it enqueued a task and before it noted the tick.
        await nodes.Peek().Client.SubmitAsync([new Ticks(sweep).TaskOf(begun.ToMicroseconds())], Ct);
        for (var enough = 3; nodes.TryDequeue(out var node); enough += 3)
        {
            await AdvanceUntil(async () => (await TicksAsync()).Count >= enough, $"{enough} ticks");
            await node.DisposeAsync();
        }

        var ticks = await TicksAsync();
        ticks.ShouldBe([.. Enumerable.Range(0, ticks.Count).Select(n => begun + (n * sweep.Every.Value))]);
    }

    private async Task<bool> IsLedAsync()
    {
        const string lead = "maintenance";
        if (await Store.Leases.AcquireAsync(lead, "probe", TimeSpan.FromSeconds(1), ct: Ct) is null)
        {
            return true;
        }

        await Store.Leases.ReleaseAsync(lead, "probe", Ct);
        return false;
    }

    private async Task<List<DateTimeOffset>> TicksAsync() =>
    [
        .. (await Store.Queries.ListTasksAsync(new TaskQuery { Limit = Limits.PageMax }, Ct)).Items
            .Select(task => DateTimeOffset.Parse(task.Spec.Metadata["tick"], CultureInfo.InvariantCulture))
            .Order(),
    ];

    private static Finish Done(Grant grant) =>
        new() { TaskId = grant.TaskId, Epoch = grant.Epoch, Kind = FinishKind.Complete };

    private static async Task<long> SubmitAsync(LongshoreEngine node) =>
        (await node.Client.SubmitAsync([new NewTask { Kind = "build" }], Ct))[0].Id;

    private static Task<Agent> RegisterAsync(LongshoreEngine node) =>
        node.Client.RegisterAsync(new AgentRegistration { Name = "agent-a", MaxConcurrent = 50 }, Ct);

    private async Task<LongshoreEngine> StartAsync(
        string name, NodeMode mode = NodeMode.Hybrid, TimeSpan skew = default, int seed = 1)
    {
        var options = new EngineOptions
        {
            NodeName = name,
            Mode = mode,
            Seed = seed,
            Clock = new SkewedClock(Time, skew),
        };
        var node = new LongshoreEngine(Store, options, bus: _wire.Connect());
        await node.StartAsync(Ct);
        return node;
    }

    private static async Task<Task<IReadOnlyList<Grant>>> WaitForWorkAsync(LongshoreEngine node)
    {
        await RegisterAsync(node);
        var claim = node.Client.ClaimAsync(new ClaimRequest { Agent = "agent-a" }, Limits.WaitMax, Ct);
        await Until.Holds(() => node.Room.Count == 1 && node.Processor.IsQuiet, "an agent waits");
        return claim;
    }

    /// <summary>
    /// Who begins to wait says so and then looks once more; only what comes after that look can be missed.
    /// </summary>
    private async Task UntilItHasLookedAsync(LongshoreEngine there)
    {
        await Until.Holds(
            async () => (await Store.Nodes.ListAsync(Ct)).Any(n => n.Interests.Contains("default")), "it is known");
        await Until.Holds(() => there.Processor.IsQuiet, "it has looked");
    }

    private Task AdvanceUntil(Func<bool> condition, string what) =>
        AdvanceUntil(() => Task.FromResult(condition()), what);

    // The nodes' loops run beside this one. A step is over when those whose timers fired have set them again; some
    // timers are set only once, so that is not waited for without end.
    private Task AdvanceUntil(Func<Task<bool>> condition, string what) => Until.Holds(
        async () =>
        {
            if (await condition())
            {
                return true;
            }

            var set = Time.Timers.Count;
            Time.Advance(TimeSpan.FromMilliseconds(250));
            for (var looks = 0; looks < 100 && Time.Timers.Count < set && !await condition(); looks++)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, Ct);
            }

            return false;
        },
        what);
}
