using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Stores.Tests.Conformance;

public abstract class RetrySuite<TSource> : StoreSuite<TSource>
    where TSource : StoreSource, new()
{
    [Fact]
    public async Task Retry_of_a_failed_task_starts_its_attempts_anew_and_its_epoch_goes_on()
    {
        var id = await Add(Spec() with { MaxAttempts = 1 });
        await Register("solo");
        await Finish(await Take("solo"), FinishKind.Fail, "no disk");
        Clock.Advance(TimeSpan.FromHours(1));
        (await Retry(id)).ShouldBe(new ChangeOutcome(ChangeStatus.Changed, TaskState.Created));

        var task = await Get(id);
        (task.State, task.Attempts, task.Failures, task.Epoch).ShouldBe((TaskState.Created, 0, 0, 1));
        (task.AvailableAt, task.DeferredUntil, task.EndedAt, task.Agent).ShouldBe((Clock.Now, null, null, null));
        task.Error.ShouldBe("no disk");
        (await Take("solo")).Epoch.ShouldBe(2);
    }

    [Fact]
    public async Task Retry_of_a_deferred_task_brings_it_back_now()
    {
        var id = await Add();
        await Register("solo");
        await Finish(await Take("solo"), FinishKind.Fail);
        await Retry(id);
        (await Store.Tasks.NextDueAsync(Ct)).ShouldBeNull();
        (await Take("solo")).Task.Attempts.ShouldBe(1);
    }

    [Fact]
    public async Task Retry_of_a_ready_task_counts_its_age_from_now()
    {
        var ids = (await Insert(Spec(), Spec())).Select(o => o.TaskId).ToArray();
        Clock.Advance(TimeSpan.FromMinutes(1));
        (await Retry(ids[0])).Status.ShouldBe(ChangeStatus.Changed);
        await Register("solo", max: 2);
        (await Claim("solo", 2)).Grants.Select(g => g.TaskId).ShouldBe([ids[1], ids[0]]);
    }

    [Fact]
    public async Task Retry_of_a_cancelled_task_revives_it()
    {
        var id = await Add();
        await Store.Tasks.CancelAsync([id], "oops", NowUs, Ct);
        await Retry(id);
        var task = await Get(id);
        (task.State, task.EndedAt, task.Error).ShouldBe((TaskState.Created, null, null));
    }

    [Fact]
    public async Task Retry_of_a_suspect_task_ends_the_suspicion()
    {
        var id = await Add();
        await Register("solo");
        await Take("solo");
        await LoseAll();
        await Retry(id);
        (await Get(id)).Suspect.ShouldBeFalse();
    }

    [Fact]
    public async Task Retry_of_a_running_or_finished_task_is_refused()
    {
        var id = await Add();
        await Register("solo");
        var grant = await Take("solo");
        (await Retry(id)).ShouldBe(new ChangeOutcome(ChangeStatus.Refused, TaskState.InProgress));
        await Finish(grant, FinishKind.Complete);
        (await Retry(id)).ShouldBe(new ChangeOutcome(ChangeStatus.Refused, TaskState.Done));
        (await Retry(404)).Status.ShouldBe(ChangeStatus.NotFound);
    }

    [Fact]
    public async Task Retry_keeps_the_deadline_in_force()
    {
        var id = await Add(Spec() with { MaxAttempts = 1, Deadline = Clock.Now.AddHours(1) });
        await Register("solo");
        await Finish(await Take("solo"), FinishKind.Fail);
        Clock.Advance(TimeSpan.FromHours(2));
        (await Store.Tasks.ExpireAsync(10, NowUs, Ct)).ShouldBeEmpty();
        await Retry(id);
        (await Store.Tasks.ExpireAsync(10, NowUs, Ct)).ShouldHaveSingleItem().TaskId.ShouldBe(id);
    }

    [Fact]
    public async Task Retry_does_not_forget_who_failed_the_task()
    {
        var id = await Add(Spec() with { MaxAttempts = 1 });
        await Register("first-agent");
        await Register("second-agent");
        await Finish(await Take("first-agent"), FinishKind.Fail);
        await Retry(id);
        (await Finish(await Take("second-agent"), FinishKind.Fail)).State.ShouldBe(TaskState.Quarantined);
    }

    private async Task<ChangeOutcome> Retry(long id) => (await Store.Tasks.RetryAsync([id], NowUs, Ct))[0];
}
