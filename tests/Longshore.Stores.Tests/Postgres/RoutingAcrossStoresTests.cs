using Longshore.Agents;
using Longshore.Postgres;
using Longshore.Rules;
using Longshore.Storage;
using Longshore.Stores.Tests.Races;
using Longshore.Tasks;

namespace Longshore.Stores.Tests.Postgres;

/// <summary>Rules, bounds and exclusion where several nodes decide at once, each by what it has read.</summary>
public sealed class RoutingAcrossStoresTests : ManyStores
{
    [Fact]
    public async Task Rules_that_one_store_sets_hold_at_the_next_claim_and_insert_of_another()
    {
        var (here, there) = (Stores[0], Stores[1]);
        await RegisterAsync("agent-a");
        await InsertAsync(there, new NewTask { Kind = "k" }, new NewTask { Kind = "k" });
        (await ClaimAsync(there, "agent-a")).Count.ShouldBe(1);

        await SetAsync(here, new NamespaceRules { Mode = AssignmentMode.Manual });
        (await ClaimAsync(there, "agent-a")).ShouldBeEmpty();
        await SetAsync(here, new NamespaceRules { Order = TaskOrder.PriorityFifo });
        await InsertAsync(there, new NewTask { Kind = "k", Priority = 6 });
        (await ClaimAsync(there, "agent-a")).Single().Task.Spec.Priority.ShouldBe(6);
        await SetAsync(here, new NamespaceRules { MaxPending = 2 });
        (await StoredAsync(there, new NewTask { Kind = "k" }, new NewTask { Kind = "k" }))
            .ShouldBe([InsertStatus.Inserted, InsertStatus.QueueFull]);
        await SetAsync(here, new NamespaceRules());
        (await StoredAsync(there, new NewTask { Kind = "k" })).ShouldBe([InsertStatus.Inserted]);
    }

    [Fact]
    public async Task A_transaction_of_the_callers_own_obeys_rules_that_another_store_sets()
    {
        var client = new TransactionalClient(Stores[1]);
        await using var connection = await Stores[1].Database.Source.OpenConnectionAsync(Ct);
        await using var transaction = await connection.BeginTransactionAsync(Ct);
        await client.SubmitAsync(transaction, [new NewTask { Kind = "k" }], Ct);
        await SetAsync(Stores[0], new NamespaceRules { MaxPending = 2 });
        var answers = await client.SubmitAsync(
            transaction, [new NewTask { Kind = "k" }, new NewTask { Kind = "k", Group = "i1" }], Ct);
        await transaction.CommitAsync(Ct);

        answers.Select(a => a.Status).ShouldBe([InsertStatus.Inserted, InsertStatus.QueueFull]);
    }

    [Fact]
    public async Task Stores_that_insert_at_once_never_exceed_the_bound()
    {
        const int most = 40;
        await SetAsync(Stores[0], new NamespaceRules { MaxPending = most });
        var statuses = await Task.WhenAll(Stores.Select(store => Task.Run(
            async () =>
            {
                var all = new List<InsertStatus>();
                for (var i = 0; i < 6; i++)
                {
                    all.AddRange(await StoredAsync(store, new NewTask { Kind = "k" }, new NewTask { Kind = "k" }));
                }

                return all;
            },
            Ct)));
        statuses.SelectMany(s => s).Count(s => s == InsertStatus.Inserted).ShouldBe(most);
        (await Stores[0].Queries.CountByStateAsync(ct: Ct))[TaskState.Created].ShouldBe(most);
    }

    [Fact]
    [Trait("suite", "long")]
    public async Task Stores_that_claim_for_two_agents_of_one_principal_never_give_out_both_steps()
    {
        string[] agents = ["model-a", "model-b"];
        foreach (var agent in agents)
        {
            await RegisterAsync(
                new AgentRegistration { Name = agent, Principal = "family", MaxConcurrent = 10 });
        }

        var steps = (Annotate: 0L, Review: 0L);
        var granted = new int[Count];
        var held = new List<Grant>[Count];
        Array.Fill(held, []);
        await Contest.RunAsync(
            Count,
            Scale.Of(1_500),
            async round =>
            {
                if (round > 0)
                {
                    granted.Sum().ShouldBe(1, $"round {round - 1}");
                    await FinishAsync(Stores[0], held.SelectMany(h => h));
                }

                var inserted = await InsertAsync(
                    Stores[0],
                    new NewTask { Kind = "k", Group = $"i{round}", Step = "annotate" },
                    new NewTask { Kind = "k", Group = $"i{round}", Step = "review" });
                steps = (inserted[0].TaskId, inserted[1].TaskId);
            },
            async (entrant, _) =>
            {
                var id = entrant / 2 % 2 == 0 ? steps.Annotate : steps.Review;
                held[entrant] = [.. await ClaimAsync(Stores[entrant], agents[entrant % 2], id)];
                granted[entrant] = held[entrant].Count;
            },
            Ct);
    }

    private static async Task<IEnumerable<InsertStatus>> StoredAsync(PostgresStore store, params NewTask[] tasks) =>
        (await InsertAsync(store, tasks)).Select(one => one.Status);
}
