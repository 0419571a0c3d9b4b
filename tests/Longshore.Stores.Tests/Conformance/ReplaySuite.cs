using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Stores.Tests.Conformance;

/// <summary>A finish whose answer was lost is sent again: the same word is answered, another word is stale.</summary>
public abstract class ReplaySuite<TSource> : StoreSuite<TSource>
    where TSource : StoreSource, new()
{
    public static readonly TheoryData<FinishKind> Kinds = [.. Enum.GetValues<FinishKind>()];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Finish_repeated_without_a_key_is_replayed_when_it_says_the_same(FinishKind kind)
    {
        var id = await Add();
        await Register("solo");
        await Take("solo");
        var finish = new Finish
        {
            TaskId = id,
            Epoch = 1,
            Kind = kind,
            Result = JsonText.Parse("[1]"),
            Error = "because",
        };
        var first = await Finish(finish);
        var before = Same.Json(await Get(id));
        var again = await Finish(finish);
        (again.Status, again.State).ShouldBe((ClaimWriteStatus.Replayed, first.State));
        Same.Json(await Get(id)).ShouldBe(before);
        (await Store.Queries.ListAssignmentsAsync(id, Ct)).Count.ShouldBe(1);
    }

    [Theory]
    [InlineData(FinishKind.Complete)]
    [InlineData(FinishKind.Fail)]
    public async Task Finish_repeated_without_a_key_is_stale_when_it_says_something_else(FinishKind kind)
    {
        var id = await Add();
        await Register("solo");
        await Take("solo");
        var one = JsonText.Parse("[1]");
        var finish = new Finish { TaskId = id, Epoch = 1, Kind = kind, Result = one, Error = "because" };
        await Finish(finish);
        var other = finish with { Result = JsonText.Parse("[2]"), Error = "for another reason" };
        (await Finish(other)).Status.ShouldBe(ClaimWriteStatus.Stale);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Finish_repeated_under_its_key_is_replayed_whatever_it_carries(FinishKind kind)
    {
        var id = await Add();
        await Register("solo");
        await Take("solo");
        var finish = new Finish { TaskId = id, Epoch = 1, Kind = kind, Key = "k", Error = "one" };
        await Finish(finish);
        var again = finish with { Error = "two", Result = JsonText.Parse("2") };
        (await Finish(again)).Status.ShouldBe(ClaimWriteStatus.Replayed);
    }

    [Fact]
    public async Task Finish_under_another_key_or_none_or_of_another_kind_is_stale()
    {
        var id = await Add();
        await Register("solo");
        await Take("solo");
        var finish = new Finish { TaskId = id, Epoch = 1, Kind = FinishKind.Complete, Key = "k" };
        await Finish(finish);
        (await Finish(finish with { Key = "other" })).Status.ShouldBe(ClaimWriteStatus.Stale);
        (await Finish(finish with { Key = null })).Status.ShouldBe(ClaimWriteStatus.Stale);
        (await Finish(finish with { Kind = FinishKind.Fail })).Status.ShouldBe(ClaimWriteStatus.Stale);
        (await Finish(finish)).Status.ShouldBe(ClaimWriteStatus.Replayed);
    }

    [Fact]
    public async Task Finish_repeated_after_the_task_went_on_answers_where_it_is_now()
    {
        var id = await Add();
        await Register("solo");
        var first = await Take("solo");
        await Finish(first, FinishKind.Release);
        await Take("solo");
        (await Finish(first, FinishKind.Release)).ShouldBe(
            new FinishOutcome(ClaimWriteStatus.Replayed, TaskState.InProgress));
        (await Get(id)).Epoch.ShouldBe(2);
    }

    [Fact]
    public async Task Finish_repeated_counts_once_in_the_totals()
    {
        await Add();
        await Register("solo");
        var grant = await Take("solo");
        await Finish(grant, FinishKind.Complete);
        await Finish(grant, FinishKind.Complete);
        var agent = await GetAgent("solo");
        (agent.TotalCompleted, agent.Load).ShouldBe((1, 0));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("late-key")]
    public async Task Complete_late_repeated_is_replayed(string? key)
    {
        var id = await Add();
        await Register("solo");
        await Take("solo");
        await LoseAll();
        var finish = new Finish { TaskId = id, Epoch = 1, Kind = FinishKind.Complete, Key = key };
        (await Finish(finish)).Status.ShouldBe(ClaimWriteStatus.Accepted);
        (await Finish(finish)).ShouldBe(new FinishOutcome(ClaimWriteStatus.Replayed, TaskState.Done));
        (await GetAgent("solo")).TotalCompleted.ShouldBe(1);
    }
}
