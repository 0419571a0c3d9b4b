using System.Globalization;
using Longshore.Agents;
using Longshore.Postgres;
using Longshore.Rules;
using Longshore.Storage;
using Longshore.Stores.Tests.Races;
using Longshore.Tasks;

namespace Longshore.Stores.Tests.Postgres;

/// <summary>Rules, bounds and exclusion where several nodes decide at once, each by what it has read.</summary>
public sealed class RoutingAcrossStoresTests : IAsyncLifetime
{
    private const int Stores = 8;
    private static int _last;

    private readonly List<PostgresStore> _stores = [];
    private readonly PostgresOptions _options = new()
    {
        ConnectionString = PostgresServer.SharedConnection,
        Schema = string.Create(
            CultureInfo.InvariantCulture, $"x{Environment.ProcessId}_{Interlocked.Increment(ref _last)}"),
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
    public async Task Rules_that_one_store_sets_hold_at_the_next_claim_and_insert_of_another()
    {
        var (here, there) = (_stores[0], _stores[1]);
        await RegisterAsync("agent-a");
        await InsertAsync(there, new NewTask { Kind = "k" }, new NewTask { Kind = "k" });
        (await ClaimAsync(there, "agent-a")).Count.ShouldBe(1);

        await SetAsync(here, new NamespaceRules { Mode = AssignmentMode.Manual });
        (await ClaimAsync(there, "agent-a")).ShouldBeEmpty();
        await SetAsync(here, new NamespaceRules { Order = TaskOrder.PriorityFifo });
        await InsertAsync(there, new NewTask { Kind = "k", Priority = 6 });
        (await ClaimAsync(there, "agent-a")).Single().Task.Spec.Priority.ShouldBe(6);
        await SetAsync(here, new NamespaceRules { MaxPending = 2 });
        (await InsertAsync(there, new NewTask { Kind = "k" }, new NewTask { Kind = "k" }))
            .ShouldBe([InsertStatus.Inserted, InsertStatus.QueueFull]);
        await SetAsync(here, new NamespaceRules());
        (await InsertAsync(there, new NewTask { Kind = "k" })).ShouldBe([InsertStatus.Inserted]);
    }

    [Fact]
    public async Task A_transaction_of_the_callers_own_obeys_rules_that_another_store_sets()
    {
        var client = new TransactionalClient(_stores[1]);
        await using var connection = await _stores[1].Database.Source.OpenConnectionAsync(Ct);
        await using var transaction = await connection.BeginTransactionAsync(Ct);
        await client.SubmitAsync(transaction, [new NewTask { Kind = "k" }], Ct);
        await SetAsync(_stores[0], new NamespaceRules { MaxPending = 2 });
        var answers = await client.SubmitAsync(
            transaction, [new NewTask { Kind = "k" }, new NewTask { Kind = "k", Group = "i1" }], Ct);
        await transaction.CommitAsync(Ct);

        answers.Select(a => a.Status).ShouldBe([InsertStatus.Inserted, InsertStatus.QueueFull]);
    }

    [Fact]
    public async Task Stores_that_insert_at_once_never_exceed_the_bound()
    {
        const int most = 40;
        await SetAsync(_stores[0], new NamespaceRules { MaxPending = most });
        var statuses = await Task.WhenAll(_stores.Select(store => Task.Run(
            async () =>
            {
                var all = new List<InsertStatus>();
                for (var i = 0; i < 6; i++)
                {
                    all.AddRange(await InsertAsync(store, new NewTask { Kind = "k" }, new NewTask { Kind = "k" }));
                }

                return all;
            },
            Ct)));
        statuses.SelectMany(s => s).Count(s => s == InsertStatus.Inserted).ShouldBe(most);
        (await _stores[0].Queries.CountByStateAsync(ct: Ct))[TaskState.Created].ShouldBe(most);
    }

    [Fact]
    [Trait("suite", "long")]
    public async Task Stores_that_claim_for_two_agents_of_one_principal_never_give_out_both_steps()
    {
        string[] agents = ["model-a", "model-b"];
        foreach (var agent in agents)
        {
            await RegisterAsync(agent, "family");
        }

        var steps = (Annotate: 0L, Review: 0L);
        var granted = new int[Stores];
        var held = new List<Grant>[Stores];
        Array.Fill(held, []);
        await Contest.RunAsync(
            Stores,
            Scale.Of(1_500),
            async round =>
            {
                if (round > 0)
                {
                    granted.Sum().ShouldBe(1, $"round {round - 1}");
                    var finish = new TaskBatch();
                    finish.Finishes.AddRange(held.SelectMany(h => h).Select(
                        g => new Finish { TaskId = g.TaskId, Epoch = g.Epoch, Kind = FinishKind.Complete }));
                    await _stores[0].Tasks.CommitAsync(finish, Ct);
                }

                var batch = new TaskBatch();
                batch.Inserts.Add(new NewTask { Kind = "k", Group = $"i{round}", Step = "annotate" });
                batch.Inserts.Add(new NewTask { Kind = "k", Group = $"i{round}", Step = "review" });
                var inserted = (await _stores[0].Tasks.CommitAsync(batch, Ct)).Inserts;
                steps = (inserted[0].TaskId, inserted[1].TaskId);
            },
            async (entrant, _) =>
            {
                var id = entrant / 2 % 2 == 0 ? steps.Annotate : steps.Review;
                held[entrant] = [.. await ClaimAsync(_stores[entrant], agents[entrant % 2], id)];
                granted[entrant] = held[entrant].Count;
            },
            Ct);
    }

    private async Task RegisterAsync(string name, string? principal = null) => await _stores[0].Agents.RegisterAsync(
        AgentValidation.Checked(new AgentRegistration { Name = name, Principal = principal, MaxConcurrent = 10 }),
        ct: Ct);

    private static async Task SetAsync(PostgresStore store, NamespaceRules rules) =>
        (await store.Rules.SetAsync("default", rules.Checked(), ct: Ct)).ShouldNotBeNull();

    private static async Task<IReadOnlyList<Grant>> ClaimAsync(PostgresStore store, string agent, params long[] ids)
    {
        var batch = new TaskBatch();
        batch.Claims.Add(new ClaimRequest { Agent = agent, TaskIds = ids });
        return (await store.Tasks.CommitAsync(batch, Ct)).Claims[0].Grants;
    }

    private static async Task<IEnumerable<InsertStatus>> InsertAsync(PostgresStore store, params NewTask[] tasks)
    {
        var batch = new TaskBatch();
        batch.Inserts.AddRange(tasks.Select(t => TaskValidation.Checked(t, DateTimeOffset.UnixEpoch)));
        return (await store.Tasks.CommitAsync(batch, Ct)).Inserts.Select(i => i.Status);
    }
}
