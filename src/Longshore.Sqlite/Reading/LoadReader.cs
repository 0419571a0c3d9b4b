using Longshore.Sqlite.Interop;
using Longshore.Storage;
using Longshore.Storage.Sql;

namespace Longshore.Sqlite.Reading;

/// <summary>How much work there is in each namespace. Prepared when first asked: most readers never are.</summary>
internal sealed class LoadReader(Connection connection, SqlCatalog sql)
{
    private Statement? _namespaces;

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
}
