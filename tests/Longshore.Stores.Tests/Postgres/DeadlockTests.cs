using Longshore.Engine;
using Longshore.Postgres;
using Longshore.Storage;
using Longshore.Tasks;
using Longshore.Tests;

namespace Longshore.Stores.Tests.Postgres;

/// <summary>What the database ends for the sake of others is run again, whole, and never for ever.</summary>
public sealed class DeadlockTests : OneStore
{
    [Fact]
    public async Task A_round_that_a_deadlock_ended_is_run_again_whole()
    {
        await RegisterAsync("agent-a");
        await RegisterAsync("agent-b");
        await InsertAsync(new NewTask { Kind = "k" }, new NewTask { Kind = "k" }, new NewTask { Kind = "k" });
        await using var patient = await OpenAsync("deadlock_timeout=60s");
        await using var transaction = await patient.BeginTransactionAsync(Ct);
        await LockAsync("agent-b");

        // It has agent-a and waits for agent-b; who waits longer than its timeout looks for deadlocks, once.
        await using var hasty = await PostgresStore.OpenAsync(
            Store.Database.Options with { ConnectionString = With("deadlock_timeout=10s") }, Ct);
        var batch = new TaskBatch();
        batch.Inserts.Add(new NewTask { Kind = "late" });
        batch.Claims.Add(new ClaimRequest { Agent = "agent-a", Max = 2 });
        batch.Claims.Add(new ClaimRequest { Agent = "agent-b", Max = 2 });
        var claiming = hasty.CommitAsync(batch, Ct).AsTask();
        await UntilWaitingAsync("lock_agents");
        await LockAsync("agent-a");

        // The lock is free before the news of it has reached the one that had to give way.
        await Until.Holds(() => hasty.Database.GaveWay == 1, "it was the one that had to give way");
        claiming.IsCompleted.ShouldBeFalse();
        await transaction.CommitAsync(Ct);

        var outcome = await Until.Soon(claiming);
        hasty.Database.GaveWay.ShouldBe(1);
        outcome.Claims.Select(claim => claim.Grants.Count).ShouldBe([2, 2]);
        outcome.Claims.SelectMany(claim => claim.Grants).Select(grant => grant.TaskId).Order().ShouldBe([1, 2, 3, 4]);
        (await ScalarAsync("select count(*) from longshore.tasks where id > 3")).ShouldBe(1L);

        async Task LockAsync(string agent) => await ScalarAsync(patient, $"""
            select 1 from longshore.agent_states
            where agent_id = (select id from longshore.agents where name = '{agent}') for update
            """);
    }

    [Fact]
    public async Task Two_transactions_that_wait_for_each_other_are_both_done_in_the_end()
    {
        await RegisterAsync("agent-a");
        await RegisterAsync("agent-b");
        var tries = 0;
        using var both = new Barrier(2);
        await Task.WhenAll(Task.Run(() => SetAsync("agent-a", "agent-b"), Ct), Task.Run(
            () => SetAsync("agent-b", "agent-a"), Ct));
        Store.Database.GaveWay.ShouldBeGreaterThan(0);
        tries.ShouldBe(2 + Store.Database.GaveWay);
        (await ScalarAsync("select string_agg(breakers::text, ',') from longshore.agent_states")).ShouldBe("2,2");
        await using var connection = await OpenAsync();
        await ExecuteAsync(connection, "update longshore.agent_states set breakers = 0");

        Task<bool> SetAsync(string first, string then) => Store.Database.TransactAsync(
            async connection =>
            {
                var isFirst = Interlocked.Increment(ref tries) <= 2;
                await ExecuteAsync(connection, Update(first));
                if (isFirst)
                {
                    both.SignalAndWait(Ct);
                }

                await ExecuteAsync(connection, Update(then));
                return true;
            },
            Ct).AsTask();

        static string Update(string agent) => $"""
            update longshore.agent_states set breakers = breakers + 1
            where agent_id = (select id from longshore.agents where name = '{agent}')
            """;
    }

    [Theory]
    [InlineData("40P01")]
    [InlineData("40001")]
    public async Task What_gives_way_again_and_again_is_stored_once_when_it_no_longer_must(string state)
    {
        await GiveWayAsync(state, tries: Database.TriesMax - 1);
        await using var node = await StartAsync();
        var task = new NewTask { Kind = "k", Code = "c", Unique = new Unique { Key = "u" } };
        (await node.Client.SubmitAsync([task], Ct))[0].Status.ShouldBe(InsertStatus.Inserted);
        (await ScalarAsync("select last_value from longshore.tries")).ShouldBe((long)Database.TriesMax);
        (await ScalarAsync("select count(*) from longshore.tasks")).ShouldBe(1L);
        (await ScalarAsync("select count(*) from longshore.events where type = 'task_created'")).ShouldBe(1L);
    }

    [Fact]
    public async Task What_must_give_way_for_ever_tells_its_caller_and_changes_nothing()
    {
        await GiveWayAsync("40P01", tries: 1000);
        await using var node = await StartAsync();
        var refused = await Should.ThrowAsync<LongshoreException>(
            async () => await node.Client.SubmitAsync([new NewTask { Kind = "k" }], Ct));
        refused.Code.ShouldBe(ErrorCode.Unavailable);
        refused.Message.ShouldContain("8 times in a row (in the way); nothing is stored, try again");
        (await ScalarAsync("select last_value from longshore.tries")).ShouldBe((long)Database.TriesMax);
        (await ScalarAsync("select count(*) from longshore.tasks")).ShouldBe(0L);
    }

    /// <summary>So many inserts of tasks are ended from now on. A sequence counts: it takes nothing back.</summary>
    private async Task GiveWayAsync(string state, int tries)
    {
        await using var connection = await OpenAsync();
        await ExecuteAsync(connection, $"""
            create sequence longshore.tries;
            create function longshore.give_way() returns trigger language plpgsql as $$
            begin
                if nextval('longshore.tries') <= {tries} then
                    raise exception 'in the way' using errcode = '{state}';
                end if;
                return null;
            end $$;
            create trigger give_way after insert on longshore.tasks execute function longshore.give_way();
            """);
    }

    private async Task<LongshoreEngine> StartAsync()
    {
        var node = new LongshoreEngine(Store, new EngineOptions());
        await node.StartAsync(Ct);
        return node;
    }
}
