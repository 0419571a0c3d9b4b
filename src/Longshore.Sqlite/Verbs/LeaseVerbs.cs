using Longshore.Sqlite.Interop;
using Longshore.Storage.Sql;

namespace Longshore.Sqlite.Verbs;

/// <summary>Leadership.</summary>
internal sealed class LeaseVerbs(Connection connection, SqlCatalog sql)
{
    private readonly Statement _get = connection.Prepare(sql["lease_get"]);
    private readonly Statement _put = connection.Prepare(sql["lease_put"]);
    private readonly Statement _release = connection.Prepare(sql["lease_release"]);

    public long? Acquire(string name, string holder, long nowUs, long untilUs)
    {
        long epoch = 1;
        _get.Bind(name);
        if (_get.Read())
        {
            var isMine = _get.Text(0) == holder;
            var isFree = _get.Long(2) <= nowUs;
            epoch = _get.Long(1) + (isMine ? 0 : 1);
            _get.Reset();
            if (!isMine && !isFree)
            {
                return null;
            }
        }

        _put.Bind(name).Bind(holder).Bind(epoch).Bind(untilUs).Run();
        return epoch;
    }

    public bool Release(string name, string holder) => _release.Bind(name).Bind(holder).Run() > 0;
}
