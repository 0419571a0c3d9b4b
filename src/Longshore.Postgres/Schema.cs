using Longshore.Storage.Sql;
using Longshore.Tasks;
using Npgsql;

namespace Longshore.Postgres;

/// <summary>Brings a database to the present schema.</summary>
internal static class Schema
{
    /// <summary>The migrations this Longshore knows.</summary>
    public static IReadOnlyList<Migration> Migrations { get; } = Migration.Load(typeof(Schema).Assembly);

    /// <summary>
    /// Applies what is missing and records it, all in one transaction under a lock: of many nodes that start together
    /// one does it and the others find it done. A node whose schema is complete writes nothing.
    /// </summary>
    public static async Task MigrateAsync(Database database, CancellationToken ct)
    {
        var connection = await database.Source.OpenConnectionAsync(ct).ConfigureAwait(false);
        await using var _ = connection.ConfigureAwait(false);
        if (await PendingAsync(connection, database, ct).ConfigureAwait(false) is { Count: 0 })
        {
            return;
        }

        var transaction = await connection.BeginTransactionAsync(ct).ConfigureAwait(false);
        await using var __ = transaction.ConfigureAwait(false);
        await ExecuteAsync(connection, database.Sql["migrations_lock"], ct, database.Options.Schema)
            .ConfigureAwait(false);
        if (await ScalarAsync(
            connection, database.Sql["migrations_schema_exists"], ct, database.Options.Schema)
            .ConfigureAwait(false) is not true)
        {
            var make = database.Sql["migrations_schema"];
            await ExecuteAsync(
                connection, make.Replace("/* schema */", database.Options.Schema, StringComparison.Ordinal), ct)
                .ConfigureAwait(false);
        }

        await ExecuteAsync(connection, database.Sql["migrations_table"], ct).ConfigureAwait(false);
        var now = database.Options.Store.Clock.NowMicroseconds();
        foreach (var migration in await PendingAsync(connection, database, ct).ConfigureAwait(false))
        {
            await ExecuteAsync(connection, database.InSchema(migration.Sql), ct).ConfigureAwait(false);
            await ExecuteAsync(
                connection, database.Sql["migration_record"], ct,
                migration.Number, migration.Name, migration.Checksum, now).ConfigureAwait(false);
        }

        await transaction.CommitAsync(ct).ConfigureAwait(false);
    }

    /// <summary>Removes the schema with all it holds: what tests and benchmarks leave behind.</summary>
    public static async Task DropAsync(PostgresOptions options, CancellationToken ct)
    {
        var database = new Database(options);
        await using var _ = database.ConfigureAwait(false);
        var connection = await database.Source.OpenConnectionAsync(ct).ConfigureAwait(false);
        await using var __ = connection.ConfigureAwait(false);
        var drop = database.Sql["schema_drop"].Replace("/* schema */", options.Schema, StringComparison.Ordinal);
        await ExecuteAsync(connection, drop, ct).ConfigureAwait(false);
    }

    private static async Task<IReadOnlyList<Migration>> PendingAsync(
        NpgsqlConnection connection, Database database, CancellationToken ct)
    {
        var applied = new List<(int, string)>();
        if (await ScalarAsync(
            connection, database.Sql["migrations_exist"], ct, database.Options.Schema).ConfigureAwait(false) is true)
        {
            using var command = new NpgsqlCommand(database.Sql["migrations_applied"], connection);
            var reader = await command.ExecuteReaderAsync(ct).ConfigureAwait(false);
            await using var _ = reader.ConfigureAwait(false);
            while (await reader.ReadAsync(ct).ConfigureAwait(false))
            {
                applied.Add((reader.GetInt32(0), reader.GetString(1)));
            }
        }

        return [.. Migration.Pending(Migrations, applied, database.Options.Location)];
    }

    private static async Task ExecuteAsync(
        NpgsqlConnection connection, string sql, CancellationToken ct, params object[] values)
    {
        using var command = Command(connection, sql, values);
        await command.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
    }

    private static async Task<object?> ScalarAsync(
        NpgsqlConnection connection, string sql, CancellationToken ct, params object[] values)
    {
        using var command = Command(connection, sql, values);
        return await command.ExecuteScalarAsync(ct).ConfigureAwait(false);
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql, object[] values)
    {
        var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        }

        return command;
    }
}
