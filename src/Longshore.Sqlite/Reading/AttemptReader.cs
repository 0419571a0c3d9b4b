using Longshore.Assignments;
using Longshore.Sqlite.Interop;
using Longshore.Storage;
using Longshore.Storage.Sql;
using Longshore.Tasks;

namespace Longshore.Sqlite.Reading;

/// <summary>Reads how the latest attempts went. Prepared when first asked: most readers never are.</summary>
internal sealed class AttemptReader(Connection connection, SqlCatalog sql)
{
    private Statement? _ended;
    private Statement? _looked;

    public EndedAttempts Ended(AttemptQuery query)
    {
        _ended ??= connection.Prepare(sql["attempts_ended"]);
        _looked ??= connection.Prepare(sql["events_looked_at"]);
        var seen = new HashSet<(long, int)>();
        var found = new List<EndedAttempt>();
        _ended.Bind(query.SinceUs).Bind(query.Namespace).Bind(query.Kind).Bind(AttemptQuery.EventsMax)
            .Bind(query.Limit);
        while (_ended.Read())
        {
            // A result that came late ends an attempt that was lost before.
            if (seen.Add((_ended.Long(0), _ended.Int(1))))
            {
                var ledTo = _ended.Text(6) is { } word ? TaskStates.Parse(word) : (TaskState)_ended.Int(5);
                found.Add(new EndedAttempt(
                    _ended.Text(2)!, _ended.Text(3)!, (AssignmentStatus)_ended.Int(4), ledTo, _ended.Int(1),
                    _ended.Long(7), _ended.Long(8), _ended.Long(9)));
            }
        }

        var looked = _looked.Bind(AttemptQuery.EventsMax).ReadIds();
        return EndedAttempts.Of(found, query, looked.Count == 0 ? null : looked[0]);
    }
}
