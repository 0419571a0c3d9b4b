using Longshore.Agents;
using Longshore.Events;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Tests.Engine;

public sealed class WaitingTests
{
    [Fact]
    public async Task Insert_and_claim_of_a_waiting_agent_are_one_transaction()
    {
        await using var node = TestNode.Still();
        await node.RegisterAsync("agent-a");
        var claim = await node.ParkAsync("agent-a");
        var before = node.Store.Commits.Count;
        var id = await node.SubmitAsync();
        (await Until.Soon(claim)).ShouldHaveSingleItem().TaskId.ShouldBe(id);
        var commit = node.Store.Commits[before];
        commit.Inserts.Count.ShouldBe(1);
        commit.Granted.ShouldBe(1);
    }

    [Fact]
    public async Task One_waiter_is_woken_for_each_task_in_the_order_of_waiting()
    {
        await using var node = TestNode.Still();
        var claims = new List<Task<IReadOnlyList<Grant>>>();
        for (var i = 0; i < 5; i++)
        {
            await node.RegisterAsync($"agent-{i}");
            claims.Add(await node.ParkAsync($"agent-{i}"));
        }

        var before = node.Store.Commits.Count;
        await node.Client.SubmitAsync([TestNode.Task(), TestNode.Task()]);
        await Until.Soon(Task.WhenAll(claims[0], claims[1]));
        node.Store.Commits.Skip(before).Sum(c => c.Claims.Count).ShouldBe(2);
        claims.Skip(2).ShouldAllBe(c => !c.IsCompleted);
    }

    [Fact]
    public async Task Only_an_agent_that_can_do_the_task_is_woken()
    {
        await using var node = TestNode.Still();
        await node.RegisterAsync("no-rust", 1, "sql");
        await node.RegisterAsync("has-rust", 1, "rust:3");
        var unable = await node.ParkAsync("no-rust");
        var able = await node.ParkAsync("has-rust");
        var before = node.Store.Commits.Count;
        await node.SubmitAsync("k", "rust>=2");
        await Until.Soon(able);
        unable.IsCompleted.ShouldBeFalse();
        node.Store.Commits.Skip(before).SelectMany(c => c.Claims).ShouldAllBe(c => c.Agent == "has-rust");
    }

    [Fact]
    public async Task A_task_for_one_owner_wakes_nobody_else()
    {
        await using var node = TestNode.Still();
        await node.RegisterAsync("agent-a");
        await node.RegisterAsync("agent-b");
        var other = await node.ParkAsync("agent-a");
        var owner = await node.ParkAsync("agent-b");
        await node.Client.SubmitAsync([TestNode.Task() with { Owner = "agent-b" }]);
        await Until.Soon(owner);
        other.IsCompleted.ShouldBeFalse();
    }

    [Fact]
    public async Task A_wake_that_finds_its_waiter_full_passes_on_to_the_next()
    {
        await using var node = TestNode.Still();
        await node.RegisterAsync("agent-a");
        await node.RegisterAsync("agent-b");
        await node.SubmitAsync();
        var held = (await node.Client.ClaimAsync(new ClaimRequest { Agent = "agent-a" })).ShouldHaveSingleItem();
        var full = await node.ParkAsync("agent-a");
        var next = await node.ParkAsync("agent-b");
        var id = await node.SubmitAsync();
        (await Until.Soon(next)).ShouldHaveSingleItem().TaskId.ShouldBe(id);
        full.IsCompleted.ShouldBeFalse();

        // And when it has room again, it is served.
        var last = await node.SubmitAsync();
        await node.FinishAsync(held);
        (await Until.Soon(full)).ShouldHaveSingleItem().TaskId.ShouldBe(last);
    }

    [Fact]
    public async Task A_finish_that_makes_room_hands_the_next_task_over_in_its_own_transaction()
    {
        await using var node = TestNode.Still();
        await node.RegisterAsync("agent-a");
        await node.Client.SubmitAsync([TestNode.Task(), TestNode.Task()]);
        var first = (await node.Client.ClaimAsync(new ClaimRequest { Agent = "agent-a" })).ShouldHaveSingleItem();
        var next = await node.ParkAsync("agent-a");
        var before = node.Store.Commits.Count;
        await node.FinishAsync(first);
        await Until.Soon(next);
        var commit = node.Store.Commits[before];
        commit.Finishes.Count.ShouldBe(1);
        commit.Granted.ShouldBe(1);
    }

