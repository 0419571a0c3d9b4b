using Longshore.Assignments;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Stores.Tests.Conformance;

public abstract class CancelSuite<TSource> : StoreSuite<TSource>
    where TSource : StoreSource, new()
{
    [Fact]
    public async Task Cancel_of_a_ready_task_ends_it()
    {
        var id = await Add();
        await Register("solo");
        Clock.Advance(TimeSpan.FromSeconds(1));
        (await Cancel(id, "not needed")).ShouldBe(new ChangeOutcome(ChangeStatus.Changed, TaskState.Cancelled));
        var task = await Get(id);
        (task.State, task.EndedAt).ShouldBe((TaskState.Cancelled, Clock.Now));
        (task.Agent, task.Error).ShouldBe((null, "not needed"));
        (await Claim("solo")).Status.ShouldBe(ClaimStatus.Empty);
    }

    [Fact]
    public async Task Cancel_of_a_deferred_task_ends_it()
    {
        var id = await Add(Spec() with { ReadyAt = Clock.Now.AddHours(1) });
        (await Cancel(id)).Status.ShouldBe(ChangeStatus.Changed);
        (await Get(id)).DeferredUntil.ShouldBeNull();
        (await Store.Tasks.NextDueAsync(Ct)).ShouldBeNull();
    }

    [Fact]
    public async Task Cancel_of_a_running_task_ends_the_claim_and_says_whose()
    {
        var id = await Add();
        await Register("solo");
        await Take("solo");
        Clock.Advance(TimeSpan.FromSeconds(1));
        (await Cancel(id, "stop")).ShouldBe(new ChangeOutcome(
            ChangeStatus.Changed, TaskState.Cancelled, new LostClaim(id, 1, "solo", TaskState.Cancelled)));
        (await Get(id)).Agent.ShouldBe("solo");
        var agent = await GetAgent("solo");
        (agent.Load, agent.TotalFailed).ShouldBe((0, 0));
        (await Store.Queries.ListAssignmentsAsync(id, Ct)).ShouldHaveSingleItem().ShouldBe(new Assignment(
            id, 1, "solo", Clock.Now.AddSeconds(-1), Clock.Now, AssignmentStatus.Cancelled, "stop"));
    }

    [Fact]
    public async Task Cancel_without_a_reason_leaves_the_latest_error()
    {
        var id = await Add();
        await Register("solo");
        await Finish(await Take("solo"), FinishKind.Fail, "no disk");
        await Cancel(id);
        (await Get(id)).Error.ShouldBe("no disk");
    }

    [Fact]
    public async Task Cancel_of_a_suspect_task_ends_the_suspicion()
    {
        var id = await Add();
        await Register("solo");
        await Take("solo");
        await LoseAll();
        (await Get(id)).Suspect.ShouldBeTrue();
        await Cancel(id);
        (await Get(id)).Suspect.ShouldBeFalse();
    }

    [Fact]
    public async Task Cancel_answers_for_each_task_in_order()
    {
        var ids = (await Insert(Spec(), Spec())).Select(o => o.TaskId).ToArray();
        await Cancel(ids[1]);
        (await Store.Tasks.CancelAsync([ids[1], 404, ids[0], ids[0]], null, NowUs, Ct)).ShouldBe(
        [
            new ChangeOutcome(ChangeStatus.Refused, TaskState.Cancelled),
            new ChangeOutcome(ChangeStatus.NotFound, default),
            new ChangeOutcome(ChangeStatus.Changed, TaskState.Cancelled),
            new ChangeOutcome(ChangeStatus.Refused, TaskState.Cancelled),
        ]);
    }

    private async Task<ChangeOutcome> Cancel(long id, string? reason = null) =>
        (await Store.Tasks.CancelAsync([id], reason, NowUs, Ct))[0];
}
