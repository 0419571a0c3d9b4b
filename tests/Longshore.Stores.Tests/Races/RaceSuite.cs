using Longshore.Agents;
using Longshore.Assignments;
using Longshore.Storage;
using Longshore.Stores.Tests.Conformance;
using Longshore.Tasks;

namespace Longshore.Stores.Tests.Races;

/// <summary>Threads that do the same thing at the same time: it happens once.</summary>
[Trait("suite", "long")]
public abstract class RaceSuite<TSource> : StoreSuite<TSource>
    where TSource : StoreSource, new()
{
    private const int Entrants = 8;

    // An agent that loses ten thousand claims on purpose would be taken for a bad one.
    protected override StoreOptions Options => base.Options with { Breakers = BreakerOptions.None };

    [Fact]
    public async Task Claim_of_one_task_by_eight_agents_has_one_winner_in_each_of_ten_thousand_rounds()
    {
        const int rounds = 10_000;
        const int ahead = 100;
        foreach (var entrant in Enumerable.Range(0, Entrants))
        {
            await Register($"agent-{entrant}", max: 2);
        }

        var ids = new long[rounds];
        var winners = new int[rounds];
        var won = new Grant?[Entrants];
        await Contest.RunAsync(
            Entrants,
            rounds,
            async round =>
            {
                if (round % ahead == 0)
                {
                    var outcomes = await Insert([.. Enumerable.Range(0, ahead).Select(_ => Spec())]);
                    outcomes.Select(o => o.TaskId).ToArray().CopyTo(ids, round);
                }
            },
            async (entrant, round) =>
            {
                // What was won in the round before is finished in the same breath.
                var batch = new TaskBatch { NowUs = NowUs };
                if (won[entrant] is { } last)
                {
                    batch.Finishes.Add(new Finish { TaskId = last.TaskId, Epoch = 1, Kind = FinishKind.Complete });
                }

                batch.Claims.Add(new ClaimRequest { Agent = $"agent-{entrant}", TaskIds = [ids[round]] });
                var outcome = await Store.Tasks.CommitAsync(batch);
                outcome.Finishes.ShouldAllBe(f => f.Status == ClaimWriteStatus.Accepted);
                won[entrant] = outcome.Claims[0].Grants.SingleOrDefault();
                Interlocked.Add(ref winners[round], outcome.Claims[0].Grants.Count);
            },
            Ct);

        winners.Count(n => n != 1).ShouldBe(0);
        var counts = await Store.Queries.CountByStateAsync(ct: Ct);
        (counts[TaskState.Done], counts[TaskState.InProgress]).ShouldBe((rounds - 1, 1));
        (await Get(ids[rounds / 2])).Epoch.ShouldBe(1);
    }

    [Fact]
    public async Task Claims_for_one_agent_by_eight_threads_together_get_what_it_may_hold_and_no_more()
    {
        const int capacity = 5;
        const int rounds = 600;
        await Register("busy-agent", capacity);
        var held = new IReadOnlyList<Grant>[Entrants];
        var granted = new int[rounds];
        await Contest.RunAsync(
            Entrants,
            rounds,
            async round =>
            {
                if (round % 20 == 0)
                {
                    await Insert([.. Enumerable.Range(0, 10 * capacity).Select(_ => Spec())]);
                }
            },
            async (entrant, round) =>
            {
                if (round % 2 == 0)
                {
                    // All together want fifteen.
                    held[entrant] = (await Claim("busy-agent", 1 + (entrant % 3))).Grants;
                    Interlocked.Add(ref granted[round], held[entrant].Count);
                    return;
                }

                foreach (var grant in held[entrant])
                {
                    var kind = grant.TaskId % 2 == 0 ? FinishKind.Complete : FinishKind.Release;
                    (await Finish(grant, kind)).Status.ShouldBe(ClaimWriteStatus.Accepted);
                }
            },
            Ct);
        granted.Where((_, round) => round % 2 == 0).ShouldAllBe(n => n == capacity);
        (await GetAgent("busy-agent")).Load.ShouldBe(0);
    }

    [Fact]
    public async Task Claim_that_its_holder_a_person_the_clock_and_a_new_session_end_at_once_ends_once()
    {
        const int rounds = 500;
        Grant grant = null!;
        var endings = new int[rounds];
        await Contest.RunAsync(
            entrants: 4,
            rounds,
            async round =>
            {
                var registration = new AgentRegistration { Name = "holder", Session = $"before-{round}" };
                await Store.Agents.RegisterAsync(registration, NowUs);
                var id = await Add(Spec() with { MaxAttempts = 100 });
                grant = await Take("holder", id);
                Clock.Advance(Lease);
            },
            async (entrant, round) =>
            {
                var ended = entrant switch
                {
                    0 => (await Finish(grant, FinishKind.Fail)).Status == ClaimWriteStatus.Accepted ? 1 : 0,
                    1 => (await Store.Tasks.CancelAsync([grant.TaskId], null, NowUs))[0].Lost is null ? 0 : 1,
                    2 => (await Store.Tasks.RescueAsync(10, NowUs)).Count,
                    _ => (await Store.Agents.RegisterAsync(
                        new AgentRegistration { Name = "holder", Session = $"after-{round}" }, NowUs)).Lost.Count,
                };
                Interlocked.Add(ref endings[round], ended);
            },
            Ct);
        endings.Count(n => n != 1).ShouldBe(0);
        (await GetAgent("holder")).Load.ShouldBe(0);
        foreach (var id in Enumerable.Range(1, rounds))
        {
            (await Store.Queries.ListAssignmentsAsync(id, Ct)).Count.ShouldBe(1);
        }
    }

    [Fact]
    public async Task Inserts_under_one_key_or_code_at_once_store_one_task()
    {
        const int rounds = 500;
        var inserted = new int[rounds];
        var ids = new long[rounds, Entrants];
        await Contest.RunAsync(
            Entrants,
            rounds,
            _ => Task.CompletedTask,
            async (entrant, round) =>
            {
                var spec = round % 2 == 0
                    ? Spec() with { IdempotencyKey = $"key-{round}" }
                    : Spec() with { Code = $"code-{round}" };
                var outcome = (await Insert(spec))[0];
                outcome.Status.ShouldBeOneOf(
                    InsertStatus.Inserted, round % 2 == 0 ? InsertStatus.Existing : InsertStatus.DuplicateCode);
                ids[round, entrant] = outcome.TaskId;
                Interlocked.Add(ref inserted[round], outcome.Status == InsertStatus.Inserted ? 1 : 0);
            },
            Ct);
        inserted.Count(n => n != 1).ShouldBe(0);
        for (var round = 0; round < rounds; round++)
        {
            Enumerable.Range(0, Entrants).Select(e => ids[round, e]).Distinct().Count().ShouldBe(1);
        }

        (await Store.Queries.CountByStateAsync(ct: Ct))[TaskState.Created].ShouldBe(rounds);
    }

    [Fact]
    public async Task Leadership_sought_by_eight_nodes_at_once_goes_to_one()
    {
        const int rounds = 500;
        var leaders = new int[rounds];
        var epochs = new long[rounds];
        await Contest.RunAsync(
            Entrants,
            rounds,
            _ =>
            {
                Clock.Advance(TimeSpan.FromSeconds(15));
                return Task.CompletedTask;
            },
            async (entrant, round) =>
            {
                var term = TimeSpan.FromSeconds(15);
                if (await Store.Leases.AcquireAsync("duties", $"node-{entrant}", term, NowUs) is { } number)
                {
                    Interlocked.Increment(ref leaders[round]);
                    epochs[round] = number;
                }
            },
            Ct);
        leaders.Count(n => n != 1).ShouldBe(0);
        epochs.ShouldBe(epochs.Order());
    }
}