    [Fact]
    public async Task A_released_task_goes_to_a_waiting_agent_in_the_same_transaction()
    {
        await using var node = TestNode.Still();
        await node.RegisterAsync("agent-a");
        await node.RegisterAsync("agent-b");
        await node.SubmitAsync();
        var held = (await node.Client.ClaimAsync(new ClaimRequest { Agent = "agent-a" })).ShouldHaveSingleItem();
        var other = await node.ParkAsync("agent-b");
        var before = node.Store.Commits.Count;
        await node.FinishAsync(held, FinishKind.Release);
        await Until.Soon(other);
        node.Store.Commits[before].Granted.ShouldBe(1);
    }

    [Fact]
    public async Task A_failure_without_a_pause_wakes_a_waiting_agent()
    {
        await using var node = TestNode.Still();
        await node.RegisterAsync("agent-a");
        await node.RegisterAsync("agent-b");
        await node.SubmitAsync();
        var held = (await node.Client.ClaimAsync(new ClaimRequest { Agent = "agent-a" })).ShouldHaveSingleItem();
        var other = await node.ParkAsync("agent-b");
        await node.FinishAsync(held, FinishKind.Fail, TimeSpan.Zero);
        await Until.Soon(other);
    }

    [Fact]
    public async Task A_retry_by_a_person_wakes_a_waiting_agent()
    {
        await using var node = TestNode.Still();
        await node.RegisterAsync("agent-a");
        var id = await node.SubmitAsync();
        await node.Client.CancelAsync(id);
        var claim = await node.ParkAsync("agent-a");
        await node.Client.RetryAsync(id);
        (await Until.Soon(claim)).ShouldHaveSingleItem().TaskId.ShouldBe(id);
    }

    [Fact]
    public async Task An_agent_that_learns_something_gets_what_it_can_do_now()
    {
        await using var node = TestNode.Still();
        await node.RegisterAsync("agent-a");
        await node.SubmitAsync("k", "rust");
        var claim = await node.ParkAsync("agent-a");
        await node.RegisterAsync("agent-a", 1, "rust");
        await Until.Soon(claim);
    }

    [Fact]
    public async Task An_agent_that_is_blocked_while_it_waits_is_told()
    {
        await using var node = TestNode.Still();
        await node.RegisterAsync("agent-a");
        var claim = await node.ParkAsync("agent-a");
        await node.Client.SetAgentModeAsync("agent-a", AgentMode.Blocked);
        (await Should.ThrowAsync<LongshoreException>(() => Until.Soon(claim))).Code
            .ShouldBe(ErrorCode.AgentUnavailable);
    }

    [Fact]
    public async Task A_wait_that_runs_out_answers_nothing_and_leaves_nothing()
    {
        await using var node = TestNode.Still();
        await node.RegisterAsync("agent-a");
        var claim = await node.ParkAsync("agent-a", wait: TimeSpan.FromSeconds(30));
        node.Clock.Advance(TimeSpan.FromSeconds(29));
        claim.IsCompleted.ShouldBeFalse();
        node.Clock.Advance(TimeSpan.FromSeconds(2));
        (await Until.Soon(claim)).ShouldBeEmpty();
        node.Engine.Room.Count.ShouldBe(0);
    }

    [Fact]
    public async Task A_wait_is_never_longer_than_two_minutes()
    {
        await using var node = TestNode.Still();
        await node.RegisterAsync("agent-a");
        var claim = await node.ParkAsync("agent-a", wait: TimeSpan.FromDays(1));
        node.Clock.Advance(Limits.WaitMax + TimeSpan.FromSeconds(1));
        (await Until.Soon(claim)).ShouldBeEmpty();
        (await Should.ThrowAsync<LongshoreException>(() => node.Client.ClaimAsync(
            new ClaimRequest { Agent = "agent-a" }, TimeSpan.FromSeconds(-1)))).Field.ShouldBe("wait_seconds");
    }

