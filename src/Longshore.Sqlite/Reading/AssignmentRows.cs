using Longshore.Assignments;
using Longshore.Sqlite.Interop;
using Longshore.Sqlite.Live;
using Longshore.Storage.Sql;
using Longshore.Tasks;

namespace Longshore.Sqlite.Reading;

/// <summary>Reads the records of ended claims.</summary>
internal sealed class AssignmentRows(Connection connection, SqlCatalog sql, LiveIndex live)
{
    private readonly Statement _list = connection.Prepare(sql["assignments_list"]);

    /// <summary>Those of one task, oldest first.</summary>
    public IReadOnlyList<Assignment> Of(long taskId)
    {
        var list = new List<Assignment>();
        _list.Bind(taskId);
        while (_list.Read())
        {
            list.Add(new Assignment(
                taskId,
                _list.Int(0),
                live.NameOf(_list.Long(1)),
                UnixTime.FromMicroseconds(_list.Long(2)),
                UnixTime.FromMicroseconds(_list.Long(3)),
                (AssignmentStatus)_list.Int(4),
                _list.Text(5)));
        }

        return list;
    }
}
