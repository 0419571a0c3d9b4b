using Longshore.Sqlite.Interop;
using Longshore.Storage;
using Longshore.Storage.Sql;

namespace Longshore.Sqlite.Reading;

/// <summary>What a doctor asks of the database itself. Prepared when first asked: most readers never are.</summary>
internal sealed class HealthReader(Connection connection, SqlCatalog sql)
{
    private Statement? _version;
    private Statement? _leases;
    private Statement? _check;

    public int SchemaVersion()
    {
        var row = _version ??= connection.Prepare(sql["health_schema_version"]);
        row.Read();
        var version = row.Int(0);
        row.Reset();
        return version;
    }

    public IReadOnlyList<LeaseRow> Leases()
    {
        var rows = _leases ??= connection.Prepare(sql["health_leases"]);
        var leases = new List<LeaseRow>();
        while (rows.Read())
        {
            leases.Add(new LeaseRow(rows.Text(0)!, rows.Text(1)!, rows.Long(2), rows.Long(3)));
        }

        return leases;
    }

    /// <summary>What SQLite finds wrong with the file first; null when it finds nothing.</summary>
    public string? FirstFault()
    {
        var rows = _check ??= connection.Prepare("pragma quick_check(1)");
        rows.Read();
        var said = rows.Text(0);
        rows.Reset();
        return said == "ok" ? null : said;
    }
}
