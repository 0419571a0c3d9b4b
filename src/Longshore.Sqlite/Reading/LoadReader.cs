using System.Text.Json;
using Longshore.Sqlite.Interop;
using Longshore.Storage;
using Longshore.Storage.Sql;

namespace Longshore.Sqlite.Reading;

/// <summary>How much work there is in each namespace. Prepared when first asked: most readers never are.</summary>
internal sealed class LoadReader(Connection connection, SqlCatalog sql)
{
    private Statement? _namespaces;
    private Statement? _kinds;
    private Statement? _ready;

    public IReadOnlyList<NamespaceLoad> Namespaces()
    {
        var rows = _namespaces ??= connection.Prepare(sql["load_by_namespace"]);
        var found = new List<NamespaceLoad>();
        while (rows.Read())
        {
            found.Add(new NamespaceLoad(
                rows.Text(0)!, rows.Long(1), rows.Long(2), rows.Long(3), rows.LongOrNull(4)));
        }

        return found;
    }

    public IReadOnlyList<ReadyLoad> Ready(IReadOnlyList<string> namespaces)
    {
        var rows = _kinds ??= connection.Prepare(sql["ready_by_kind"]);
        return rows.BindText(JsonSerializer.SerializeToUtf8Bytes(namespaces))
            .All(row => new ReadyLoad(row.Text(0)!, row.Text(1)!, row.Long(2), row.Long(3)));
    }

    public IReadOnlyList<ReadyTask> ReadySince(long afterId, long beforeUs, int limit)
    {
        var rows = _ready ??= connection.Prepare(sql["ready_since"]);
        rows.Bind(afterId).Bind(beforeUs).Bind(limit);
        var found = new List<ReadyTask>();
        while (rows.Read())
        {
            found.Add(new ReadyTask(rows.Long(0), rows.Text(1)!, rows.Int(2), rows.Long(3)));
        }

        return found;
    }
}
