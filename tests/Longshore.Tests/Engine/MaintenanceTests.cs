using System.Collections.Concurrent;
using Longshore.Assignments;
using Longshore.Engine.Maintenance;
using Longshore.Events;
using Longshore.Rules;
using Longshore.Storage;
using Longshore.Tasks;
using Microsoft.Extensions.Logging.Abstractions;

namespace Longshore.Tests.Engine;

public sealed class MaintenanceTests
{
    [Fact]
    public async Task A_deferred_task_is_ready_when_it_is_due_and_not_before()
    {
        await using var node = await TestNode.StartAsync();
        await node.RegisterAsync("agent-a");
        await node.SubmitAsync();
        var held = (await node.Client.ClaimAsync(new ClaimRequest { Agent = "agent-a" })).ShouldHaveSingleItem();
        await node.FinishAsync(held, FinishKind.Snooze, TimeSpan.FromSeconds(2));
        var due = node.Clock.GetUtcNow() + TimeSpan.FromSeconds(2);
        var claim = await node.ParkAsync("agent-a");
        await TimerNear(node, due);
        node.Clock.Advance(TimeSpan.FromMilliseconds(1999));
        claim.IsCompleted.ShouldBeFalse();
        node.Clock.Advance(TimeSpan.FromMilliseconds(6));
        (await Until.Soon(claim)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_task_that_is_due_before_its_commit_is_answered_is_brought_back_at_once()
    {
        await using var node = await TestNode.StartAsync();
        await node.RegisterAsync("agent-a");
        await node.SubmitAsync();
        var held = (await node.Client.ClaimAsync(new ClaimRequest { Agent = "agent-a" })).ShouldHaveSingleItem();
        node.Store.Returns = () =>
        {
            node.Store.Returns = () => { };
            node.Clock.Advance(TimeSpan.FromMilliseconds(5));
        };
        await node.FinishAsync(held, FinishKind.Snooze, TimeSpan.FromMilliseconds(1));
        (await Until.Soon(node.Client.ClaimAsync(
            new ClaimRequest { Agent = "agent-a" }, TimeSpan.FromSeconds(60)))).Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_task_submitted_for_later_is_ready_then()
    {
        await using var node = await TestNode.StartAsync();
        await node.RegisterAsync("agent-a");
        var due = node.Clock.GetUtcNow() + TimeSpan.FromSeconds(10);
        await node.Client.SubmitAsync([TestNode.Task() with { ReadyAt = due }]);
        var claim = await node.ParkAsync("agent-a");
        await TimerNear(node, due);
        node.Clock.Advance(TimeSpan.FromSeconds(10.006));
        (await Until.Soon(claim)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_task_due_earlier_than_the_one_expected_is_not_overslept()
    {
        await using var node = await TestNode.StartAsync();
        await node.RegisterAsync("agent-a");
        var start = node.Clock.GetUtcNow();
        await node.Client.SubmitAsync([TestNode.Task() with { ReadyAt = start + TimeSpan.FromSeconds(20) }]);
        await TimerNear(node, start + TimeSpan.FromSeconds(20));
        await node.Client.SubmitAsync([TestNode.Task() with { ReadyAt = start + TimeSpan.FromSeconds(5) }]);
        await TimerNear(node, start + TimeSpan.FromSeconds(5));
        var claim = await node.ParkAsync("agent-a");
        node.Clock.Advance(TimeSpan.FromSeconds(5.006));
        (await Until.Soon(claim)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_claim_whose_lease_ran_out_is_rescued_and_its_holder_told()
    {
        await using var node = await TestNode.StartAsync();
        var told = new ConcurrentQueue<BusMessage>();
        using var hearing = node.Engine.Bus.Subscribe(told.Enqueue);
        await node.RegisterAsync("agent-a");
        var id = await node.SubmitAsync();
        var held = (await node.Client.ClaimAsync(
            new ClaimRequest { Agent = "agent-a", Lease = TimeSpan.FromSeconds(10) })).ShouldHaveSingleItem();
        await AdvanceUntil(
            node,
            TimeSpan.FromSeconds(1),
            async () => (await node.Client.GetTaskAsync(id)).State == TaskState.Created,
            "the claim is lost");
        node.Clock.GetUtcNow().ShouldBeGreaterThanOrEqualTo(held.LeaseUntil);
        await Until.Holds(() => told.Contains(new ClaimEnded("agent-a", id, 1)), "the holder is told");
        (await node.Client.ListAssignmentsAsync(id)).ShouldHaveSingleItem().Status.ShouldBe(AssignmentStatus.Expired);
    }

    [Fact]
    public async Task A_lost_task_comes_back_to_whoever_waits()
    {
        await using var node = await TestNode.StartAsync();
        await node.RegisterAsync("agent-a");
        await node.RegisterAsync("agent-b");
        var id = await node.SubmitAsync();
        await node.Client.ClaimAsync(new ClaimRequest { Agent = "agent-a", Lease = TimeSpan.FromSeconds(5) });
        var claim = await node.ParkAsync("agent-b", wait: Limits.WaitMax);
        await AdvanceUntil(
            node, TimeSpan.FromMilliseconds(500), () => Task.FromResult(claim.IsCompleted), "the task is handed over");
        var grant = (await claim).ShouldHaveSingleItem();
        grant.TaskId.ShouldBe(id);
        grant.Epoch.ShouldBe(2);
    }

    [Fact]
    public async Task A_task_past_its_deadline_expires()
    {
        await using var node = await TestNode.StartAsync();
        var answers = await node.Client.SubmitAsync(
            [TestNode.Task() with { Deadline = node.Clock.GetUtcNow() + TimeSpan.FromSeconds(10) }]);
        await AdvanceUntil(
            node,
            TimeSpan.FromSeconds(1),
            async () => (await node.Client.GetTaskAsync(answers[0].Id)).State == TaskState.Expired,
            "the task expires");
    }

    [Fact]
    public async Task Ended_tasks_are_pruned_after_the_retention()
    {
        await using var node = await TestNode.StartAsync(o => o with { Retention = TimeSpan.FromHours(1) });
        var id = await node.SubmitAsync();
        var open = await node.SubmitAsync();
        await node.Client.CancelAsync(id);
        node.Clock.Advance(TimeSpan.FromMinutes(59));
        await node.Client.GetTaskAsync(id);
        await AdvanceUntil(
            node,
            TimeSpan.FromMinutes(1),
            async () => await node.Store.Queries.GetTaskAsync(id) is null,
            "the ended task is pruned");
        await node.Client.GetTaskAsync(open);
    }

    [Fact]
    public async Task Ended_tasks_are_kept_as_namespace_kind_and_end_ask_for()
    {
        await using var node = await TestNode.StartAsync(o => o with
        {
            Retention = TimeSpan.FromDays(2),
            RetentionByState = new RetentionRules { Cancelled = TimeSpan.FromDays(1) },
        });
        await node.Client.SetRulesAsync("default", new NamespaceRules
        {
            Kinds = new Dictionary<string, StepRules>
            {
                ["brief"] = new() { Retention = new RetentionRules { Cancelled = TimeSpan.FromMinutes(30) } },
            },
        });
        var brief = await node.SubmitAsync("brief");
        var usual = await node.SubmitAsync("usual");
        await node.Client.CancelAsync(brief);
        await node.Client.CancelAsync(usual);
        await AdvanceUntil(
            node, TimeSpan.FromMinutes(1), async () => await node.Store.Queries.GetTaskAsync(brief) is null,
            "the kind's own age counts");
        await node.Client.GetTaskAsync(usual);
        await AdvanceUntil(
            node, TimeSpan.FromHours(1), async () => await node.Store.Queries.GetTaskAsync(usual) is null,
            "the others go after a day");
    }

    [Fact]
    public async Task Only_one_node_of_a_store_leads_and_another_takes_over_after_its_term()
    {
        await using var node = TestNode.Still();
        var leases = node.Store.Leases;
        var term = TimeSpan.FromSeconds(15);
        var first = new Leadership(leases, "node-1", term, node.Clock, NullLogger.Instance);
        var second = new Leadership(leases, "node-2", term, node.Clock, NullLogger.Instance);
        using var stopFirst = new CancellationTokenSource();
        using var stopSecond = new CancellationTokenSource();
        var running = first.RunAsync(stopFirst.Token);
        await Until.Holds(() => first.IsHeld, "the first leads");
        var other = second.RunAsync(stopSecond.Token);
        for (var i = 0; i < 20; i++)
        {
            node.Clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
            (first.IsHeld && second.IsHeld).ShouldBeFalse();
        }

        // It gives the lead up when it stops, so the other need not wait for the end of the term.
        await stopFirst.CancelAsync();
        await Until.Soon(running);
        await Until.Holds(
            () =>
            {
                node.Clock.Advance(TimeSpan.FromSeconds(1));
                return second.IsHeld;
            },
            "the second leads");
        first.IsHeld.ShouldBeFalse();
        await stopSecond.CancelAsync();
        await Until.Soon(other);
    }

    [Fact]
    public async Task A_node_that_cannot_renew_stops_leading_by_its_own_clock()
    {
        await using var node = TestNode.Still();
        var leases = new FlakyLeases(node.Store.Leases);
        var leadership = new Leadership(leases, "node-1", TimeSpan.FromSeconds(15), node.Clock, NullLogger.Instance);
        using var stop = new CancellationTokenSource();
        var running = leadership.RunAsync(stop.Token);
        await Until.Holds(() => leadership.IsHeld, "it leads");
        leases.Fails = true;
        node.Clock.Advance(TimeSpan.FromSeconds(14));
        leadership.IsHeld.ShouldBeTrue();
        node.Clock.Advance(TimeSpan.FromSeconds(2));
        leadership.IsHeld.ShouldBeFalse();
        await stop.CancelAsync();
        await Until.Soon(running);
    }

    private static Task TimerNear(TestNode node, DateTimeOffset due) => Until.Holds(
        () => node.Clock.Timers.Any(at => (at - due).Duration() < TimeSpan.FromMilliseconds(5)),
        "the stager sets its timer");

    private static Task AdvanceUntil(TestNode node, TimeSpan step, Func<Task<bool>> condition, string what) =>
        Until.Holds(
            async () =>
            {
                node.Clock.Advance(step);
                await Task.Yield();
                return await condition();
            },
            what);

    private sealed class FlakyLeases(ILeaseStore inner) : ILeaseStore
    {
        public bool Fails { get; set; }

        public ValueTask<long?> AcquireAsync(
            string name, string holder, TimeSpan term, long? nowUs = null, CancellationToken ct = default) =>
            Fails ? throw new IOException("unreachable") : inner.AcquireAsync(name, holder, term, nowUs, ct);

        public ValueTask ReleaseAsync(string name, string holder, CancellationToken ct = default) =>
            inner.ReleaseAsync(name, holder, ct);
    }
}
