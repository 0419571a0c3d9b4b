using System.Globalization;
using Longshore.Postgres;
using Longshore.Storage;
using Npgsql;

namespace Longshore.Stores.Tests.Postgres;

/// <summary>Each store has a schema of its own in the one database of the tests.</summary>
public class PostgresSource : StoreSource<PostgresStore>, ISqlSource
{
    private readonly string _schema = SchemaShelf.Take();

    /// <summary>Added to how the database is reached.</summary>
    protected virtual string Keywords => "";

    public override async ValueTask<IStore> ReopenAsync(StoreOptions options)
    {
        await Store.DisposeAsync();
        return Store = Make(options);
    }

    public override ValueTask<IReadOnlyList<string>> BrokenInvariantsAsync() => Store.CheckInvariantsAsync();

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await SchemaShelf.ReturnAsync(_schema);
        GC.SuppressFinalize(this);
    }

    public async Task<IReadOnlyList<string?[]>> QueryAsync(int columns, string sql)
    {
        await using var connection = await ConnectAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<string?[]>();
        while (await reader.ReadAsync())
        {
            rows.Add([.. Enumerable.Range(0, columns).Select(column => reader.IsDBNull(column)
                ? null
                : Convert.ToString(reader.GetValue(column), CultureInfo.InvariantCulture))]);
        }

        return rows;
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var connection = await ConnectAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    private async Task<NpgsqlConnection> ConnectAsync()
    {
        var settings = new NpgsqlConnectionStringBuilder(PostgresServer.SharedConnection) { SearchPath = _schema };
        var connection = new NpgsqlConnection(settings.ConnectionString);
        await connection.OpenAsync();
        return connection;
    }

    protected override PostgresStore Make(StoreOptions options) =>
        PostgresStore.OpenAsync(Options(options)).GetAwaiter().GetResult();

    private PostgresOptions Options(StoreOptions options) => new()
    {
        ConnectionString = PostgresServer.SharedConnection + Keywords,
        Schema = _schema,
        Store = options,
    };
}

/// <summary>The same with one connection: what needs another in the middle of a transaction waits for ever.</summary>
public sealed class NarrowSource : PostgresSource
{
    protected override string Keywords => ";Maximum Pool Size=1;Timeout=5";
}
