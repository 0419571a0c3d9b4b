using System.Globalization;
using Longshore.Stores.Tests.Postgres;
using Npgsql;

namespace Longshore.Server.Tests.Crash;

/// <summary>
/// Two <c>longshore serve</c> on one PostgreSQL, both with agents and submitters, while something goes wrong. Work
/// resumes by itself in seconds; nothing acknowledged is lost, nothing is done twice under one epoch (G1, G2, G7).
/// </summary>
[Trait("suite", "long")]
public sealed class PostgresCrashTests : IDisposable
{
    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan FinishedWithin = TimeSpan.FromSeconds(30);

    private readonly PostgresServer _postgres = new(safe: true);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _postgres.Dispose();

    [Fact]
    public Task Database_that_crashes_and_comes_back() => SurviveAsync("", async _ =>
    {
        _postgres.StopImmediately();
        await PauseAsync();
        _postgres.Start();
    });

    [Fact]
    public Task Connections_cut_again_and_again() => SurviveAsync("", async _ =>
    {
        for (var i = 0; i < 10; i++)
        {
            await AdministerAsync(Cut);
            await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, Ct);
        }
    });

    [Fact]
    public Task Connections_refused_for_a_while() => SurviveAsync("", async _ =>
    {
        await AdministerAsync("alter database longshore allow_connections false");
        await AdministerAsync(Cut);
        await PauseAsync();
        await AdministerAsync("alter database longshore allow_connections true");
    });

    [Fact]
    public Task Pool_of_one_connection_for_each_node() => SurviveAsync(";Maximum Pool Size=1", _ => PauseAsync());

    [Fact]
    public Task Node_killed_with_its_claims() => SurviveAsync("", async nodes =>
    {
        await nodes[1].KillAsync();
        await PauseAsync();
        await nodes[1].StartAsync(Ct);
    });

    [Fact]
    public async Task Transaction_held_open_all_the_time()
    {
        await AdministerAsync("create database longshore");
        await using var connection = new NpgsqlConnection(Connection);
        await connection.OpenAsync(Ct);
        await using var transaction = await connection.BeginTransactionAsync(Ct);
        await using var hold = new NpgsqlCommand("select pg_current_xact_id()::text", connection);
        await hold.ExecuteScalarAsync(Ct);
        await SurviveAsync("", _ => PauseAsync(), create: false);
    }

    private const string Cut =
        "select pg_terminate_backend(pid) from pg_stat_activity where datname = 'longshore'";

    private string Connection => string.Create(
        CultureInfo.InvariantCulture,
        $"Host=127.0.0.1;Port={_postgres.Port};Username=postgres;Database=longshore;Password=do-not-show");

    private async Task SurviveAsync(
        string keywords, Func<IReadOnlyList<ServerProcess>, Task> trouble, bool create = true)
    {
        if (create)
        {
            await AdministerAsync("create database longshore");
        }

        await using var here = new ServerProcess { Store = "postgres:" + Connection + keywords };
        await using var there = new ServerProcess { Store = "postgres:" + Connection + keywords };
        await Task.WhenAll(here.StartAsync(Ct), there.StartAsync(Ct));
        var load = new SharedLoad([here, there]);
        await load.RunAsync(() => trouble([here, there]), FinishedWithin, Ct);
        await load.ShouldHaveLostNothingAsync(Ct);
        here.Lines.Concat(there.Lines).ShouldAllBe(line => !line.Contains("do-not-show", StringComparison.Ordinal));
    }

    private static Task PauseAsync() => Task.Delay(Moment, TimeProvider.System, Ct);

    private async Task AdministerAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(_postgres.Connection + ";Pooling=false");
        await connection.OpenAsync(Ct);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Ct);
    }
}
