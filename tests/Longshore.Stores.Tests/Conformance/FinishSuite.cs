using Longshore.Assignments;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Stores.Tests.Conformance;

/// <summary>The holder's last word: what each kind leads to.</summary>
public abstract class FinishSuite<TSource> : StoreSuite<TSource>
    where TSource : StoreSource, new()
{
    [Fact]
    public async Task Complete_ends_the_task_with_its_result()
    {
        var id = await Add();
        await Register("solo");
        var grant = await Take("solo");
        Clock.Advance(TimeSpan.FromSeconds(5));
        var result = JsonText.Parse("""{"pages": 3}""");
        var outcome = await Finish(new Finish
        {
            TaskId = id,
            Epoch = grant.Epoch,
            Kind = FinishKind.Complete,
            Result = result,
        });

        outcome.ShouldBe(new FinishOutcome(ClaimWriteStatus.Accepted, TaskState.Done));
        var task = await Get(id);
        (task.State, task.Agent, task.EndedAt).ShouldBe((TaskState.Done, "solo", Clock.Now));
        (task.LeaseUntil, task.Error, task.DeferredUntil).ShouldBe((null, null, null));
        task.Result.ShouldBe(result);
        var agent = await GetAgent("solo");
        (agent.Load, agent.TotalCompleted, agent.TotalFailed, agent.LastSeen).ShouldBe((0, 1, 0, Clock.Now));
        (await Store.Queries.ListAssignmentsAsync(id, Ct)).ShouldHaveSingleItem().ShouldBe(new Assignment(
            id, 1, "solo", Clock.Now.AddSeconds(-5), Clock.Now, AssignmentStatus.Submitted, null));
    }

    [Fact]
    public async Task Complete_after_a_failure_leaves_no_error()
    {
        var id = await Add();
        await Register("solo");
        await Finish(await Take("solo"), FinishKind.Fail, "first try");
        await StageAll();
        await Finish(await Take("solo"), FinishKind.Complete);
        (await Get(id)).Error.ShouldBeNull();
        (await Get(id)).Failures.ShouldBe(1);
    }

    [Fact]
    public async Task Fail_defers_the_task_by_its_retry_policy()
    {
        var id = await Add();
        await Register("solo");
        var outcome = await Finish(await Take("solo"), FinishKind.Fail, "no disk");

        outcome.ShouldBe(new FinishOutcome(
            ClaimWriteStatus.Accepted, TaskState.Created, (Clock.Now + RetryWait).ToMicroseconds()));
        var task = await Get(id);
        (task.State, task.DeferredUntil, task.Error).ShouldBe((TaskState.Created, Clock.Now + RetryWait, "no disk"));
        (task.Attempts, task.Failures, task.Epoch, task.Suspect).ShouldBe((1, 1, 1, false));
        (task.Agent, task.LeaseUntil, task.AvailableAt).ShouldBe((null, null, Clock.Now));
        var agent = await GetAgent("solo");
        (agent.Load, agent.TotalCompleted, agent.TotalFailed).ShouldBe((0, 0, 1));
        (await Store.Queries.ListAssignmentsAsync(id, Ct))[0].ShouldBe(new Assignment(
            id, 1, "solo", Clock.Now, Clock.Now, AssignmentStatus.Failed, "no disk"));
    }

    [Fact]
    public async Task Fail_with_a_delay_waits_for_that_instead()
    {
        var id = await Add();
        await Register("solo");
        var finish = new Finish { TaskId = id, Epoch = 1, Kind = FinishKind.Fail, Delay = TimeSpan.FromHours(3) };
        await Take("solo");
        (await Finish(finish)).ReadyAtUs.ShouldBe(Clock.Now.AddHours(3).ToMicroseconds());
        (await Get(id)).DeferredUntil.ShouldBe(Clock.Now.AddHours(3));
    }

    [Fact]
    public async Task Fail_without_a_wait_is_ready_at_once()
    {
        var id = await Add();
        await Register("solo");
        await Take("solo");
        var finish = new Finish { TaskId = id, Epoch = 1, Kind = FinishKind.Fail, Delay = TimeSpan.Zero };
        (await Finish(finish)).ReadyAtUs.ShouldBe(NowUs);
        (await Take("solo")).Epoch.ShouldBe(2);
    }

    [Fact]
    public async Task Fail_by_an_exponential_policy_waits_at_most_its_grown_delay()
    {
        await Register("solo");
        var spec = Spec() with
        {
            MaxAttempts = 50,
            Retry = RetryPolicy.ExponentialDelay(TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(100)),
        };
        var id = await Add(spec);
        var waits = new List<double>();
        foreach (var most in new[] { 4.0, 8, 16, 32, 64, 100, 100, 100 })
        {
            var outcome = await Finish(await Take("solo"), FinishKind.Fail);
            var wait = TimeSpan.FromMicroseconds(outcome.ReadyAtUs - NowUs).TotalSeconds;
            wait.ShouldBeInRange(0, most);
            waits.Add(wait / most);
            Clock.Advance(TimeSpan.FromSeconds(100));
            await Store.Tasks.StageAsync(1, NowUs, Ct);
        }

        waits.Distinct().Count().ShouldBe(waits.Count, "waits are spread by chance");
        (await Get(id)).Failures.ShouldBe(8);
    }

    [Fact]
    public async Task Fail_for_good_ends_the_task_whatever_attempts_remain()
    {
        var id = await Add();
        await Register("solo");
        await Take("solo");
        var finish = new Finish { TaskId = id, Epoch = 1, Kind = FinishKind.Fail, Retry = false, Error = "never" };
        (await Finish(finish)).ShouldBe(new FinishOutcome(ClaimWriteStatus.Accepted, TaskState.Failed));
        var task = await Get(id);
        (task.Agent, task.EndedAt, task.Error).ShouldBe(("solo", Clock.Now, "never"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public async Task Fail_of_the_last_attempt_by_one_agent_ends_the_task(int maxAttempts)
    {
        var id = await Add(Spec() with { MaxAttempts = maxAttempts });
        await Register("solo");
        for (var attempt = 1; attempt < maxAttempts; attempt++)
        {
            (await Finish(await Take("solo"), FinishKind.Fail)).State.ShouldBe(TaskState.Created);
            await StageAll();
        }

        (await Finish(await Take("solo"), FinishKind.Fail, "last")).ShouldBe(
            new FinishOutcome(ClaimWriteStatus.Accepted, TaskState.Failed));
        (await Get(id)).Attempts.ShouldBe(maxAttempts);
        (await Claim("solo")).Status.ShouldBe(ClaimStatus.Empty);
    }

    [Fact]
    public async Task Fail_of_the_last_attempt_by_a_second_agent_puts_the_task_in_quarantine()
    {
        var id = await Add(Spec() with { MaxAttempts = 2 });
        await Register("first-agent");
        await Register("second-agent");
        await Finish(await Take("first-agent"), FinishKind.Fail);
        await StageAll();
        (await Finish(await Take("second-agent"), FinishKind.Fail, "me too")).ShouldBe(
            new FinishOutcome(ClaimWriteStatus.Accepted, TaskState.Quarantined));
        var task = await Get(id);
        (task.Agent, task.EndedAt, task.Error, task.Failures).ShouldBe((null, null, "me too", 2));
    }

    [Fact]
    public async Task Fail_for_good_by_a_second_agent_fails_the_task()
    {
        var id = await Add(Spec() with { MaxAttempts = 2 });
        await Register("first-agent");
        await Register("second-agent");
        await Finish(await Take("first-agent"), FinishKind.Fail);
        await StageAll();
        await Take("second-agent");
        await Finish(new Finish { TaskId = id, Epoch = 2, Kind = FinishKind.Fail, Retry = false });
        (await Get(id)).State.ShouldBe(TaskState.Failed);
    }

    [Fact]
    public async Task Snooze_defers_the_task_and_costs_no_attempt()
    {
        var id = await Add();
        await Register("solo");
        await Take("solo");
        var finish = new Finish
        {
            TaskId = id,
            Epoch = 1,
            Kind = FinishKind.Snooze,
            Delay = TimeSpan.FromMinutes(5),
            Error = "not yet",
        };
        (await Finish(finish)).ShouldBe(new FinishOutcome(
            ClaimWriteStatus.Accepted, TaskState.Created, Clock.Now.AddMinutes(5).ToMicroseconds()));
        var task = await Get(id);
        (task.DeferredUntil, task.Attempts, task.Failures, task.Epoch).ShouldBe((Clock.Now.AddMinutes(5), 0, 0, 1));
        (await Store.Queries.ListAssignmentsAsync(id, Ct))[0].Status.ShouldBe(AssignmentStatus.Snoozed);
        (await GetAgent("solo")).TotalFailed.ShouldBe(0);
    }

    [Fact]
    public async Task Snooze_without_a_delay_lasts_a_minute()
    {
        await Add();
        await Register("solo");
        (await Finish(await Take("solo"), FinishKind.Snooze)).ReadyAtUs.ShouldBe(
            Clock.Now.AddMinutes(1).ToMicroseconds());
    }

    [Fact]
    public async Task Release_gives_the_task_back_at_once_and_costs_no_attempt()
    {
        var id = await Add(Spec() with { MaxAttempts = 1 });
        await Register("solo");
        for (var epoch = 1; epoch <= 3; epoch++)
        {
            var grant = await Take("solo");
            grant.Epoch.ShouldBe(epoch);
            (await Finish(grant, FinishKind.Release)).ShouldBe(
                new FinishOutcome(ClaimWriteStatus.Accepted, TaskState.Created));
        }

        var task = await Get(id);
        (task.Attempts, task.Failures, task.Epoch, task.DeferredUntil).ShouldBe((0, 0, 3, null));
        (await Store.Queries.ListAssignmentsAsync(id, Ct)).ShouldAllBe(a => a.Status == AssignmentStatus.Released);
    }

    [Fact]
    public async Task Cancel_by_the_holder_ends_the_task()
    {
        var id = await Add();
        await Register("solo");
        (await Finish(await Take("solo"), FinishKind.Cancel, "pointless")).ShouldBe(
            new FinishOutcome(ClaimWriteStatus.Accepted, TaskState.Cancelled));
        var task = await Get(id);
        (task.Agent, task.EndedAt, task.Error).ShouldBe(("solo", Clock.Now, "pointless"));
        (await Store.Queries.ListAssignmentsAsync(id, Ct))[0].Status.ShouldBe(AssignmentStatus.Cancelled);
        (await GetAgent("solo")).Load.ShouldBe(0);
    }

    [Fact]
    public async Task Finish_after_the_lease_ran_out_counts_while_nobody_noticed()
    {
        await Add();
        await Register("solo");
        var grant = await Take("solo");
        Clock.Advance(Lease * 3);
        (await Finish(grant, FinishKind.Complete)).Status.ShouldBe(ClaimWriteStatus.Accepted);
    }

    [Fact]
    public async Task Finish_of_an_unknown_task_is_not_found() =>
        (await Finish(new Finish { TaskId = 404, Epoch = 1, Kind = FinishKind.Complete })).Status
            .ShouldBe(ClaimWriteStatus.NotFound);

    [Fact]
    public async Task Finishes_in_one_batch_count_in_their_order()
    {
        await Insert(Spec(), Spec());
        await Register("solo", max: 2);
        var grants = (await Claim("solo", 2)).Grants;
        var batch = new TaskBatch { NowUs = NowUs };
        batch.Finishes.Add(new Finish { TaskId = grants[1].TaskId, Epoch = 1, Kind = FinishKind.Complete });
        batch.Finishes.Add(new Finish { TaskId = grants[1].TaskId, Epoch = 1, Kind = FinishKind.Fail });
        batch.Finishes.Add(new Finish { TaskId = grants[0].TaskId, Epoch = 1, Kind = FinishKind.Release });
        (await Store.Tasks.CommitAsync(batch, Ct)).Finishes.Select(f => (f.Status, f.State)).ShouldBe(
        [
            (ClaimWriteStatus.Accepted, TaskState.Done),
            (ClaimWriteStatus.Stale, TaskState.Done),
            (ClaimWriteStatus.Accepted, TaskState.Created),
        ]);
    }
}
