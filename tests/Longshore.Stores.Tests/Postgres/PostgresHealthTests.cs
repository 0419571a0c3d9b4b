using System.Globalization;
using Longshore.Postgres;
using Longshore.Postgres.Health;
using Longshore.Storage;
using Npgsql;

namespace Longshore.Stores.Tests.Postgres;

/// <summary>What a doctor is told of a PostgreSQL database, beyond what every store tells.</summary>
public sealed class PostgresHealthTests : IAsyncLifetime
{
    private static int _last;
    private readonly PostgresOptions _options = new()
    {
        ConnectionString = PostgresServer.SharedConnection,
        Schema = string.Create(
            CultureInfo.InvariantCulture, $"h{Environment.ProcessId}_{Interlocked.Increment(ref _last)}"),
    };

    private PostgresStore _store = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _store = await PostgresStore.OpenAsync(_options, Ct);

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        await Schema.DropAsync(_options, CancellationToken.None);
    }

    [Fact]
    public async Task All_that_can_be_asked_is_answered()
    {
        var findings = await _store.Health.CheckAsync(ct: Ct);
        findings.Select(f => f.Name).ShouldBe(
            ["schema_version", "leadership", "oldest_transaction", "dead_tuples", "index_use", "notification_queue",
                "connections", "transaction_ids", "replication_slots", "durability"]);
        Of(findings, "index_use").Level.ShouldBe(HealthLevel.Ok);
        Of(findings, "index_use").Value.ShouldStartWith("all ");
    }

    [Fact]
    public async Task A_transaction_that_stays_open_is_seen_with_its_age()
    {
        await using var connection = await OpenAsync("Application Name=somebody");
        await using var transaction = await connection.BeginTransactionAsync(Ct);
        await RunAsync(connection, "select pg_current_xact_id()");
        await RunAsync(connection, "select pg_sleep(0.3)");
        var found = Of(await _store.Health.CheckAsync(ct: Ct), "oldest_transaction");
        var seconds = double.Parse(found.Value.Split(' ')[0], CultureInfo.InvariantCulture);
        seconds.ShouldBeGreaterThanOrEqualTo(0.3);
    }

    [Fact]
    public async Task An_index_that_is_gone_is_a_problem()
    {
        await using var connection = await OpenAsync();
        await RunAsync(connection, $"drop index {_options.Schema}.ready_rank");
        var found = Of(await _store.Health.CheckAsync(ct: Ct), "index_use");
        (found.Level, found.Value).ShouldBe((HealthLevel.Problem, "missing or not valid: ready_rank"));
    }

    [Fact]
    public async Task Dead_rows_are_counted_by_table()
    {
        await using var connection = await OpenAsync();
        await RunAsync(connection, $"alter table {_options.Schema}.codes set (autovacuum_enabled = off)");
        await RunAsync(connection, $"insert into {_options.Schema}.codes select 'n', i::text, i "
            + "from generate_series(1, 500) i");
        await RunAsync(connection, $"delete from {_options.Schema}.codes");
        await RunAsync(connection, "select pg_stat_force_next_flush()");
        await Until(async () =>
            Of(await _store.Health.CheckAsync(ct: Ct), "dead_tuples").Value
                .Contains("codes 500 of", StringComparison.Ordinal));
    }

    [Fact]
    public void Migrations_tell_which_indexes_there_must_be()
    {
        string[] migrations =
            ["create index a on longshore.t (x); create unique index b on longshore.t (y);", "drop index longshore.a;"];
        DatabaseHealth.IndexesOf(migrations).ShouldBe(["b"]);
    }

    [Theory]
    [InlineData(59.0, HealthLevel.Ok)]
    [InlineData(60.0, HealthLevel.Warning)]
    [InlineData(1800.0, HealthLevel.Problem)]
    public void A_transaction_is_worse_the_longer_it_is_open(double seconds, HealthLevel level) =>
        PostgresFindings.OldestTransaction(seconds, "pid 1", hidden: 0).Level.ShouldBe(level);

    [Fact]
    public void Sessions_that_cannot_be_seen_are_said_so() =>
        PostgresFindings.OldestTransaction(null, null, hidden: 3).Value.ShouldContain("3 sessions of other roles");

    [Theory]
    [InlineData(100, 2_000_000, "on", HealthLevel.Ok)]
    [InlineData(100, 2_000_001, "on", HealthLevel.Warning)]
    [InlineData(9_000_000, 2_000_001, "on", HealthLevel.Ok)]
    [InlineData(100, 20_000_001, "on", HealthLevel.Problem)]
    [InlineData(0, 0, "off", HealthLevel.Problem)]
    public void Dead_rows_are_judged_beside_the_live_ones(long live, long dead, string autovacuum, HealthLevel level) =>
        PostgresFindings.DeadTuples([new TableFacts("ready", live, dead, 0, 0)], autovacuum).Level.ShouldBe(level);

    [Theory]
    [InlineData("tasks", 10_000, 6, 5, HealthLevel.Warning)]
    [InlineData("tasks", 10_000, 5, 5, HealthLevel.Ok)]
    [InlineData("tasks", 9_999, 6, 5, HealthLevel.Ok)]
    [InlineData("ready", 10_000, 6, 5, HealthLevel.Ok)]
    public void A_large_table_that_is_read_from_end_to_end_is_told_of(
        string table, long live, long scans, long indexScans, HealthLevel level) =>
        PostgresFindings.IndexUse([new TableFacts(table, live, 0, scans, indexScans)], [], new HashSet<string>())
            .Level.ShouldBe(level);

    [Theory]
    [InlineData(0.09, HealthLevel.Ok)]
    [InlineData(0.1, HealthLevel.Warning)]
    [InlineData(0.5, HealthLevel.Problem)]
    public void A_queue_of_notifications_that_fills_up_is_told_of(double usage, HealthLevel level) =>
        PostgresFindings.Notifications(usage).Level.ShouldBe(level);

    [Theory]
    [InlineData(79, HealthLevel.Ok)]
    [InlineData(80, HealthLevel.Warning)]
    [InlineData(95, HealthLevel.Problem)]
    public void Connections_that_run_out_are_told_of(long count, HealthLevel level) =>
        PostgresFindings.Connections(count, 100).Level.ShouldBe(level);

    [Theory]
    [InlineData(499_999_999, HealthLevel.Ok)]
    [InlineData(500_000_000, HealthLevel.Warning)]
    [InlineData(1_500_000_000, HealthLevel.Problem)]
    public void Rows_that_are_never_frozen_are_told_of(long age, HealthLevel level) =>
        PostgresFindings.TransactionIds(age).Level.ShouldBe(level);

    [Fact]
    public void The_other_findings_have_their_limits_too()
    {
        PostgresFindings.SchemaVersion(1, 2).Level.ShouldBe(HealthLevel.Problem);
        PostgresFindings.SchemaVersion(2, 2).Level.ShouldBe(HealthLevel.Ok);
        PostgresFindings.ReplicationSlots(1).Level.ShouldBe(HealthLevel.Warning);
        PostgresFindings.ReplicationSlots(0).Level.ShouldBe(HealthLevel.Ok);
        PostgresFindings.Durability("fsync").Level.ShouldBe(HealthLevel.Warning);
        PostgresFindings.Durability("").Level.ShouldBe(HealthLevel.Ok);
    }

    private static HealthFinding Of(IReadOnlyList<HealthFinding> findings, string name) =>
        findings.Single(f => f.Name == name);

    private static async Task Until(Func<Task<bool>> condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20), TimeProvider.System);
        while (!await condition())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, limit.Token);
        }
    }

    private static async Task<NpgsqlConnection> OpenAsync(string more = "")
    {
        var connection = new NpgsqlConnection($"{PostgresServer.SharedConnection};{more}");
        await connection.OpenAsync(Ct);
        return connection;
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Ct);
    }
}
