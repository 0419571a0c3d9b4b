using Longshore.Agents;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Stores.Tests.Conformance;

/// <summary>Who is given a claim, how much, and what it says; the order is <see cref="OrderSuite{T}"/>.</summary>
public abstract class ClaimSuite<TSource> : StoreSuite<TSource>
    where TSource : StoreSource, new()
{
    [Fact]
    public async Task Claim_grants_the_task_with_a_new_epoch_an_attempt_and_a_lease()
    {
        var id = await Add();
        await Register("solo");
        Clock.Advance(TimeSpan.FromMinutes(1));
        var grant = await Take("solo");

        grant.Epoch.ShouldBe(1);
        grant.LeaseUntil.ShouldBe(Clock.Now + Lease);
        grant.Task.State.ShouldBe(TaskState.InProgress);
        grant.Task.Attempts.ShouldBe(1);
        grant.Task.Agent.ShouldBe("solo");
        Same.Json(grant.Task).ShouldBe(Same.Json(await Get(id)));
        (await GetAgent("solo")).Load.ShouldBe(1);
    }

    [Fact]
    public async Task Claim_of_a_task_tried_before_says_what_went_wrong()
    {
        var id = await Add();
        await Register("solo");
        await Finish(await Take("solo"), FinishKind.Fail, "no space left");
        await StageAll();
        var grant = await Take("solo");
        (grant.Epoch, grant.Task.Attempts, grant.Task.Failures, grant.Task.Error).ShouldBe((2, 2, 1, "no space left"));
        Same.Json(grant.Task).ShouldBe(Same.Json(await Get(id)));
    }

    [Fact]
    public async Task Claim_by_an_unknown_agent_is_told_so()
    {
        await Add();
        (await Claim("nobody")).Status.ShouldBe(ClaimStatus.UnknownAgent);
    }

    [Theory]
    [InlineData(AgentMode.Draining)]
    [InlineData(AgentMode.Blocked)]
    [InlineData(AgentMode.Offline)]
    public async Task Claim_by_an_agent_that_may_not_work_is_refused(AgentMode mode)
    {
        await Add();
        await Register("solo");
        await Store.Agents.SetModeAsync("solo", mode, NowUs, Ct);
        (await Claim("solo")).Status.ShouldBe(ClaimStatus.Unavailable);
        await Store.Agents.SetModeAsync("solo", AgentMode.Available, NowUs, Ct);
        (await Claim("solo")).Status.ShouldBe(ClaimStatus.Granted);
    }

    [Fact]
    public async Task Claim_with_nothing_to_do_is_empty()
    {
        await Register("solo");
        var outcome = await Claim("solo");
        (outcome.Status, outcome.Grants.Count).ShouldBe((ClaimStatus.Empty, 0));
    }

    [Theory]
    [InlineData(1, 0, 5, 1)]
    [InlineData(3, 0, 5, 3)]
    [InlineData(3, 2, 10, 5)]
    [InlineData(3, 2, 4, 4)]
    [InlineData(10, 0, 3, 3)]
    public async Task Claim_grants_at_most_the_room_and_the_wish(int max, int prefetch, int wish, int granted)
    {
        await Insert([.. Enumerable.Range(0, 8).Select(_ => Spec())]);
        await Register("solo", max);
        var request = new ClaimRequest { Agent = "solo", Max = wish, Prefetch = prefetch };
        (await Claim(request)).Grants.Count.ShouldBe(granted);
        (await GetAgent("solo")).Load.ShouldBe(granted);
    }

    [Fact]
    public async Task Claim_by_a_full_agent_is_refused_until_it_finishes_something()
    {
        await Insert(Spec(), Spec(), Spec());
        await Register("pair", max: 2);
        var grants = (await Claim("pair", 2)).Grants;
        (await Claim("pair")).Status.ShouldBe(ClaimStatus.AtCapacity);
        await Finish(grants[0], FinishKind.Complete);
        (await Claim("pair", 2)).Grants.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Claim_in_a_batch_sees_the_room_and_the_tasks_that_the_batch_made()
    {
        await Add();
        await Register("solo");
        var grant = await Take("solo");
        var batch = new TaskBatch { NowUs = NowUs };
        batch.Finishes.Add(new Finish { TaskId = grant.TaskId, Epoch = grant.Epoch, Kind = FinishKind.Complete });
        batch.Inserts.Add(Spec());
        batch.Claims.Add(new ClaimRequest { Agent = "solo" });
        var outcome = await Store.Tasks.CommitAsync(batch, Ct);
        outcome.Claims[0].Grants.ShouldHaveSingleItem().TaskId.ShouldBe(outcome.Inserts[0].TaskId);
    }

    [Fact]
    public async Task Claims_in_one_batch_never_share_a_task()
    {
        await Insert([.. Enumerable.Range(0, 5).Select(_ => Spec())]);
        await Register("one-agent", max: 3);
        await Register("two-agent", max: 3);
        var batch = new TaskBatch { NowUs = NowUs };
        batch.Claims.Add(new ClaimRequest { Agent = "one-agent", Max = 3 });
        batch.Claims.Add(new ClaimRequest { Agent = "two-agent", Max = 3 });
        var claims = (await Store.Tasks.CommitAsync(batch, Ct)).Claims;
        claims.Select(c => c.Grants.Count).ShouldBe([3, 2]);
        claims.SelectMany(c => c.Grants).Select(g => g.TaskId).Distinct().Count().ShouldBe(5);
    }

    [Fact]
    public async Task Claim_after_max_concurrent_fell_below_the_load_is_refused()
    {
        await Insert(Spec(), Spec(), Spec());
        await Register("shrinking", max: 2);
        await Claim("shrinking", 2);
        await Register("shrinking", max: 1);
        (await Claim("shrinking")).Status.ShouldBe(ClaimStatus.AtCapacity);
        (await GetAgent("shrinking")).Load.ShouldBe(2);
    }

    [Fact]
    public async Task Claim_refreshes_when_the_agent_was_last_seen_even_if_empty()
    {
        await Register("solo");
        Clock.Advance(TimeSpan.FromHours(1));
        await Claim("solo");
        (await GetAgent("solo")).LastSeen.ShouldBe(Clock.Now);
    }

    [Fact]
    public async Task Claim_of_named_tasks_grants_those_that_are_ready_in_rank_order()
    {
        var ids = (await Insert(
            Spec() with { Priority = 1 },
            Spec() with { Priority = 9 },
            Spec() with { Priority = 5 },
            Spec() with { Priority = 10 },
            Spec() with { ReadyAt = Clock.Now.AddDays(1) },
            Spec("build", "magic"))).Select(o => o.TaskId).ToArray();
        await Register("picker", max: 10);
        var outcome = await Claim("picker", 10, ids[4], ids[0], ids[5], ids[2], 999_999, ids[1], ids[0]);
        outcome.Grants.Select(g => g.TaskId).ShouldBe([ids[1], ids[2], ids[0]]);
        (await Get(ids[3])).State.ShouldBe(TaskState.Created);
    }

    [Fact]
    public async Task Claim_of_a_named_task_somebody_holds_is_empty()
    {
        var id = await Add();
        await Register("first-agent");
        await Register("second-agent");
        await Take("first-agent", id);
        (await Claim("second-agent", 1, id)).Status.ShouldBe(ClaimStatus.Empty);
    }

    [Fact]
    public async Task Claim_of_named_tasks_honours_the_kinds_of_the_request()
    {
        var ids = (await Insert(Spec("build"), Spec("test"))).Select(o => o.TaskId).ToArray();
        await Register("picker", max: 10);
        var outcome = await Claim(new ClaimRequest { Agent = "picker", Max = 5, TaskIds = ids, Kinds = ["test"] });
        outcome.Grants.ShouldHaveSingleItem().TaskId.ShouldBe(ids[1]);
    }
}
