using Longshore.Sqlite.Interop;
using Longshore.Storage.Sql;

namespace Longshore.Sqlite;

/// <summary>Brings a database to the present schema.</summary>
internal static class Schema
{
    /// <summary>The migrations this Longshore knows.</summary>
    public static IReadOnlyList<Migration> Migrations { get; } = Migration.Load(typeof(Schema).Assembly);

    /// <summary>
    /// Applies what is missing, each migration in a transaction of its own, and records it with its checksum.
    /// </summary>
    public static void Migrate(Connection connection, SqlCatalog sql, string path, long nowUs)
    {
        connection.Execute(sql["migrations_table"]);
        var applied = new List<(int, string)>();
        using (var read = connection.Prepare(sql["migrations_applied"]))
        {
            while (read.Read())
            {
                applied.Add((read.Int(0), read.Text(1)!));
            }
        }

        foreach (var migration in Migration.Pending(Migrations, applied, path))
        {
            connection.Execute("begin immediate");
            connection.Execute(migration.Sql);
            using var record = connection.Prepare(sql["migration_record"]);
            record.Bind(migration.Number).Bind(migration.Name).Bind(migration.Checksum).Bind(nowUs).Run();
            connection.Execute("commit");
        }
    }

    /// <summary>
    /// The definitions of every table, index and view, in a fixed order: what <c>schema.sql</c> holds.
    /// </summary>
    public static string Dump(Connection connection, SqlCatalog sql)
    {
        using var read = connection.Prepare(sql["schema_dump"]);
        var dump = new System.Text.StringBuilder();
        while (read.Read())
        {
            dump.Append(read.Text(0)).Append(";\n\n");
        }

        return dump.ToString().TrimEnd() + "\n";
    }
}