    [Fact]
    public async Task A_caller_that_goes_away_leaves_no_trace_and_takes_nothing()
    {
        await using var node = TestNode.Still();
        await node.RegisterAsync("agent-a");
        await node.RegisterAsync("agent-b");
        using var gone = new CancellationTokenSource();
        var first = await node.ParkAsync("agent-a", ct: gone.Token);
        var second = await node.ParkAsync("agent-b");
        await gone.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => Until.Soon(first));
        node.Engine.Room.Count.ShouldBe(1);
        await node.SubmitAsync();
        (await Until.Soon(second)).Count.ShouldBe(1);
        (await node.Client.GetAgentAsync("agent-a")).Load.ShouldBe(0);
    }

    [Fact]
    public async Task A_grant_that_crosses_with_the_cancellation_is_given_back_at_once()
    {
        await using var node = TestNode.Still();
        await node.RegisterAsync("agent-a");
        using var gone = new CancellationTokenSource();
        var claim = await node.ParkAsync("agent-a", ct: gone.Token);
        var hold = node.Store.HoldBack();
        var arrived = node.Store.Arrived;
        var insert = node.SubmitAsync();
        await Until.Holds(() => node.Store.Arrived > arrived, "the grant is on its way");
        await gone.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => Until.Soon(claim));
        hold.Dispose();
        var id = await Until.Soon(insert);
        await Until.Holds(
            async () => (await node.Client.GetTaskAsync(id)).State == TaskState.Created, "the grant is given back");
        var task = await node.Client.GetTaskAsync(id);
        task.Epoch.ShouldBe(1);
        task.Attempts.ShouldBe(0);
        (await node.Client.GetAgentAsync("agent-a")).Load.ShouldBe(0);
    }

    [Fact]
    public async Task Waiting_is_recorded_and_shown()
    {
        await using var node = TestNode.Still();
        await node.RegisterAsync("agent-a");
        (await node.Client.GetAgentAsync("agent-a")).WaitingSince.ShouldBeNull();
        var since = node.Clock.GetUtcNow();
        var claim = await node.ParkAsync("agent-a");
        (await node.Client.GetAgentAsync("agent-a")).WaitingSince.ShouldBe(since);
        (await node.Client.ListAgentsAsync(new AgentQuery())).Items.Single().WaitingSince.ShouldBe(since);
        await node.SubmitAsync();
        await Until.Soon(claim);
        (await node.Client.GetAgentAsync("agent-a")).WaitingSince.ShouldBeNull();
        await Until.Holds(() => node.Engine.Processor.IsQuiet, "the end of the wait is recorded");
        var waiting = (await node.Client.ReadEventsAsync(0))
            .Where(e => e.Type is EventTypes.AgentWaiting or EventTypes.AgentStoppedWaiting).ToList();
        waiting.Select(e => e.Type).ShouldBe([EventTypes.AgentWaiting, EventTypes.AgentStoppedWaiting]);
        waiting.ShouldAllBe(e => e.ActorType == ActorType.Agent && e.Actor == "agent-a" && e.TaskId == null);
        waiting.ShouldAllBe(e => e.Payload == JsonText.EmptyObject);
    }

    [Fact]
    public async Task A_claim_that_is_served_at_once_records_no_waiting()
    {
        await using var node = TestNode.Still();
        await node.RegisterAsync("agent-a");
        await node.SubmitAsync();
        await node.Client.ClaimAsync(new ClaimRequest { Agent = "agent-a" }, TimeSpan.FromSeconds(10));
        (await node.Client.ReadEventsAsync(0)).ShouldNotContain(e => e.Type == EventTypes.AgentWaiting);
    }

    [Fact]
    public async Task With_every_notification_lost_the_fallback_still_serves_those_who_wait()
    {
        await using var node = await TestNode.StartAsync();
        await node.RegisterAsync("agent-a");
        var claim = await node.ParkAsync("agent-a");

        // Behind the engine's back, as another node would.
        var batch = new TaskBatch();
        batch.Inserts.Add(TaskValidation.Checked(TestNode.Task(), node.Clock.GetUtcNow()));
        await node.Store.Inner.Tasks.CommitAsync(batch);
        claim.IsCompleted.ShouldBeFalse();
        node.Clock.Advance(TimeSpan.FromSeconds(31));
        (await Until.Soon(claim)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task More_callers_than_the_room_holds_are_refused()
    {
        await using var node = TestNode.Still();
        await node.RegisterAsync("agent-a");
        node.Engine.Room.Capacity = 1;
        var claim = await node.ParkAsync("agent-a");
        (await Should.ThrowAsync<LongshoreException>(() => node.Client.ClaimAsync(
            new ClaimRequest { Agent = "agent-a" }, TimeSpan.FromSeconds(5)))).Code.ShouldBe(ErrorCode.Unavailable);
        (await node.Client.ClaimAsync(new ClaimRequest { Agent = "agent-a" })).ShouldBeEmpty();
        await node.SubmitAsync();
        await Until.Soon(claim);
    }

    [Fact]
    public async Task A_task_of_a_class_not_known_here_reaches_the_last_in_line_if_only_he_can_do_it()
    {
        await using var node = TestNode.Still();
        var unable = new List<Task<IReadOnlyList<Grant>>>();
        for (var i = 0; i < 20; i++)
        {
            await node.RegisterAsync($"unable-{i}");
            unable.Add(await node.ParkAsync($"unable-{i}"));
        }

        await node.RegisterAsync("able", 1, "rust");
        var id = await node.SubmitAsync("k", "rust");
        await node.Client.CancelAsync(id);
        var able = await node.ParkAsync("able");
        var before = node.Store.Commits.Count;
        await node.Client.RetryAsync(id);
        (await Until.Soon(able)).ShouldHaveSingleItem().TaskId.ShouldBe(id);
        unable.ShouldAllBe(c => !c.IsCompleted);

        // One is tried, then two, then four: not all at once, and not one after the other.
        node.Store.Commits.Skip(before).Select(c => c.Claims.Count).Where(n => n > 0).ShouldBe([1, 2, 4, 8, 6]);
    }

    [Fact]
    public async Task No_wake_is_lost_however_submitting_claiming_and_going_away_interleave()
    {
        // The clock stands still, so no fallback helps.
        await using var node = TestNode.Still();
        const int agents = 12, tasks = 1500;
        string[] skills = ["rust", "sql", "go"];
        for (var a = 0; a < agents; a++)
        {
            await node.RegisterAsync($"agent-{a}", 1 + (a % 3), skills[a % 3], skills[(a + 1) % 3]);
        }

        var done = 0;
        using var end = new CancellationTokenSource();
        var working = Enumerable.Range(0, agents).Select(a => Task.Run(() => WorkAsync(a, new Random(a)))).ToList();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(s => Task.Run(async () =>
        {
            var random = new Random(100 + s);
            for (var i = s; i < tasks; i += 4)
            {
                await node.SubmitAsync("k", skills[random.Next(3)]);
            }
        })));
        await Until.Holds(() => Volatile.Read(ref done) == tasks, $"all are done: {done}");
        await end.CancelAsync();
        await Until.Soon(Task.WhenAll(working));

        async Task WorkAsync(int a, Random random)
        {
            while (!end.IsCancellationRequested)
            {
                using var gone = CancellationTokenSource.CreateLinkedTokenSource(end.Token);
                var claim = node.Client.ClaimAsync(
                    new ClaimRequest { Agent = $"agent-{a}", Max = 1 + random.Next(3) }, Limits.WaitMax, gone.Token);
                if (random.Next(4) == 0)
                {
                    await Task.Yield();
                    await gone.CancelAsync();
                }

                try
                {
                    foreach (var grant in await claim)
                    {
                        var kind = random.Next(8) == 0 ? FinishKind.Release : FinishKind.Complete;
                        await node.FinishAsync(grant, kind);
                        Interlocked.Add(ref done, kind == FinishKind.Complete ? 1 : 0);
                    }
                }
                catch (OperationCanceledException)
                {
                    // Gone away; perhaps comes back.
                }
            }
        }
    }

    [Fact]
    public async Task Stop_answers_those_who_wait_with_nothing()
    {
        await using var node = TestNode.Still();
        await node.RegisterAsync("agent-a");
        var claim = await node.ParkAsync("agent-a");
        await Until.Soon(node.Engine.StopAsync());
        (await Until.Soon(claim)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Discover_waits_for_a_task_that_the_agent_could_claim_and_takes_nothing()
    {
        await using var node = TestNode.Still();
        await node.RegisterAsync("agent-a", 1, "rust");
        var discover = node.Client.DiscoverAsync(
            new DiscoverQuery { Agent = "agent-a" }, TimeSpan.FromSeconds(60));
        await Until.Holds(() => node.Engine.Room.Count == 1, "the caller waits");
        await node.SubmitAsync("k", "sql");
        await Until.Holds(() => node.Engine.Processor.IsQuiet, "nothing is on its way");
        discover.IsCompleted.ShouldBeFalse();
        var id = await node.SubmitAsync("k", "rust");
        (await Until.Soon(discover)).ShouldHaveSingleItem().Task.Id.ShouldBe(id);
        (await node.Client.GetTaskAsync(id)).State.ShouldBe(TaskState.Created);
        node.Engine.Room.Count.ShouldBe(0);
    }

    [Fact]
    public async Task Discover_answers_nothing_when_its_wait_runs_out()
    {
        await using var node = TestNode.Still();
        await node.RegisterAsync("agent-a");
        var discover = node.Client.DiscoverAsync(new DiscoverQuery { Agent = "agent-a" }, TimeSpan.FromSeconds(60));
        await Until.Holds(() => node.Engine.Room.Count == 1, "the caller waits");
        await Until.Holds(
            () =>
            {
                node.Clock.Advance(TimeSpan.FromSeconds(61));
                return discover.IsCompleted;
            },
            "the wait runs out");
        (await discover).ShouldBeEmpty();
        node.Engine.Room.Count.ShouldBe(0);
    }
}
