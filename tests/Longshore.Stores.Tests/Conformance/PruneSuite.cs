using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Stores.Tests.Conformance;

public abstract class PruneSuite<TSource> : StoreSuite<TSource>
    where TSource : StoreSource, new()
{
    [Fact]
    public async Task Prune_deletes_what_ended_before_the_instant_and_nothing_else()
    {
        var ids = (await Insert(Spec(), Spec(), Spec(), Spec())).Select(o => o.TaskId).ToArray();
        await Store.Tasks.CancelAsync([ids[0]], null, NowUs, Ct);
        Clock.Advance(TimeSpan.FromHours(1));
        var instant = NowUs;
        await Store.Tasks.CancelAsync([ids[1]], null, NowUs, Ct);
        await Register("solo");
        await Take("solo", ids[2]);
        Clock.Advance(TimeSpan.FromHours(1));

        (await Store.Tasks.PruneAsync(instant, 100, Ct)).ShouldBe(1, "the one that ended at the instant stays");
        (await Store.Queries.GetTaskAsync(ids[0], Ct)).ShouldBeNull();
        (await Store.Queries.ListTasksAsync(new TaskQuery(), Ct)).Items.Select(t => t.Id).ShouldBe(ids[1..]);
        (await Store.Tasks.PruneAsync(NowUs, 100, Ct)).ShouldBe(1);
        (await Store.Queries.CountByStateAsync(ct: Ct)).Where(c => c.Value > 0).Select(c => c.Key)
            .ShouldBe([TaskState.Created, TaskState.InProgress]);
    }

    [Fact]
    public async Task Prune_forgets_codes_keys_claims_and_history()
    {
        var spec = Spec() with { Code = "again", IdempotencyKey = "key" };
        var id = await Add(spec);
        await Register("solo");
        await Finish(await Take("solo"), FinishKind.Complete);
        Clock.Advance(TimeSpan.FromHours(1));
        (await Store.Tasks.PruneAsync(NowUs, 100, Ct)).ShouldBe(1);

        (await Store.Queries.FindTaskAsync("default", "again", Ct)).ShouldBeNull();
        (await Store.Queries.ListAssignmentsAsync(id, Ct)).ShouldBeEmpty();
        (await Store.Events.HistoryAsync(id, Ct)).ShouldBeEmpty();
        (await Finish(new Finish { TaskId = id, Epoch = 1, Kind = FinishKind.Complete })).Status
            .ShouldBe(ClaimWriteStatus.NotFound);
        (await Add(spec)).ShouldBeGreaterThan(id, "an id is never given twice");
    }

    [Fact]
    public async Task Prune_takes_no_more_than_its_limit_and_says_when_nothing_is_left()
    {
        var ids = (await Insert([.. Enumerable.Range(0, 25).Select(_ => Spec())])).Select(o => o.TaskId).ToArray();
        await Store.Tasks.CancelAsync(ids, null, NowUs, Ct);
        Clock.Advance(TimeSpan.FromHours(1));
        (await Store.Tasks.PruneAsync(NowUs, 10, Ct)).ShouldBe(10);
        (await Store.Tasks.PruneAsync(NowUs, 10, Ct)).ShouldBe(10);
        (await Store.Tasks.PruneAsync(NowUs, 10, Ct)).ShouldBe(5);
        (await Store.Tasks.PruneAsync(NowUs, 10, Ct)).ShouldBe(0);
        (await Store.Queries.ListTasksAsync(new TaskQuery(), Ct)).Items.ShouldBeEmpty();
    }

    [Fact]
    public async Task Prune_deletes_older_events()
    {
        await Register("solo");
        await Add();
        Clock.Advance(TimeSpan.FromHours(1));
        var instant = NowUs;
        var id = await Add();
        (await Store.Tasks.PruneAsync(instant, 100, Ct)).ShouldBe(0);
        (await Store.Events.ReadAsync(0, 100, Ct)).ShouldHaveSingleItem().TaskId.ShouldBe(id);
    }

    [Fact]
    public async Task Prune_of_a_task_that_lived_long_finds_it()
    {
        var id = await Add();
        await Register("solo");
        Clock.Advance(TimeSpan.FromDays(1));
        (await Store.Tasks.PruneAsync(NowUs, 100, Ct)).ShouldBe(0);
        await Finish(await Take("solo"), FinishKind.Complete);
        Clock.Advance(TimeSpan.FromDays(1));
        (await Store.Tasks.PruneAsync(NowUs, 100, Ct)).ShouldBe(1);
        (await Store.Queries.GetTaskAsync(id, Ct)).ShouldBeNull();
    }

    [Fact]
    public async Task Prune_finds_tasks_however_they_ended()
    {
        await Register("solo", max: 10);
        var ids = (await Insert([.. Enumerable.Range(0, 5).Select(_ => Spec() with
        {
            MaxAttempts = 1,
            Deadline = Clock.Now.AddMinutes(30),
        })])).Select(o => o.TaskId).ToArray();
        await Finish(await Take("solo", ids[0]), FinishKind.Complete);
        await Finish(await Take("solo", ids[1]), FinishKind.Fail);
        await Finish(await Take("solo", ids[2]), FinishKind.Cancel);
        await Take("solo", ids[3]);
        (await LoseAll()).ShouldHaveSingleItem().State.ShouldBe(TaskState.Failed);
        Clock.Advance(TimeSpan.FromHours(1));
        (await Store.Tasks.ExpireAsync(10, NowUs, Ct)).ShouldHaveSingleItem().TaskId.ShouldBe(ids[4]);
        Clock.Advance(TimeSpan.FromHours(1));
        (await Store.Tasks.PruneAsync(NowUs, 100, Ct)).ShouldBe(5);
    }
}
