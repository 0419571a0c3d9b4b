using System.Globalization;
using Longshore.Agents;
using Longshore.Postgres;
using Longshore.Storage;
using Longshore.Tasks;
using Npgsql;

namespace Longshore.Stores.Tests.Postgres;

/// <summary>How the schema comes to be, in databases that are not Longshore's alone.</summary>
public sealed class PostgresSchemaTests : IAsyncLifetime
{
    private static int _last;
    private readonly string _name = string.Create(
        CultureInfo.InvariantCulture, $"s{Environment.ProcessId}_{Interlocked.Increment(ref _last)}");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private PostgresOptions Options => new() { ConnectionString = PostgresServer.SharedConnection, Schema = _name };

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await Schema.DropAsync(Options, CancellationToken.None);
        await RunAsync($"""
            do $$ begin
                if exists (select 1 from pg_roles where rolname = '{_name}_node') then
                    drop owned by {_name}_node; drop role {_name}_node;
                end if;
            end $$
            """);
    }

    [Fact]
    public async Task Ten_nodes_that_start_together_apply_each_migration_once()
    {
        var stores = await Task.WhenAll(
            Enumerable.Range(0, 10).Select(_ => Task.Run(() => PostgresStore.OpenAsync(Options, Ct), Ct)));
        foreach (var store in stores)
        {
            await store.DisposeAsync();
        }

        (await ScalarAsync($"select count(*) from {_name}.migrations")).ShouldBe((long)Schema.Migrations.Count);
    }

    [Theory]
    [InlineData("insert into {0}.migrations values (9999, 'future', 'x', 0)", "newer Longshore")]
    [InlineData("update {0}.migrations set checksum = 'altered'", "not the one that was applied")]
    public async Task Schema_that_is_not_ours_is_refused_with_the_reason(string damage, string reason)
    {
        await (await PostgresStore.OpenAsync(Options, Ct)).DisposeAsync();
        await RunAsync(string.Format(CultureInfo.InvariantCulture, damage, _name));
        var error = await Should.ThrowAsync<LongshoreException>(() => PostgresStore.OpenAsync(Options, Ct));
        error.Code.ShouldBe(ErrorCode.StoreUnusable);
        error.Message.ShouldContain(reason);
    }

    [Fact]
    public async Task Tables_of_the_users_own_in_the_same_schema_are_left_alone()
    {
        await RunAsync($"""
            create schema {_name};
            create table {_name}.orders (id integer primary key);
            insert into {_name}.orders values (7);
            """);
        await using (var store = await PostgresStore.OpenAsync(Options, Ct))
        {
            await WorkAsync(store);
        }

        (await ScalarAsync($"select sum(id) from {_name}.orders")).ShouldBe(7L);
    }

    [Fact]
    public async Task Role_that_owns_its_schema_needs_no_right_to_make_schemas()
    {
        await RunAsync($"create role {_name}_node login; create schema {_name} authorization {_name}_node");
        await using var store = await PostgresStore.OpenAsync(AsNode, Ct);
        await WorkAsync(store);
    }

    [Fact]
    public async Task Role_with_the_documented_grants_works_in_a_schema_that_another_migrated()
    {
        await (await PostgresStore.OpenAsync(Options, Ct)).DisposeAsync();
        await RunAsync($"create role {_name}_node login");
        await RunAsync(DocumentedGrants().Replace("longshore_node", _name + "_node", StringComparison.Ordinal)
            .Replace("schema longshore", "schema " + _name, StringComparison.Ordinal));
        await using var store = await PostgresStore.OpenAsync(AsNode, Ct);
        await WorkAsync(store);
    }

    /// <summary>What the page tells operators, to the letter.</summary>
    private static string DocumentedGrants()
    {
        var page = File.ReadAllText(Path.Combine(Longshore.Tests.Tidy.SourceTree.Root, "docs/operations.md"));
        const string start = "-- what a node needs\n";
        var from = page.IndexOf(start, StringComparison.Ordinal);
        from.ShouldBePositive();
        return page[from..page.IndexOf("```", from, StringComparison.Ordinal)];
    }

    private PostgresOptions AsNode => Options with
    {
        ConnectionString = new NpgsqlConnectionStringBuilder(Options.ConnectionString)
        {
            Username = _name + "_node",
        }.ConnectionString,
    };

    /// <summary>Each kind of verb once: insert, claim, fail, end, duties, questions.</summary>
    private static async Task WorkAsync(PostgresStore store)
    {
        await store.Agents.RegisterAsync(
            AgentValidation.Checked(new AgentRegistration { Name = "agent-a", MaxConcurrent = 5 }), null, Ct);
        var batch = new TaskBatch();
        batch.Inserts.AddRange(Enumerable.Range(0, 3).Select(
            i => TaskValidation.Checked(new NewTask { Kind = "k", Code = $"c{i}" }, DateTimeOffset.UnixEpoch)));
        await store.Tasks.CommitAsync(batch, Ct);
        var claim = new TaskBatch();
        claim.Claims.Add(new ClaimRequest { Agent = "agent-a", Max = 2 });
        var held = (await store.Tasks.CommitAsync(claim, Ct)).Claims[0].Grants;
        held.Count.ShouldBe(2);
        var ends = new TaskBatch();
        ends.Finishes.Add(new Finish { TaskId = held[0].TaskId, Epoch = 1, Kind = FinishKind.Complete });
        ends.Finishes.Add(new Finish { TaskId = held[1].TaskId, Epoch = 1, Kind = FinishKind.Fail, Error = "no" });
        (await store.Tasks.CommitAsync(ends, Ct)).Finishes.ShouldAllBe(f => f.Status == ClaimWriteStatus.Accepted);
        (await store.Leases.AcquireAsync("duties", "n", TimeSpan.FromSeconds(5), null, Ct)).ShouldNotBeNull();
        (await store.Events.ReadAsync(0, 100, Ct)).ShouldNotBeEmpty();
        (await store.Health.CheckAsync(ct: Ct)).ShouldNotBeEmpty();
        (await store.CheckInvariantsAsync()).ShouldBeEmpty();
    }

    private static async Task RunAsync(string sql)
    {
        await using var connection = await OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Ct);
    }

    private static async Task<object?> ScalarAsync(string sql)
    {
        await using var connection = await OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(Ct);
    }

    private static async Task<NpgsqlConnection> OpenAsync()
    {
        var connection = new NpgsqlConnection(PostgresServer.SharedConnection);
        await connection.OpenAsync(Ct);
        return connection;
    }
}
