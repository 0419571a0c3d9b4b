using Longshore.Storage;

namespace Longshore.Stores.Tests.Conformance;

/// <summary>What the fallback poller finds: work that has been ready for some time, wherever it came from.</summary>
public abstract class ReadySinceSuite<TSource> : StoreSuite<TSource>
    where TSource : StoreSource, new()
{
    private static readonly TimeSpan Age = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task A_task_is_found_exactly_from_the_age_on_whatever_its_urgency()
    {
        var parent = await Add(Spec() with { Priority = 10, Namespace = "apart" });
        var child = await Add(Spec() with { Priority = 0, ParentId = parent });
        var since = NowUs;
        Clock.Advance(Age - TimeSpan.FromMicroseconds(1));
        (await Find()).Items.ShouldBeEmpty();
        Clock.Advance(TimeSpan.FromMicroseconds(1));
        (await Find()).Items.ShouldBe(
            [new ReadyTask(parent, "apart", 10, since), new ReadyTask(child, "default", 0, since)]);
    }

    [Fact]
    public async Task What_counts_is_since_when_it_is_ready_not_when_it_was_made()
    {
        var id = await Add(Spec() with { ReadyAt = Clock.Now + TimeSpan.FromHours(1) });
        Clock.Advance(TimeSpan.FromHours(1));
        (await Find()).Items.ShouldBeEmpty();
        await Store.Tasks.StageAsync(10, NowUs, Ct);
        (await Find()).Items.ShouldBeEmpty();
        Clock.Advance(Age);
        (await Find()).Items.ShouldHaveSingleItem().Id.ShouldBe(id);
    }

    [Fact]
    public async Task A_task_that_came_back_long_after_it_was_made_is_found()
    {
        await Register("agent-a");
        var id = await Add();
        Clock.Advance(TimeSpan.FromDays(30));
        await Finish(await Take("agent-a"), FinishKind.Fail, "no");
        (await Find()).Items.ShouldBeEmpty();
        await StageAll();
        Clock.Advance(Age);
        (await Find()).Items.ShouldHaveSingleItem().Id.ShouldBe(id);
    }

    [Fact]
    public async Task Held_and_ended_tasks_are_not_found()
    {
        await Register("agent-a", 1);
        var ended = await Add();
        await Store.Tasks.CancelAsync([ended], null, NowUs, Ct);
        await Add();
        await Take("agent-a");
        Clock.Advance(Age);
        (await Find()).Items.ShouldBeEmpty();
    }

    [Fact]
    public async Task Pages_go_on_after_each_other_to_the_end()
    {
        await Insert([.. Enumerable.Range(0, 7).Select(_ => Spec())]);
        Clock.Advance(Age);
        var found = new List<long>();
        string? after = null;
        do
        {
            var page = await Find(after, 3);
            page.Items.Count.ShouldBeInRange(1, 3);
            found.AddRange(page.Items.Select(t => t.Id));
            after = page.Next;
        }
        while (after is not null);
        found.Count.ShouldBe(7);
        found.ShouldBe(found.Distinct().Order());
    }

    private async Task<Page<ReadyTask>> Find(string? after = null, int limit = 50) =>
        await Store.Queries.ListReadyAsync(Age, after, limit, NowUs, Ct);
}
