using Longshore.Assignments;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Stores.Tests.Conformance;

/// <summary>A write under an epoch that no longer holds changes nothing; a late one counts once at most.</summary>
public abstract class FencingSuite<TSource> : StoreSuite<TSource>
    where TSource : StoreSource, new()
{
    public static readonly TheoryData<FinishKind> Kinds = [.. Enum.GetValues<FinishKind>()];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Finish_is_stale_once_a_later_grant_exists(FinishKind kind)
    {
        var id = await Add();
        await Register("first-agent");
        await Register("second-agent");
        var old = await Take("first-agent");
        await LoseAll();
        await StageAll();
        await Take("second-agent");
        var before = Same.Json(await Get(id));

        (await Finish(old, kind)).ShouldBe(new FinishOutcome(ClaimWriteStatus.Stale, TaskState.InProgress));
        Same.Json(await Get(id)).ShouldBe(before);
        (await GetAgent("second-agent")).Load.ShouldBe(1);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Finish_is_stale_once_somebody_cancelled_the_task_for_another_reason(FinishKind kind)
    {
        var id = await Add();
        await Register("solo");
        var grant = await Take("solo");
        await Store.Tasks.CancelAsync([id], "changed my mind", NowUs, Ct);
        (await Finish(grant, kind)).ShouldBe(new FinishOutcome(ClaimWriteStatus.Stale, TaskState.Cancelled));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Finish_is_stale_under_an_epoch_that_never_was(FinishKind kind)
    {
        var id = await Add();
        await Register("solo");
        await Take("solo");
        foreach (var epoch in new[] { 0, 2, 1000 })
        {
            (await Finish(new Finish { TaskId = id, Epoch = epoch, Kind = kind })).ShouldBe(
                new FinishOutcome(ClaimWriteStatus.Stale, TaskState.InProgress));
        }
    }

    [Theory]
    [InlineData(FinishKind.Fail)]
    [InlineData(FinishKind.Snooze)]
    [InlineData(FinishKind.Release)]
    [InlineData(FinishKind.Cancel)]
    public async Task Finish_other_than_complete_is_stale_after_the_claim_was_lost(FinishKind kind)
    {
        await Add();
        await Register("solo");
        var grant = await Take("solo");
        await LoseAll();
        (await Finish(grant, kind)).ShouldBe(new FinishOutcome(ClaimWriteStatus.Stale, TaskState.Created));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Complete_after_the_claim_was_lost_counts_while_nobody_has_the_task(bool isStaged)
    {
        var id = await Add();
        await Register("solo");
        var grant = await Take("solo");
        await LoseAll();
        if (isStaged)
        {
            await StageAll();
        }

        var result = JsonText.Parse("7");
        var finish = new Finish { TaskId = id, Epoch = grant.Epoch, Kind = FinishKind.Complete, Result = result };
        (await Finish(finish)).ShouldBe(new FinishOutcome(ClaimWriteStatus.Accepted, TaskState.Done));

        var task = await Get(id);
        (task.State, task.Agent, task.EndedAt, task.Error).ShouldBe((TaskState.Done, "solo", Clock.Now, null));
        (task.Suspect, task.DeferredUntil, task.Result).ShouldBe((false, null, result));
        var record = (await Store.Queries.ListAssignmentsAsync(id, Ct)).ShouldHaveSingleItem();
        (record.Status, record.EndedAt, record.Error).ShouldBe((AssignmentStatus.Submitted, Clock.Now, null));
        var agent = await GetAgent("solo");
        (agent.Load, agent.TotalCompleted, agent.LastSeen).ShouldBe((0, 1, Clock.Now));
        (await Claim("solo")).Status.ShouldBe(ClaimStatus.Empty);
        (await Store.Tasks.NextDueAsync(Ct)).ShouldBeNull();
    }

    [Fact]
    public async Task Complete_after_the_claim_was_lost_is_stale_when_the_task_rejects_late_results()
    {
        await Add(Spec() with { Late = LatePolicy.Reject });
        await Register("solo");
        var grant = await Take("solo");
        await LoseAll();
        (await Finish(grant, FinishKind.Complete)).ShouldBe(
            new FinishOutcome(ClaimWriteStatus.Stale, TaskState.Created));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Finish_at_the_end_of_the_lease_is_stale_when_the_task_rejects_late_results(FinishKind kind)
    {
        await Insert(Spec() with { Late = LatePolicy.Reject }, Spec() with { Late = LatePolicy.Reject });
        await Register("solo", max: 2);
        var grants = (await Claim("solo", 2)).Grants;
        Clock.Advance(Lease - TimeSpan.FromMicroseconds(1));
        (await Finish(grants[0], kind)).Status.ShouldBe(ClaimWriteStatus.Accepted);
        Clock.Advance(TimeSpan.FromMicroseconds(1));
        (await Finish(grants[1], kind)).ShouldBe(new FinishOutcome(ClaimWriteStatus.Stale, TaskState.InProgress));
        (await GetAgent("solo")).Load.ShouldBe(1);
    }

    [Fact]
    public async Task Complete_late_is_stale_after_a_later_grant_was_given_back()
    {
        await Add();
        await Register("first-agent");
        await Register("second-agent");
        var old = await Take("first-agent");
        await LoseAll();
        await StageAll();
        await Finish(await Take("second-agent"), FinishKind.Release);
        (await Finish(old, FinishKind.Complete)).ShouldBe(new FinishOutcome(ClaimWriteStatus.Stale, TaskState.Created));
    }

    [Fact]
    public async Task Complete_late_is_stale_once_the_task_failed_for_good()
    {
        await Add(Spec() with { MaxAttempts = 1 });
        await Register("solo");
        var grant = await Take("solo");
        (await LoseAll()).ShouldHaveSingleItem().State.ShouldBe(TaskState.Failed);
        (await Finish(grant, FinishKind.Complete)).ShouldBe(
            new FinishOutcome(ClaimWriteStatus.Stale, TaskState.Failed));
    }

    [Fact]
    public async Task Complete_after_the_holder_gave_the_task_back_is_stale()
    {
        await Add();
        await Register("solo");
        var grant = await Take("solo");
        await Finish(grant, FinishKind.Release);
        (await Finish(grant, FinishKind.Complete)).ShouldBe(
            new FinishOutcome(ClaimWriteStatus.Stale, TaskState.Created));
    }

    [Fact]
    public async Task Complete_after_the_agent_signed_off_is_stale()
    {
        await Add();
        await Register("solo");
        var grant = await Take("solo");
        await Store.Agents.DeregisterAsync("solo", NowUs, Ct);
        (await Finish(grant, FinishKind.Complete)).Status.ShouldBe(ClaimWriteStatus.Stale);
    }
}
