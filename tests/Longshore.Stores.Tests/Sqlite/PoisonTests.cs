using Longshore.Agents;
using Longshore.Sqlite;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Stores.Tests.Sqlite;

/// <summary>One task among a thousand kills whoever runs it, every time: it fails, and it alone (G7).</summary>
public sealed class PoisonTests
{
    private const int Count = 1000;
    private const int AtOnce = 50;

    [Fact]
    public async Task Poison_among_a_thousand_fails_alone_however_often_it_kills_its_host()
    {
        var ct = TestContext.Current.CancellationToken;
        using var database = new TemporaryDatabase();
        await using var store = database.Open();
        var now = 1_000_000L;
        var inserts = new TaskBatch { NowUs = now };
        inserts.Inserts.AddRange(Enumerable.Range(1, Count).Select(i => new NewTask
        {
            Kind = i == Count / 2 ? "poison" : "plain",
            MaxAttempts = 3,
            Retry = RetryPolicy.FixedDelay(TimeSpan.FromSeconds(1)),
        }));
        await store.CommitAsync(inserts, ct);

        var deaths = 0;
        await RegisterAsync(store, deaths, now);
        while (await LeftAsync(store) > 0)
        {
            now += 2_000_000;
            await store.StageAsync(Count, now, ct);
            var claims = new TaskBatch { NowUs = now };
            claims.Claims.Add(new ClaimRequest { Agent = "host-a", Max = AtOnce });
            var grants = (await store.CommitAsync(claims, ct)).Claims[0].Grants;
            if (grants.Any(g => g.Task.Spec.Kind == "poison"))
            {
                await RegisterAsync(store, ++deaths, now);
                continue;
            }

            var finishes = new TaskBatch { NowUs = now };
            finishes.Finishes.AddRange(grants.Select(
                g => new Finish { TaskId = g.TaskId, Epoch = g.Epoch, Kind = FinishKind.Complete }));
            await store.CommitAsync(finishes, ct);
        }

        var counts = await store.CountByStateAsync(ct: ct);
        counts[TaskState.Done].ShouldBe(Count - 1);
        counts[TaskState.Failed].ShouldBe(1);
        (await store.GetTaskAsync(Count / 2, ct))!.State.ShouldBe(TaskState.Failed);
        deaths.ShouldBe(3);
        (await store.CheckInvariantsAsync()).ShouldBeEmpty();
    }

    private static async Task<long> LeftAsync(SqliteStore store)
    {
        var counts = await store.Queries.CountByStateAsync(ct: TestContext.Current.CancellationToken);
        return counts[TaskState.Created] + counts[TaskState.InProgress];
    }

    /// <summary>A host that starts again says so by its session: what the dead one held is lost at once.</summary>
    private static async Task RegisterAsync(SqliteStore store, int life, long nowUs)
    {
        var host = new AgentRegistration { Name = "host-a", MaxConcurrent = AtOnce, Session = $"life-{life}" };
        await store.RegisterAsync(host, nowUs, TestContext.Current.CancellationToken);
    }
}
