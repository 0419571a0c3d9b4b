using Longshore.Storage;

namespace Longshore.Stores.Tests.Conformance;

/// <summary>A verb that throws changed nothing; a store that is closed says so.</summary>
public abstract class AtomicitySuite<TSource> : StoreSuite<TSource>
    where TSource : StoreSource, new()
{
    [Fact]
    public async Task Commit_that_throws_changes_nothing()
    {
        await Register("solo", max: 5);
        await Insert(Spec(), Spec());
        var held = await Take("solo");
        var before = await Picture();

        var batch = new TaskBatch { NowUs = NowUs };
        batch.Finishes.Add(new Finish { TaskId = held.TaskId, Epoch = 1, Kind = FinishKind.Complete });
        batch.Inserts.Add(Spec("never-seen"));
        batch.Claims.Add(new ClaimRequest { Agent = "solo", Max = 5 });
        batch.Claims.Add(null!);
        await Should.ThrowAsync<NullReferenceException>(async () => await Store.Tasks.CommitAsync(batch, Ct));

        (await Picture()).ShouldBe(before);
        (await Finish(held, FinishKind.Complete)).Status.ShouldBe(ClaimWriteStatus.Accepted);
        (await Claim("solo", 5)).Grants.Count.ShouldBe(1);
    }

    private async Task<string> Picture()
    {
        var tasks = (await Store.Queries.ListTasksAsync(new TaskQuery(), Ct)).Items;
        var agents = (await Store.Queries.ListAgentsAsync(new AgentQuery(), NowUs, Ct)).Items;
        var events = await Store.Events.ReadAsync(0, 1000, Ct);
        return Same.Json(tasks) + Same.Json(agents) + Same.Json(events);
    }
}
