using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Stores.Tests.Conformance;

public abstract class StageSuite<TSource> : StoreSuite<TSource>
    where TSource : StoreSource, new()
{
    [Fact]
    public async Task Stage_moves_a_deferred_task_to_the_queue_at_exactly_its_instant()
    {
        var id = await Add(Spec() with { ReadyAt = Clock.Now.AddMinutes(1) });
        await Register("solo");
        Clock.Advance(TimeSpan.FromMinutes(1) - TimeSpan.FromMicroseconds(1));
        (await Store.Tasks.StageAsync(10, NowUs, Ct)).ShouldBe(0);
        (await Claim("solo")).Status.ShouldBe(ClaimStatus.Empty);
        Clock.Advance(TimeSpan.FromMicroseconds(1));
        (await Store.Tasks.StageAsync(10, NowUs, Ct)).ShouldBe(1);
        (await Get(id)).DeferredUntil.ShouldBeNull();
        (await Take("solo")).TaskId.ShouldBe(id);
    }

    [Fact]
    public async Task Stage_takes_the_earliest_first_and_no_more_than_its_limit()
    {
        int[] minutes = [3, 1, 2, 1];
        var ids = (await Insert([.. minutes.Select(m => Spec() with { ReadyAt = Clock.Now.AddMinutes(m) })]))
            .Select(o => o.TaskId).ToArray();
        Clock.Advance(TimeSpan.FromMinutes(5));
        (await Store.Tasks.StageAsync(3, NowUs, Ct)).ShouldBe(3);
        (await Get(ids[0])).DeferredUntil.ShouldNotBeNull();
        (await Store.Tasks.StageAsync(3, NowUs, Ct)).ShouldBe(1);
        (await Store.Tasks.StageAsync(3, NowUs, Ct)).ShouldBe(0);
    }

    [Fact]
    public async Task Stage_changes_neither_the_place_nor_the_failures_of_a_task()
    {
        var id = await Add();
        await Register("solo");
        await Finish(await Take("solo"), FinishKind.Fail);
        var before = await Get(id);
        await StageAll();
        Same.Json(await Get(id)).ShouldBe(Same.Json(before with { DeferredUntil = null }));
    }

    [Fact]
    public async Task Next_due_is_the_earliest_deferred_instant()
    {
        (await Store.Tasks.NextDueAsync(Ct)).ShouldBeNull();
        var (soon, later) = (Clock.Now.AddHours(1), Clock.Now.AddHours(2));
        await Insert(Spec(), Spec() with { ReadyAt = later }, Spec() with { ReadyAt = soon });
        (await Store.Tasks.NextDueAsync(Ct)).ShouldBe(Clock.Now.AddHours(1).ToMicroseconds());
        Clock.Advance(TimeSpan.FromHours(1));
        await Store.Tasks.StageAsync(10, NowUs, Ct);
        (await Store.Tasks.NextDueAsync(Ct)).ShouldBe(Clock.Now.AddHours(1).ToMicroseconds());
    }
}
