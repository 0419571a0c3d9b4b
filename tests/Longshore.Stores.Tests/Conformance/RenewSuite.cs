using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Stores.Tests.Conformance;

public abstract class RenewSuite<TSource> : StoreSuite<TSource>
    where TSource : StoreSource, new()
{
    [Fact]
    public async Task Renew_extends_the_lease_from_now_and_keeps_the_progress()
    {
        var id = await Add();
        await Register("solo");
        var grant = await Take("solo");
        Clock.Advance(TimeSpan.FromSeconds(20));
        var outcome = await Renew(grant, TimeSpan.FromMinutes(2), progress: 0.25);

        outcome.ShouldBe(new RenewOutcome(
            ClaimWriteStatus.Accepted, TaskState.InProgress, Clock.Now.AddMinutes(2).ToMicroseconds()));
        (await Get(id)).LeaseUntil.ShouldBe(Clock.Now.AddMinutes(2));
        (await Get(id)).Progress.ShouldBe(0.25);
        await Renew(grant, Lease);
        (await Get(id)).Progress.ShouldBe(0.25);
        (await GetAgent("solo")).LastSeen.ShouldBe(Clock.Now);
    }

    [Fact]
    public async Task Renew_keeps_the_claim_from_being_rescued()
    {
        await Add();
        await Register("solo");
        var grant = await Take("solo");
        Clock.Advance(Lease - TimeSpan.FromSeconds(1));
        await Renew(grant, Lease);
        Clock.Advance(Lease - TimeSpan.FromMicroseconds(1));
        (await Store.Tasks.RescueAsync(10, NowUs, Ct)).ShouldBeEmpty();
        Clock.Advance(TimeSpan.FromMicroseconds(1));
        (await Store.Tasks.RescueAsync(10, NowUs, Ct)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task Renew_after_the_lease_ran_out_is_accepted_while_nobody_noticed()
    {
        await Add();
        await Register("solo");
        var grant = await Take("solo");
        Clock.Advance(Lease * 2);
        (await Renew(grant, Lease)).Status.ShouldBe(ClaimWriteStatus.Accepted);
        (await Store.Tasks.RescueAsync(10, NowUs, Ct)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Renew_at_the_end_of_the_lease_is_stale_for_a_task_that_refuses_late_writes()
    {
        await Add(Spec() with { Late = LatePolicy.Reject });
        await Register("solo");
        var grant = await Take("solo");
        Clock.Advance(Lease - TimeSpan.FromMicroseconds(1));
        (await Renew(grant, TimeSpan.FromMicroseconds(1))).Status.ShouldBe(ClaimWriteStatus.Accepted);
        Clock.Advance(TimeSpan.FromMicroseconds(1));
        (await Renew(grant, Lease)).ShouldBe(new RenewOutcome(ClaimWriteStatus.Stale, TaskState.InProgress, 0));
    }

    [Fact]
    public async Task Renew_under_another_epoch_is_stale()
    {
        await Add();
        await Register("solo");
        var grant = await Take("solo");
        await Finish(grant, FinishKind.Release);
        (await Renew(grant, Lease)).ShouldBe(new RenewOutcome(ClaimWriteStatus.Stale, TaskState.Created, 0));
        var next = await Take("solo");
        (await Renew(grant, Lease)).ShouldBe(new RenewOutcome(ClaimWriteStatus.Stale, TaskState.InProgress, 0));
        (await Get(next.TaskId)).LeaseUntil.ShouldBe(next.LeaseUntil);
    }

    [Fact]
    public async Task Renew_of_an_unknown_task_is_not_found()
    {
        var batch = new TaskBatch { NowUs = NowUs };
        batch.Renewals.Add(new Renewal(404, 1, Lease));
        (await Store.Tasks.CommitAsync(batch, Ct)).Renewals[0].Status.ShouldBe(ClaimWriteStatus.NotFound);
    }

    [Fact]
    public async Task Progress_goes_with_the_claim()
    {
        var id = await Add();
        await Register("solo");
        var grant = await Take("solo");
        await Renew(grant, Lease, progress: 0.9);
        await Finish(grant, FinishKind.Release);
        (await Get(id)).Progress.ShouldBeNull();
        (await Take("solo")).Task.Progress.ShouldBeNull();
        (await Get(id)).Progress.ShouldBeNull();
    }
}
