using Longshore.Agents;
using Longshore.Events;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Tests.Engine;

public sealed class LocalClientTests
{
    [Fact]
    public async Task Submit_refuses_all_when_one_is_invalid_and_says_which()
    {
        await using var node = TestNode.Still();
        var error = await Should.ThrowAsync<LongshoreException>(() => node.Client.SubmitAsync(
            [TestNode.Task(), TestNode.Task() with { Priority = 11 }]));
        error.Field.ShouldBe("tasks[1].priority");
        node.Store.Commits.ShouldBeEmpty();
    }

    [Fact]
    public async Task Submit_tells_in_each_answer_what_only_the_store_can_know()
    {
        await using var node = TestNode.Still();
        var answers = await node.Client.SubmitAsync(
        [
            TestNode.Task() with { Code = "one" },
            TestNode.Task() with { Code = "one" },
            TestNode.Task() with { ParentId = 999 },
            TestNode.Task("x") with { IdempotencyKey = "key" },
            TestNode.Task("x") with { IdempotencyKey = "key" },
            TestNode.Task("y") with { IdempotencyKey = "key" },
            TestNode.Task(),
        ]);
        answers.Select(a => a.Status).ShouldBe(
        [
            InsertStatus.Inserted, InsertStatus.DuplicateCode, InsertStatus.ParentNotFound, InsertStatus.Inserted,
            InsertStatus.Existing, InsertStatus.KeyReused, InsertStatus.Inserted,
        ]);
        answers[1].Id.ShouldBe(answers[0].Id);
        answers[4].ShouldBe(answers[3] with { Status = InsertStatus.Existing });
        answers[6].Code.ShouldBe($"t-{answers[6].Id}");
    }

