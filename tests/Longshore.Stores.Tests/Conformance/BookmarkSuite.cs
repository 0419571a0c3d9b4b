using Longshore.Events;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Stores.Tests.Conformance;

/// <summary>Following the log by types, noting how far one has come, and how deep queues are.</summary>
public abstract class BookmarkSuite<TSource> : StoreSuite<TSource>
    where TSource : StoreSource, new()
{
    private static readonly string[] Types = [EventTypes.TaskFailed, EventTypes.TaskCancelled];

    [Fact]
    public async Task Bookmark_is_null_until_it_is_set_and_survives_the_store()
    {
        (await Store.Events.GetBookmarkAsync("mine", Ct)).ShouldBeNull();
        await Store.Events.SetBookmarkAsync("mine", 7, Ct);
        await Store.Events.SetBookmarkAsync("other", 1, Ct);
        await Store.Events.SetBookmarkAsync("mine", 9, Ct);
        (await Store.Events.GetBookmarkAsync("mine", Ct)).ShouldBe(9);
        if (Store.Info.Name != "memory")
        {
            await Reopen();
            (await Store.Events.GetBookmarkAsync("mine", Ct)).ShouldBe(9);
        }
    }

    [Fact]
    public async Task Read_by_types_goes_on_from_where_it_came_and_skips_the_rest()
    {
        await Register("ada", max: 10);
        var ids = (await Insert(Spec(), Spec(), Spec(), Spec())).Select(o => o.TaskId).ToArray();
        await Store.Tasks.CancelAsync([ids[0]], null, NowUs, Ct);
        await Finish(await Take("ada", ids[1]), FinishKind.Fail);
        await Finish(await Take("ada", ids[2]), FinishKind.Complete);
        var first = await Store.Events.ReadTypesAsync(0, Types, 1, Ct);
        first.Events.Select(e => e.TaskId).ShouldBe([ids[0]]);
        var second = await Store.Events.ReadTypesAsync(first.Position, Types, 10, Ct);
        second.Events.ShouldHaveSingleItem().TaskId.ShouldBe(ids[1]);
        EventPayloads.StateOf(second.Events[0].Payload).ShouldBe(TaskState.Created);
        second.Position.ShouldBeGreaterThanOrEqualTo(await Store.Events.EndAsync(Ct));
        (await Store.Events.ReadTypesAsync(second.Position, Types, 10, Ct)).Events.ShouldBeEmpty();
        await Store.Tasks.CancelAsync([ids[3]], null, NowUs, Ct);
        (await Store.Events.ReadTypesAsync(second.Position, Types, 10, Ct)).Events.ShouldHaveSingleItem()
            .TaskId.ShouldBe(ids[3]);
    }

    [Fact]
    public async Task Ready_tasks_are_counted_by_namespace_and_kind_with_the_oldest()
    {
        await Register("ada");
        var firstUs = NowUs;
        await Insert(Spec("scan"), Spec("sort"), Spec("scan") with { Namespace = "else" });
        Clock.Advance(TimeSpan.FromMinutes(1));
        await Insert(
            Spec("scan") with { Priority = 9 }, Spec("scan", "imaging"),
            Spec("scan") with { ReadyAt = Clock.Now + TimeSpan.FromHours(1) });
        (await Store.Queries.MeasureReadyAsync(["default"], Ct)).ShouldBe(
            [new ReadyLoad("default", "scan", 3, firstUs), new ReadyLoad("default", "sort", 1, firstUs)]);
        (await Store.Queries.MeasureReadyAsync(["else", "default", "nowhere"], Ct)).Select(load => load.Namespace)
            .ShouldBe(["default", "default", "else"]);
        (await Store.Queries.MeasureReadyAsync(["nowhere"], Ct)).ShouldBeEmpty();
    }
}
