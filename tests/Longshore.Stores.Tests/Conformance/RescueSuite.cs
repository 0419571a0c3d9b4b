using Longshore.Assignments;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Stores.Tests.Conformance;

/// <summary>Leases that ran out: a crash counts as an attempt, and nothing is lost (G7).</summary>
public abstract class RescueSuite<TSource> : StoreSuite<TSource>
    where TSource : StoreSource, new()
{
    [Fact]
    public async Task Rescue_loses_a_claim_at_exactly_the_end_of_its_lease()
    {
        var id = await Add();
        await Register("solo");
        await Take("solo");
        Clock.Advance(Lease - TimeSpan.FromMicroseconds(1));
        (await Store.Tasks.RescueAsync(10, NowUs, Ct)).ShouldBeEmpty();
        Clock.Advance(TimeSpan.FromMicroseconds(1));
        (await Store.Tasks.RescueAsync(10, NowUs, Ct)).ShouldHaveSingleItem().ShouldBe(
            new LostClaim(id, 1, "solo", TaskState.Created));

        var task = await Get(id);
        (task.State, task.DeferredUntil, task.Suspect).ShouldBe((TaskState.Created, Clock.Now + RetryWait, true));
        (task.Attempts, task.Failures, task.Agent, task.LeaseUntil).ShouldBe((1, 1, null, null));
        task.Error.ShouldBe("the lease ran out");
        var agent = await GetAgent("solo");
        (agent.Load, agent.TotalFailed).ShouldBe((0, 0));
        (await Store.Queries.ListAssignmentsAsync(id, Ct)).ShouldHaveSingleItem().ShouldBe(new Assignment(
            id, 1, "solo", Clock.Now - Lease, Clock.Now, AssignmentStatus.Expired, "the lease ran out"));
    }

    [Fact]
    public async Task Rescue_takes_the_earliest_lease_first_and_no_more_than_its_limit()
    {
        await Insert(Spec(), Spec(), Spec());
        await Register("solo", max: 3);
        var grants = (await Claim("solo", 3)).Grants;
        await Renew(grants[0], Lease * 2);
        await Renew(grants[2], Lease / 2);
        Clock.Advance(Lease * 3);
        (await Store.Tasks.RescueAsync(2, NowUs, Ct)).Select(l => l.TaskId)
            .ShouldBe([grants[2].TaskId, grants[1].TaskId]);
        (await Store.Tasks.RescueAsync(2, NowUs, Ct)).Select(l => l.TaskId).ShouldBe([grants[0].TaskId]);
        (await Store.Tasks.RescueAsync(2, NowUs, Ct)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Rescue_of_a_last_single_grant_fails_the_task(int maxAttempts)
    {
        var id = await Add(Spec() with { MaxAttempts = maxAttempts });
        await Register("solo");
        for (var attempt = 1; attempt <= maxAttempts; attempt++)
        {
            (await Get(id)).State.ShouldBe(TaskState.Created);
            await Take("solo");
            await LoseAll();
            await StageAll();
        }

        var task = await Get(id);
        (task.State, task.Attempts, task.Failures).ShouldBe((TaskState.Failed, maxAttempts, maxAttempts));
        (task.Agent, task.Suspect, task.Error).ShouldBe(("solo", false, "the lease ran out"));
    }

    [Fact]
    public async Task Rescue_of_a_last_single_grant_of_a_second_agent_puts_the_task_in_quarantine()
    {
        var id = await Add(Spec() with { MaxAttempts = 2 });
        await Register("first-agent");
        await Register("second-agent");
        await Take("first-agent");
        await LoseAll();
        await StageAll();
        await Take("second-agent");
        (await LoseAll()).ShouldHaveSingleItem().State.ShouldBe(TaskState.Quarantined);
        (await Get(id)).Suspect.ShouldBeFalse();
        (await Store.Tasks.RetryAsync([id], NowUs, Ct))[0].State.ShouldBe(TaskState.Created);
    }

    [Fact]
    public async Task Rescue_of_a_failure_and_a_single_loss_by_two_agents_puts_the_task_in_quarantine()
    {
        var id = await Add(Spec() with { MaxAttempts = 2 });
        await Register("first-agent");
        await Register("second-agent");
        await Finish(await Take("first-agent"), FinishKind.Fail);
        await StageAll();
        await Take("second-agent");
        await LoseAll();
        (await Get(id)).State.ShouldBe(TaskState.Quarantined);
    }

    [Fact]
    public async Task Rescue_of_a_shared_claim_counts_no_failure_and_never_fails_the_task()
    {
        var ids = (await Insert(Spec() with { MaxAttempts = 1 }, Spec() with { MaxAttempts = 1 }))
            .Select(o => o.TaskId).ToArray();
        await Register("pair", max: 2);
        await Claim("pair", 2);
        (await LoseAll()).Select(l => l.State).ShouldBe([TaskState.Created, TaskState.Created]);
        foreach (var id in ids)
        {
            var task = await Get(id);
            (task.Attempts, task.Failures, task.Suspect).ShouldBe((1, 0, true));
            task.DeferredUntil.ShouldBe(Clock.Now + RetryWait);
        }
    }

    [Fact]
    public async Task Rescue_counts_a_claim_as_shared_when_the_agent_held_another_when_it_was_granted()
    {
        var ids = (await Insert(Spec() with { MaxAttempts = 1 }, Spec() with { MaxAttempts = 1 }))
            .Select(o => o.TaskId).ToArray();
        await Register("pair", max: 2);
        await Take("pair");
        await Take("pair");
        (await LoseAll()).Select(l => (l.TaskId, l.State)).ShouldBe(
            [(ids[0], TaskState.Failed), (ids[1], TaskState.Created)]);
    }

    [Fact]
    public async Task Rescue_with_no_wait_puts_the_task_back_at_once()
    {
        // A wait of the least length there is: full jitter takes a part of a microsecond, which is none.
        var tiny = TimeSpan.FromMicroseconds(1);
        var id = await Add(Spec() with { Retry = RetryPolicy.ExponentialDelay(tiny, tiny) });
        await Register("solo");
        await Take("solo");
        await LoseAll();
        (await Get(id)).DeferredUntil.ShouldBeNull();
        (await Take("solo")).Epoch.ShouldBe(2);
    }
}