    [Fact]
    public async Task Submit_of_nothing_does_nothing()
    {
        await using var node = TestNode.Still();
        (await node.Client.SubmitAsync([])).ShouldBeEmpty();
        node.Store.Commits.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_does_not_exist_is_not_found()
    {
        await using var node = TestNode.Still();
        var client = node.Client;
        Func<Task>[] calls =
        [
            () => client.GetTaskAsync(9),
            () => client.FindTaskAsync("default", "none"),
            () => client.CancelAsync(9),
            () => client.RetryAsync(9),
            () => client.HistoryAsync(9),
            () => client.ListAssignmentsAsync(9),
            () => client.HeartbeatAsync("nobody"),
            () => client.GetAgentAsync("nobody"),
            () => client.SetAgentModeAsync("nobody", AgentMode.Draining),
            () => client.DeregisterAsync("nobody"),
            () => client.DiscoverAsync(new DiscoverQuery { Agent = "nobody" }),
            () => client.ClaimAsync(new ClaimRequest { Agent = "nobody" }),
            () => client.ClaimAsync(new ClaimRequest { Agent = "nobody" }, TimeSpan.FromSeconds(5)),
            () => client.RenewAsync(new Renewal(9, 1, TimeSpan.FromSeconds(5))),
            () => client.FinishAsync(new Finish { TaskId = 9, Epoch = 1, Kind = FinishKind.Complete }),
        ];
        foreach (var call in calls)
        {
            (await Should.ThrowAsync<LongshoreException>(call)).Code.ShouldBe(ErrorCode.NotFound);
        }
    }

    [Fact]
    public async Task A_stale_epoch_is_refused()
    {
        await using var node = TestNode.Still();
        await node.RegisterAsync("agent-a");
        var id = await node.SubmitAsync();
        var grant = (await node.Client.ClaimAsync(new ClaimRequest { Agent = "agent-a" })).ShouldHaveSingleItem();
        await node.Client.CancelAsync(id);
        (await Should.ThrowAsync<LongshoreException>(() => node.FinishAsync(grant)))
            .ShouldSatisfyAllConditions(
                e => e.Code.ShouldBe(ErrorCode.StaleClaim), e => e.Message.ShouldContain("cancelled"));
        (await Should.ThrowAsync<LongshoreException>(
            () => node.Client.RenewAsync(new Renewal(id, grant.Epoch, TimeSpan.FromSeconds(5)))))
            .Code.ShouldBe(ErrorCode.StaleClaim);
    }

    [Fact]
    public async Task Cancel_and_retry_refused_by_the_state_machine_say_why()
    {
        await using var node = TestNode.Still();
        var id = await node.SubmitAsync();
        await node.Client.CancelAsync(id, "not needed");
        var error = await Should.ThrowAsync<LongshoreException>(() => node.Client.CancelAsync(id));
        error.Code.ShouldBe(ErrorCode.WrongState);
        error.Message.ShouldContain("cancelled, which is final");
        (await node.Client.RetryAsync(id)).State.ShouldBe(TaskState.Created);
    }

    [Fact]
    public async Task A_lease_is_kept_within_its_bounds()
    {
        await using var node = TestNode.Still(o => o with { LeaseMax = TimeSpan.FromMinutes(1) });
        await node.RegisterAsync("agent-a", 2);
        await node.Client.SubmitAsync([TestNode.Task(), TestNode.Task()]);
        var now = node.Clock.GetUtcNow();
        var grant = (await node.Client.ClaimAsync(
            new ClaimRequest { Agent = "agent-a", Lease = TimeSpan.FromDays(9) })).ShouldHaveSingleItem();
        grant.LeaseUntil.ShouldBe(now + TimeSpan.FromMinutes(1));
        (await node.Client.RenewAsync(new Renewal(grant.TaskId, grant.Epoch, TimeSpan.FromTicks(1), 0.5)))
            .ShouldBe(now + Limits.LeaseMin);
        (await node.Client.GetTaskAsync(grant.TaskId)).Progress.ShouldBe(0.5);
    }

    [Fact]
    public async Task A_claim_out_of_bounds_is_refused()
    {
        await using var node = TestNode.Still();
        await node.RegisterAsync("agent-a");
        var right = new ClaimRequest { Agent = "agent-a" };
        foreach (var (wrong, field) in new[]
        {
            (right with { Max = 0 }, "max"),
            (right with { Max = Limits.BatchMax + 1 }, "max"),
            (right with { Prefetch = -1 }, "prefetch"),
            (right with { Lease = TimeSpan.Zero }, "lease_seconds"),
            (right with { Kinds = [""] }, "kinds"),
            (right with { Agent = "Not Kebab" }, "agent"),
        })
        {
            var error = await Should.ThrowAsync<LongshoreException>(() => node.Client.ClaimAsync(wrong));
            (error.Code, error.Field).ShouldBe((ErrorCode.InvalidInput, field));
        }
    }

    [Fact]
    public async Task Follow_shows_what_is_recorded_as_it_comes()
    {
        await using var node = TestNode.Still();
        using var stop = new CancellationTokenSource();
        await node.SubmitAsync("before");
        var seen = new List<string>();
        var following = Task.Run(async () =>
        {
            await foreach (var happened in node.Client.FollowEventsAsync(null, stop.Token))
            {
                lock (seen)
                {
                    seen.Add(happened.Type);
                }
            }
        });
        await Until.Holds(
            async () =>
            {
                await node.SubmitAsync("after");
                lock (seen)
                {
                    return seen.Count > 2;
                }
            },
            "events are followed");
        await stop.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => Until.Soon(following));
        seen.ShouldAllBe(type => type == EventTypes.TaskCreated);
    }

    [Fact]
    public async Task Follow_from_the_start_repeats_the_whole_log()
    {
        await using var node = TestNode.Still();
        await node.RegisterAsync("agent-a");
        await node.SubmitAsync();
        var seen = new List<EventRecord>();
        await foreach (var happened in node.Client.FollowEventsAsync(0))
        {
            seen.Add(happened);
            if (seen.Count == 2)
            {
                break;
            }
        }

        seen.Select(e => e.Type).ShouldBe([EventTypes.AgentRegistered, EventTypes.TaskCreated]);
    }

    [Fact]
    public async Task A_new_session_loses_the_claims_of_the_former_one()
    {
        await using var node = TestNode.Still();
        var profile = new AgentRegistration { Name = "agent-a", Session = "one" };
        await node.Client.RegisterAsync(profile);
        var id = await node.SubmitAsync();
        var grant = (await node.Client.ClaimAsync(new ClaimRequest { Agent = "agent-a" })).ShouldHaveSingleItem();
        await node.Client.RegisterAsync(profile with { Session = "two" });
        (await Should.ThrowAsync<LongshoreException>(() => node.FinishAsync(
            grant with { Task = grant.Task with { Epoch = 7 } }))).Code.ShouldBe(ErrorCode.StaleClaim);
        (await node.Client.GetTaskAsync(id)).Suspect.ShouldBeTrue();
        (await node.Client.GetAgentAsync("agent-a")).Load.ShouldBe(0);
    }
}
