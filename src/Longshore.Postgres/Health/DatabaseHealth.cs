using System.Text.RegularExpressions;
using Longshore.Storage;
using Npgsql;

namespace Longshore.Postgres.Health;

/// <summary>Asks a PostgreSQL database how it is doing, in one round trip.</summary>
internal sealed partial class DatabaseHealth(Database database)
{
    /// <summary>The indexes that the migrations made and did not drop again.</summary>
    private static readonly IReadOnlyCollection<string> Indexes = IndexesOf(Schema.Migrations.Select(m => m.Sql));

    public ValueTask<IReadOnlyList<HealthFinding>> CheckAsync(long? nowUs, CancellationToken ct) => database.RunAsync(
        () => new Round()
            .Add(database.Sql["health_schema_version"])
            .Add(database.Sql["health_leases"])
            .Add(database.Sql["health_instant"]).With(database.Instant(nowUs))
            .Add(database.Sql["health_transactions"])
            .Add(database.Sql["health_tables"])
            .Add(database.Sql["health_indexes"])
            .Add(database.Sql["health_server"]),
        rows => ReadAsync(rows, ct),
        ct);

    /// <summary>The names of the indexes that these migrations leave behind.</summary>
    internal static IReadOnlyCollection<string> IndexesOf(IEnumerable<string> migrations)
    {
        var indexes = new SortedSet<string>(StringComparer.Ordinal);
        foreach (Match step in migrations.SelectMany(sql => IndexStep().Matches(sql)))
        {
            _ = step.Groups["made"].Success
                ? indexes.Add(step.Groups["made"].Value)
                : indexes.Remove(step.Groups["dropped"].Value);
        }

        return indexes;
    }

    private static async ValueTask<IReadOnlyList<HealthFinding>> ReadAsync(NpgsqlDataReader rows, CancellationToken ct)
    {
        var version = (await AllAsync(rows, row => row.GetInt64(0), ct).ConfigureAwait(false))[0];
        var leases = await AllAsync(
            rows, row => new LeaseRow(row.GetString(0), row.GetString(1), row.GetInt64(2), row.GetInt64(3)), ct)
            .ConfigureAwait(false);
        var now = (await AllAsync(rows, row => row.GetInt64(0), ct).ConfigureAwait(false))[0];
        var open = (await AllAsync(rows, row => PostgresFindings.OldestTransaction(
            row.DoubleOrNull(0), row.TextOrNull(1), row.GetInt64(2)), ct).ConfigureAwait(false))[0];
        var tables = await AllAsync(rows, Table, ct).ConfigureAwait(false);
        var usable = await AllAsync(rows, row => row.GetString(0), ct).ConfigureAwait(false);
        var server = (await AllAsync(rows, Server, ct).ConfigureAwait(false))[0];
        return
        [
            PostgresFindings.SchemaVersion(version, Schema.Migrations.Count),
            LeadershipFinding.Of(leases, now),
            open,
            PostgresFindings.DeadTuples(tables, server.Autovacuum),
            PostgresFindings.IndexUse(tables, Indexes, usable.ToHashSet(StringComparer.Ordinal)),
            PostgresFindings.Notifications(server.NotificationQueue),
            PostgresFindings.Connections(server.Connections, server.ConnectionsMax),
            PostgresFindings.TransactionIds(server.TransactionAge),
            PostgresFindings.ReplicationSlots(server.IdleSlots),
            PostgresFindings.Durability(server.UnsafeSettings),
        ];
    }

    private static TableFacts Table(NpgsqlDataReader row) =>
        new(row.GetString(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4));

    private static ServerFacts Server(NpgsqlDataReader row) => new(
        row.GetDouble(0),
        row.GetInt64(1),
        row.GetInt64(2),
        row.GetInt64(3),
        row.GetInt64(4),
        row.GetString(5),
        row.GetString(6));

    /// <summary>Every row of the present result; then goes on to the next.</summary>
    private static async ValueTask<List<T>> AllAsync<T>(
        NpgsqlDataReader rows, Func<NpgsqlDataReader, T> read, CancellationToken ct)
    {
        var all = new List<T>();
        while (await rows.ReadAsync(ct).ConfigureAwait(false))
        {
            all.Add(read(rows));
        }

        await rows.NextResultAsync(ct).ConfigureAwait(false);
        return all;
    }

    [GeneratedRegex(
        @"create (unique )?index (?<made>\w+)|drop index (if exists )?(longshore\.)?(?<dropped>\w+)",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex IndexStep();
}
