using Longshore.Assignments;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Stores.Tests.Conformance;

public abstract class ExpireSuite<TSource> : StoreSuite<TSource>
    where TSource : StoreSource, new()
{
    private DateTimeOffset Deadline { get; set; }

    [Fact]
    public async Task Task_past_its_deadline_is_not_given_out_even_before_anybody_noticed()
    {
        Deadline = Clock.Now.AddHours(1);
        await Register("solo", max: 5);
        var late = await Add(Spec() with { Deadline = Deadline, Priority = 9 });
        var other = await Add();
        Clock.Advance(Deadline - Clock.Now - TimeSpan.FromMicroseconds(1));
        (await Store.Queries.DiscoverAsync(new DiscoverQuery { Agent = "solo" }, NowUs, Ct))!.Count.ShouldBe(2);
        Clock.Advance(TimeSpan.FromMicroseconds(1));

        (await Store.Queries.DiscoverAsync(new DiscoverQuery { Agent = "solo" }, NowUs, Ct))!
            .Select(d => d.Task.Id).ShouldBe([other]);
        (await Claim("solo", 1, late)).Status.ShouldBe(ClaimStatus.Empty);
        (await Claim("solo", 5)).Grants.Select(g => g.TaskId).ShouldBe([other]);
        (await Store.Tasks.ExpireAsync(10, NowUs, Ct)).ShouldHaveSingleItem().TaskId.ShouldBe(late);
    }

    [Fact]
    public async Task Expire_ends_a_task_at_exactly_its_deadline()
    {
        var id = await AddDue();
        Clock.Advance(TimeSpan.FromHours(1) - TimeSpan.FromMicroseconds(1));
        (await Store.Tasks.ExpireAsync(10, NowUs, Ct)).ShouldBeEmpty();
        Clock.Advance(TimeSpan.FromMicroseconds(1));
        (await Store.Tasks.ExpireAsync(10, NowUs, Ct)).ShouldHaveSingleItem().ShouldBe(
            new LostClaim(id, 0, null, TaskState.Expired));
        var task = await Get(id);
        (task.State, task.EndedAt, task.Agent).ShouldBe((TaskState.Expired, Deadline, null));
        task.Error.ShouldBe("the deadline passed");
        await Register("solo");
        (await Claim("solo")).Status.ShouldBe(ClaimStatus.Empty);
    }

    [Fact]
    public async Task Expire_of_a_running_task_ends_the_claim_and_says_whose()
    {
        var id = await AddDue();
        await Register("solo");
        await Take("solo");
        Clock.Advance(TimeSpan.FromHours(1));
        (await Store.Tasks.ExpireAsync(10, NowUs, Ct)).ShouldHaveSingleItem().ShouldBe(
            new LostClaim(id, 1, "solo", TaskState.Expired));
        (await Get(id)).Agent.ShouldBe("solo");
        (await GetAgent("solo")).Load.ShouldBe(0);
        (await Store.Queries.ListAssignmentsAsync(id, Ct)).ShouldHaveSingleItem().ShouldBe(new Assignment(
            id, 1, "solo", Deadline.AddHours(-1), Deadline, AssignmentStatus.Expired, "the deadline passed"));
    }

    [Fact]
    public async Task Expire_of_a_deferred_task_ends_it()
    {
        var id = await AddDue();
        await Register("solo");
        await Take("solo");
        await Finish(new Finish { TaskId = id, Epoch = 1, Kind = FinishKind.Snooze, Delay = TimeSpan.FromDays(1) });
        Clock.Advance(TimeSpan.FromHours(1));
        (await Store.Tasks.ExpireAsync(10, NowUs, Ct)).Count.ShouldBe(1);
        (await Store.Tasks.NextDueAsync(Ct)).ShouldBeNull();
    }

    [Fact]
    public async Task Expire_of_a_quarantined_task_ends_it()
    {
        var id = await AddDue(maxAttempts: 2);
        await Register("first-agent");
        await Register("second-agent");
        await Finish(await Take("first-agent"), FinishKind.Fail);
        await StageAll();
        await Finish(await Take("second-agent"), FinishKind.Fail);
        (await Get(id)).State.ShouldBe(TaskState.Quarantined);
        Clock.Advance(TimeSpan.FromHours(1));
        (await Store.Tasks.ExpireAsync(10, NowUs, Ct)).ShouldHaveSingleItem().ShouldBe(
            new LostClaim(id, 0, null, TaskState.Expired));
    }

    [Fact]
    public async Task Expire_leaves_ended_tasks_as_they_are()
    {
        var id = await AddDue();
        await Store.Tasks.CancelAsync([id], null, NowUs, Ct);
        Clock.Advance(TimeSpan.FromHours(1));
        (await Store.Tasks.ExpireAsync(10, NowUs, Ct)).ShouldBeEmpty();
        (await Get(id)).State.ShouldBe(TaskState.Cancelled);
    }

    [Fact]
    public async Task Expire_takes_the_earliest_first_and_no_more_than_its_limit()
    {
        var ids = (await Insert([.. new[] { 3, 1, 2 }.Select(h => Spec() with { Deadline = Clock.Now.AddHours(h) })]))
            .Select(o => o.TaskId).ToArray();
        await Store.Tasks.CancelAsync([ids[1]], null, NowUs, Ct);
        Clock.Advance(TimeSpan.FromHours(9));
        (await Store.Tasks.ExpireAsync(1, NowUs, Ct)).ShouldHaveSingleItem().TaskId.ShouldBe(ids[2]);
        (await Store.Tasks.ExpireAsync(9, NowUs, Ct)).ShouldHaveSingleItem().TaskId.ShouldBe(ids[0]);
    }

    [Fact]
    public async Task Finish_before_the_expiry_is_noticed_counts()
    {
        var id = await AddDue();
        await Register("solo");
        await Take("solo");
        Clock.Advance(TimeSpan.FromHours(2));
        var finish = new Finish { TaskId = id, Epoch = 1, Kind = FinishKind.Complete };
        (await Finish(finish)).Status.ShouldBe(ClaimWriteStatus.Accepted);
        (await Store.Tasks.ExpireAsync(10, NowUs, Ct)).ShouldBeEmpty();
    }

    private Task<long> AddDue(int maxAttempts = 5)
    {
        Deadline = Clock.Now.AddHours(1);
        return Add(Spec() with { Deadline = Deadline, MaxAttempts = maxAttempts });
    }
}
