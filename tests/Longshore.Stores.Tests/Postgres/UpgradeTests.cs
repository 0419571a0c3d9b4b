using System.Globalization;
using Longshore.Assignments;
using Longshore.Postgres;
using Longshore.Storage;
using Longshore.Tasks;
using Npgsql;

namespace Longshore.Stores.Tests.Postgres;

/// <summary>A database of a former version, with work in it, goes on under this one.</summary>
public sealed class UpgradeTests : IAsyncLifetime
{
    // The last migration before offers, rules and breakers.
    private const int Former = 6;
    private static int _last;

    private readonly PostgresOptions _options = new()
    {
        ConnectionString = PostgresServer.SharedConnection,
        Schema = string.Create(
            CultureInfo.InvariantCulture, $"u{Environment.ProcessId}_{Interlocked.Increment(ref _last)}"),
    };

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync() => await Schema.DropAsync(_options, CancellationToken.None);

    [Fact]
    public async Task Work_in_a_database_of_the_former_version_goes_on()
    {
        await MakeFormerAsync();
        await using var store = await PostgresStore.OpenAsync(_options, Ct);
        (await store.CheckInvariantsAsync()).ShouldBeEmpty();
        var held = (await store.Queries.FindAssignmentsAsync(new AssignmentQuery { Agent = "agent-a" }, Ct)).Items
            .ShouldHaveSingleItem();
        held.Status.ShouldBe(AssignmentStatus.InProgress);

        var batch = new TaskBatch();
        batch.Finishes.Add(new Finish { TaskId = held.TaskId, Epoch = held.Epoch, Kind = FinishKind.Complete });
        batch.Inserts.Add(new NewTask { Kind = "a", Group = "i1", Step = "one" });
        batch.Claims.Add(new ClaimRequest { Agent = "agent-a", Max = 10 });
        var outcome = await store.Tasks.CommitAsync(batch, Ct);
        outcome.Finishes.Single().Status.ShouldBe(ClaimWriteStatus.Accepted);
        outcome.Claims.Single().Grants.Select(g => g.Task.Spec.Kind).ShouldBe(["a", "b"], ignoreOrder: true);
        (await store.CheckInvariantsAsync()).ShouldBeEmpty();
    }

    /// <summary>An agent that holds one task of two, as the former version would have left them.</summary>
    private async Task MakeFormerAsync()
    {
        await using var database = new Database(_options);
        await using var connection = await database.Source.OpenConnectionAsync(Ct);
        await RunAsync($"create schema {_options.Schema}");
        await RunAsync(database.Sql["migrations_table"]);
        foreach (var migration in Schema.Migrations.Where(m => m.Number <= Former))
        {
            await RunAsync(database.InSchema(migration.Sql));
            await RunAsync(database.InSchema(
                $"insert into longshore.migrations values ({migration.Number}, '{migration.Name}', "
                + $"'{migration.Checksum}', 0)"));
        }

        await RunAsync(database.InSchema("""
            insert into longshore.agents (name, type, capabilities, levels, expiries_us, specializations, kinds,
                                          namespaces, max_concurrent, metadata, reputation, registered_us)
            values ('agent-a', 'service', '{rust}', '{2}', '{null}', '{}', '{}', '{default}', 10, '{}', 1, 0);
            insert into longshore.agent_states (agent_id, mode, holds_suspect, load, completed, failed, seen_us)
            values (1, 0, false, 0, 0, 0, 0);
            select longshore.enqueue('a', requires => array['rust'], priority => 9);
            select longshore.claim(
                1, 1, array[1], 9223372036854775807, null, 1, 0, 3600000000, null, -9223372036854775808, 0, 0, 0, '0',
                null);
            select longshore.enqueue('b', requires => array['rust>=2'], code => 'c-1');
            """));

        async Task RunAsync(string sql)
        {
            await using var command = new NpgsqlCommand(sql, connection);
            await command.ExecuteNonQueryAsync(Ct);
        }
    }
}
