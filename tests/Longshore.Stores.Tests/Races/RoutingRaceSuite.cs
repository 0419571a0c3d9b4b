using Longshore.Agents;
using Longshore.Assignments;
using Longshore.Rules;
using Longshore.Storage;
using Longshore.Stores.Tests.Conformance;
using Longshore.Tasks;

namespace Longshore.Stores.Tests.Races;

/// <summary>Exclusion and offers under real parallelism.</summary>
[Trait("suite", "long")]
public abstract class RoutingRaceSuite<TSource> : StoreSuite<TSource>
    where TSource : StoreSource, new()
{
    private const int Entrants = 8;

    /// <summary>Rounds of the contest about two steps of one item.</summary>
    protected virtual int Rounds => 10_000;

    // An agent that misses a thousand offers on purpose would be taken for a bad one.
    protected override StoreOptions Options => base.Options with { Breakers = BreakerOptions.None };

    [Fact]
    public async Task Two_agents_of_one_principal_never_hold_two_excluded_steps()
    {
        var rounds = Scale.Of(Rounds);
        var agents = new[] { "model-a", "model-b" };
        foreach (var agent in agents)
        {
            await Register(new AgentRegistration { Name = agent, Principal = "family", MaxConcurrent = 1000 });
        }

        var steps = new (long Annotate, long Review)[rounds];
        var granted = new int[rounds];
        var won = new System.Collections.Concurrent.ConcurrentQueue<Grant>();
        await Contest.RunAsync(
            Entrants,
            rounds,
            async round =>
            {
                if (round % 100 == 0)
                {
                    var outcomes = await Insert([.. Enumerable.Range(round, 100).SelectMany(Item)]);
                    for (var i = 0; i < 100 && round + i < rounds; i++)
                    {
                        steps[round + i] = (outcomes[2 * i].TaskId, outcomes[(2 * i) + 1].TaskId);
                    }
                }

                while (won.TryDequeue(out var last))
                {
                    (await Finish(last, round % 2 == 0 ? FinishKind.Complete : FinishKind.Release)).Status
                        .ShouldBe(ClaimWriteStatus.Accepted);
                }
            },
            async (entrant, round) =>
            {
                var (annotate, review) = steps[round];
                var batch = new TaskBatch { NowUs = NowUs };
                batch.Claims.Add(new ClaimRequest
                {
                    Agent = agents[entrant % 2],
                    TaskIds = [entrant / 2 % 2 == 0 ? annotate : review],
                });
                var grants = (await Store.Tasks.CommitAsync(batch)).Claims[0].Grants;
                foreach (var grant in grants)
                {
                    won.Enqueue(grant);
                }

                Interlocked.Add(ref granted[round], grants.Count);
            },
            Ct);

        granted.Count(n => n != 1).ShouldBe(0, "rounds in which not exactly one step was granted");
    }

    [Fact]
    public async Task An_offer_is_accepted_or_lost_never_both()
    {
        var rounds = Scale.Of(1_000);
        await Register("ada", max: 1);
        await Register("bob", max: 1);
        await Rules(new NamespaceRules { RejectCooldown = TimeSpan.Zero, ReofferRejected = true });
        var id = await Add(Spec() with { MaxAttempts = 1000 });
        Grant offer = null!;
        var accepted = new int[rounds];
        var ended = new int[rounds];
        await Contest.RunAsync(
            4,
            rounds,
            async round =>
            {
                if (round > 0 && accepted[round - 1] == 1 && ended[round - 1] == 0)
                {
                    (await Finish(offer, FinishKind.Release)).Status.ShouldBe(ClaimWriteStatus.Accepted);
                }

                var outcome = await Claim(new ClaimRequest
                {
                    Agent = round % 2 == 0 ? "ada" : "bob",
                    TaskIds = [id],
                    Offer = TimeSpan.FromSeconds(1),
                    By = ClaimedBy.Administrator,
                });
                offer = outcome.Grants.ShouldHaveSingleItem();
            },
            async (entrant, round) =>
            {
                switch (entrant)
                {
                    case 0:
                        var answer = await Accept(offer);
                        Interlocked.Add(ref accepted[round], answer.Status == ClaimWriteStatus.Accepted ? 1 : 0);
                        break;
                    case 1:
                        var lost = await Store.Tasks.RescueAsync(10, offer.LeaseUntil.ToMicroseconds());
                        Interlocked.Add(ref ended[round], lost.Count);
                        break;
                    case 2:
                        var no = await Finish(offer, FinishKind.Reject);
                        Interlocked.Add(ref ended[round], no.Status == ClaimWriteStatus.Accepted ? 1 : 0);
                        break;
                    default:
                        var evicted = await Store.Tasks.EvictAsync([id], "boss", null, NowUs);
                        Interlocked.Add(ref ended[round], evicted[0].Status == ChangeStatus.Changed ? 1 : 0);
                        break;
                }
            },
            Ct);

        ended.ShouldAllBe(n => n <= 1);
        (await StatusesOf(id)).Count.ShouldBeGreaterThanOrEqualTo(rounds - 1);
        (await GetAgent("ada")).Load.ShouldBeInRange(0, 1);
    }

    private static IEnumerable<NewTask> Item(int round) =>
    [
        Spec() with { Group = $"item-{round}", Step = "annotate" },
        Spec() with { Group = $"item-{round}", Step = "review" },
    ];
}
