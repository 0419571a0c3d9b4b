using Longshore.Postgres;
using Longshore.Storage;
using Longshore.Stores.Tests.Races;
using Longshore.Tasks;
using Npgsql;

namespace Longshore.Stores.Tests.Postgres;

/// <summary>Capacity and the event log where several nodes work at once.</summary>
[Trait("suite", "long")]
public sealed class ManyStoresTests : ManyStores
{
    private const int Capacity = 5;

    [Fact]
    public async Task Eight_stores_that_claim_for_one_agent_never_exceed_its_capacity()
    {
        await RegisterAsync("agent-a", Capacity);
        var rounds = Scale.Of(2_000);
        var granted = new IReadOnlyList<Grant>[Count];
        Array.Fill(granted, []);
        var most = 0;
        await Contest.RunAsync(
            Count,
            rounds,
            async round =>
            {
                var held = granted.SelectMany(g => g).ToList();
                held.Select(g => g.TaskId).Distinct().Count().ShouldBe(held.Count, $"round {round}: granted twice");
                held.Count.ShouldBeLessThanOrEqualTo(Capacity, $"round {round}");
                most = Math.Max(most, held.Count);
                await FinishAsync(Stores[0], held);
                await InsertAsync(Stores[0], [.. Enumerable.Repeat(new NewTask { Kind = "k" }, 2 * Capacity)]);
            },
            async (entrant, _) => granted[entrant] = await ClaimAsync(
                Stores[entrant], new ClaimRequest { Agent = "agent-a", Max = 2 }),
            Ct);
        most.ShouldBe(Capacity);
    }

    [Fact]
    public async Task Readers_of_events_never_skip_one_that_commits_late()
    {
        const int writers = 6;
        var rounds = Scale.Of(150);
        var written = 0;
        var read = new List<long>();
        var over = false;
        var reader = Task.Run(async () =>
        {
            var (after, last) = (0L, false);
            while (!last)
            {
                last = Volatile.Read(ref over);
                IReadOnlyList<Longshore.Events.EventRecord> page;
                while ((page = await Stores[^1].Events.ReadAsync(after, 7, Ct)).Count > 0)
                {
                    read.AddRange(page.Select(e => e.Position));
                    after = page[^1].Position;
                }
            }
        }, Ct);

        await Task.WhenAll(Enumerable.Range(0, writers).Select(writer => Task.Run(async () =>
        {
            var client = new TransactionalClient(Stores[writer]);
            await using var connection = new NpgsqlConnection(Options.ConnectionString);
            await connection.OpenAsync(Ct);
            for (var round = 0; round < rounds; round++)
            {
                await using var transaction = await connection.BeginTransactionAsync(Ct);
                var tasks = Enumerable.Range(0, 1 + (writer % 3)).Select(_ => new NewTask { Kind = "k" }).ToList();
                await client.SubmitAsync(transaction, tasks, Ct);
                await using var linger = new NpgsqlCommand("select pg_sleep($1)", connection)
                {
                    Parameters = { new() { Value = ((writer * 7) + round) % 5 / 1000.0 } },
                };
                await linger.ExecuteNonQueryAsync(Ct);
                await transaction.CommitAsync(Ct);
                Interlocked.Add(ref written, tasks.Count);
            }
        }, Ct)));
        Volatile.Write(ref over, true);
        await reader;

        var everything = new List<long>();
        IReadOnlyList<Longshore.Events.EventRecord> all;
        while ((all = await Stores[0].Events.ReadAsync(everything.LastOrDefault(), 1000, Ct)).Count > 0)
        {
            everything.AddRange(all.Select(e => e.Position));
        }

        everything.Count.ShouldBeGreaterThanOrEqualTo(written);
        read.ShouldBe(everything);
    }
}
