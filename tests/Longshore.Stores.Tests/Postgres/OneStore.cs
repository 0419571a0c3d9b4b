using Longshore.Agents;
using Longshore.Capabilities;
using Longshore.Postgres;
using Longshore.Storage;
using Longshore.Tasks;
using Longshore.Tests;
using Npgsql;

namespace Longshore.Stores.Tests.Postgres;

/// <summary>What tests share that use a store and its database beside each other.</summary>
public abstract class OneStore : IAsyncLifetime
{
    private readonly PostgresSource _source = new();

    protected PostgresStore Store { get; private set; } = null!;

    protected static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        Store = (PostgresStore)_source.Create(new StoreOptions());
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        (await _source.BrokenInvariantsAsync()).ShouldBeEmpty();
        await _source.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected async Task<NpgsqlConnection> OpenAsync() => await Store.Database.Source.OpenConnectionAsync(Ct);

    /// <summary>Opens a connection with a setting of its own.</summary>
    protected static async Task<NpgsqlConnection> OpenAsync(string setting)
    {
        var connection = new NpgsqlConnection(With(setting));
        await connection.OpenAsync(Ct);
        return connection;
    }

    /// <summary>How the database is reached with a setting of its own.</summary>
    protected static string With(string setting) => $"{PostgresServer.SharedConnection};Options=-c {setting}";

    protected async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(Store.Database.InSchema(sql), connection);
        await command.ExecuteNonQueryAsync(Ct);
    }

    protected async Task<object?> ScalarAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(Store.Database.InSchema(sql), connection);
        return await command.ExecuteScalarAsync(Ct);
    }

    /// <summary>Asks on a connection of its own.</summary>
    protected async Task<object?> ScalarAsync(string sql)
    {
        await using var connection = await OpenAsync();
        return await ScalarAsync(connection, sql);
    }

    /// <summary>Enqueues by SQL; answers the id.</summary>
    protected async Task<long> EnqueueAsync(string arguments) =>
        (long)(await ScalarAsync($"select longshore.enqueue({arguments})"))!;

    /// <summary>Waits until so many statements whose text contains a word wait for a lock.</summary>
    protected Task UntilWaitingAsync(string word, int count = 1) => Until.Holds(
        async () => (long)(await ScalarAsync($"""
            select count(*) from pg_stat_activity
            where wait_event_type = 'Lock' and query like '%{word}%' and query like '%longshore.%'
            """))! >= count,
        $"{word} waits");

    /// <summary>Inserts by the client; answers the ids.</summary>
    protected async Task<IReadOnlyList<long>> InsertAsync(params NewTask[] tasks)
    {
        var batch = new TaskBatch();
        batch.Inserts.AddRange(tasks);
        return [.. (await Store.CommitAsync(batch, Ct)).Inserts.Select(one => one.TaskId)];
    }

    protected async Task<IReadOnlyList<Grant>> ClaimAsync(string agent, params long[] ids)
    {
        var batch = new TaskBatch();
        batch.Claims.Add(new ClaimRequest { Agent = agent, Max = 10, TaskIds = ids });
        return (await Store.CommitAsync(batch, Ct)).Claims[0].Grants;
    }

    protected async Task RegisterAsync(string name, params string[] capabilities) => await Store.RegisterAsync(
        AgentValidation.Checked(new AgentRegistration
        {
            Name = name,
            MaxConcurrent = 10,
            Capabilities = [.. capabilities.Select(c => Capability.Parse(c))],
        }),
        ct: Ct);
}
