using Longshore.Sqlite.Interop;
using Longshore.Storage.Sql;

namespace Longshore.Sqlite.Verbs;

/// <summary>How far somebody has come.</summary>
internal sealed class Bookmarks(Connection connection, SqlCatalog sql)
{
    private readonly Statement _get = connection.Prepare(sql["bookmark_get"]);
    private readonly Statement _set = connection.Prepare(sql["bookmark_set"]);

    public long? Get(string name)
    {
        long? position = _get.Bind(name).Read() ? _get.Long(0) : null;
        _get.Reset();
        return position;
    }

    public long Set(string name, long position)
    {
        _set.Bind(name).Bind(position).Run();
        return position;
    }
}
