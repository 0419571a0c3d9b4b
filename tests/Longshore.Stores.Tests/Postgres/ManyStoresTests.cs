using System.Globalization;
using Longshore.Agents;
using Longshore.Postgres;
using Longshore.Storage;
using Longshore.Stores.Tests.Races;
using Longshore.Tasks;
using Npgsql;

namespace Longshore.Stores.Tests.Postgres;

/// <summary>Several stores, as several nodes have them, over one database.</summary>
[Trait("suite", "long")]
public sealed class ManyStoresTests : IAsyncLifetime
{
    private const int Stores = 8;
    private const int Capacity = 5;
    private static int _last;

    private readonly List<PostgresStore> _stores = [];
    private readonly PostgresOptions _options = new()
    {
        ConnectionString = PostgresServer.SharedConnection,
        Schema = string.Create(
            CultureInfo.InvariantCulture, $"m{Environment.ProcessId}_{Interlocked.Increment(ref _last)}"),
    };

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        for (var i = 0; i < Stores; i++)
        {
            _stores.Add(await PostgresStore.OpenAsync(_options, Ct));
        }
    }

    public async ValueTask DisposeAsync()
    {
        var broken = await _stores[0].CheckInvariantsAsync();
        foreach (var store in _stores)
        {
            await store.DisposeAsync();
        }

        await Schema.DropAsync(_options, CancellationToken.None);
        broken.ShouldBeEmpty();
    }

    [Fact]
    public async Task Eight_stores_that_claim_for_one_agent_never_exceed_its_capacity()
    {
        await _stores[0].Agents.RegisterAsync(
            AgentValidation.Checked(new AgentRegistration { Name = "agent-a", MaxConcurrent = Capacity }), null, Ct);
        var rounds = Scale.Of(2_000);
        var granted = new IReadOnlyList<Grant>[Stores];
        Array.Fill(granted, []);
        var most = 0;
        await Contest.RunAsync(
            Stores,
            rounds,
            async round =>
            {
                var held = granted.SelectMany(g => g).ToList();
                held.Select(g => g.TaskId).Distinct().Count().ShouldBe(held.Count, $"round {round}: granted twice");
                held.Count.ShouldBeLessThanOrEqualTo(Capacity, $"round {round}");
                most = Math.Max(most, held.Count);
                var batch = new TaskBatch();
                batch.Finishes.AddRange(held.Select(
                    g => new Finish { TaskId = g.TaskId, Epoch = g.Epoch, Kind = FinishKind.Complete }));
                batch.Inserts.AddRange(Enumerable.Range(0, 2 * Capacity).Select(
                    _ => TaskValidation.Checked(new NewTask { Kind = "k" }, DateTimeOffset.UnixEpoch)));
                await _stores[0].Tasks.CommitAsync(batch, Ct);
            },
            async (entrant, _) =>
            {
                var batch = new TaskBatch();
                batch.Claims.Add(new ClaimRequest { Agent = "agent-a", Max = 2 });
                granted[entrant] = (await _stores[entrant].Tasks.CommitAsync(batch, Ct)).Claims[0].Grants;
            },
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
                while ((page = await _stores[^1].Events.ReadAsync(after, 7, Ct)).Count > 0)
                {
                    read.AddRange(page.Select(e => e.Position));
                    after = page[^1].Position;
                }
            }
        }, Ct);

        await Task.WhenAll(Enumerable.Range(0, writers).Select(writer => Task.Run(async () =>
        {
            var client = new TransactionalClient(_stores[writer]);
            await using var connection = new NpgsqlConnection(_options.ConnectionString);
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
        while ((all = await _stores[0].Events.ReadAsync(everything.LastOrDefault(), 1000, Ct)).Count > 0)
        {
            everything.AddRange(all.Select(e => e.Position));
        }

        everything.Count.ShouldBeGreaterThanOrEqualTo(written);
        read.ShouldBe(everything);
    }
}
