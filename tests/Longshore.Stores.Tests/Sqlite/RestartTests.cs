using Longshore.Agents;
using Longshore.Capabilities;
using Longshore.Sqlite;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Stores.Tests.Sqlite;

/// <summary>What is kept in memory must be the same after a restart, and after a transaction that failed.</summary>
public sealed class RestartTests
{
    private static readonly AgentRegistration Agent = new()
    {
        Name = "sorter",
        MaxConcurrent = 100,
        Capabilities = [new Capability("a"), new Capability("b", 3)],
    };

    [Fact]
    public async Task Claims_go_on_in_the_same_order_after_a_restart()
    {
        using var database = new TemporaryDatabase();
        await using (var store = database.Open())
        {
            await store.Agents.RegisterAsync(Agent, ct: TestContext.Current.CancellationToken);
            await Insert(store, [.. Enumerable.Range(0, 60).Select(Varied)]);
            await Claim(store, 20);
        }

        List<long> expected;
        using (var twin = new TemporaryDatabase())
        {
            await using var store = twin.Open();
            await store.Agents.RegisterAsync(Agent, ct: TestContext.Current.CancellationToken);
            await Insert(store, [.. Enumerable.Range(0, 60).Select(Varied)]);
            await Claim(store, 20);
            expected = await Claim(store, 40);
        }

        await using var reopened = database.Open();
        (await Claim(reopened, 40)).ShouldBe(expected);
        (await reopened.CheckInvariantsAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Transaction_that_fails_leaves_tables_and_memory_as_they_were()
    {
        using var database = new TemporaryDatabase();
        await using var store = database.Open();
        await store.Agents.RegisterAsync(Agent, ct: TestContext.Current.CancellationToken);
        await Insert(store, Varied(1));

        var broken = new TaskBatch();
        broken.Claims.Add(new ClaimRequest { Agent = Agent.Name, Max = 10 });
        broken.Inserts.Add(Varied(2) with { Kind = "a-kind-never-seen" });
        broken.Claims.Add(null!);
        await Should.ThrowAsync<NullReferenceException>(
            async () => await store.Tasks.CommitAsync(broken, TestContext.Current.CancellationToken));

        (await store.CheckInvariantsAsync()).ShouldBeEmpty();
        var agent = await store.Queries.GetAgentAsync(Agent.Name, TestContext.Current.CancellationToken);
        agent!.Load.ShouldBe(0);
        await Insert(store, Varied(4) with { Kind = "another-kind" });
        (await Claim(store, 10)).Count.ShouldBe(2);
        (await store.CheckInvariantsAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Ids_of_pruned_tasks_are_not_given_again_after_a_restart()
    {
        using var database = new TemporaryDatabase();
        long last;
        await using (var store = database.Open())
        {
            last = (await Insert(store, Varied(1), Varied(2)))[^1];
            await store.Tasks.CancelAsync([1, 2], "enough", ct: TestContext.Current.CancellationToken);
            var later = TimeProvider.System.GetUtcNow().AddMinutes(1).ToMicroseconds();
            (await store.Tasks.PruneAsync(later, 10, TestContext.Current.CancellationToken)).ShouldBe(2);
        }

        await using var reopened = database.Open();
        (await Insert(reopened, Varied(3)))[0].ShouldBe(last + 1);
    }

    private static NewTask Varied(int i) => new()
    {
        Kind = $"kind-{i % 3}",
        Priority = i % 11,
        Requires = (i % 4) switch
        {
            0 => [],
            1 => [new Requirement("a")],
            2 => [new Requirement("a"), new Requirement("b", 2)],
            _ => [new Requirement("b", 9)],
        },
    };

    private static async Task<List<long>> Insert(SqliteStore store, params NewTask[] tasks)
    {
        var batch = new TaskBatch { NowUs = 1_000_000 };
        batch.Inserts.AddRange(tasks);
        var outcome = await store.Tasks.CommitAsync(batch, TestContext.Current.CancellationToken);
        return [.. outcome.Inserts.Select(i => i.TaskId)];
    }

    private static async Task<List<long>> Claim(SqliteStore store, int max)
    {
        var batch = new TaskBatch();
        batch.Claims.Add(new ClaimRequest { Agent = Agent.Name, Max = max });
        var outcome = await store.Tasks.CommitAsync(batch, TestContext.Current.CancellationToken);
        return [.. outcome.Claims[0].Grants.Select(g => g.TaskId)];
    }
}
