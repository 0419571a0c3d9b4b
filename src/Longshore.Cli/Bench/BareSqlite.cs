using System.Text;
using Longshore.Assignments;
using Longshore.Sqlite;
using Longshore.Sqlite.Interop;

namespace Longshore.Cli.Bench;

/// <summary>
/// The statements of a store's hot path over the same tables, and nothing else: no engine, no handlers, no
/// matching, no agents. What <c>bench</c> prints beside its own figures, from the same run on the same machine.
/// </summary>
internal sealed class BareSqlite : IDisposable
{
    private const int Classes = 200;
    private const long At = 1_700_000_000_000_000;
    private const long InProgress = (long)AssignmentStatus.InProgress;

    private readonly DirectoryInfo _folder;
    private readonly Connection _connection;
    private readonly Statement _task;
    private readonly Statement _readyAdd;
    private readonly Statement _readyRemove;
    private readonly Statement _claimAdd;
    private readonly Statement _body;
    private readonly Statement _claimGet;
    private readonly Statement _claimRemove;
    private readonly Statement _finishedAdd;
    private readonly Statement _assignmentAdd;
    private readonly Statement _eventAdd;
    private long _lastId;
    private long _lastDone;

    /// <summary>Makes an empty database beside the one being measured, so that both stand on one disk.</summary>
    public BareSqlite(string besidePath, Durability durability)
    {
        var parent = Path.GetDirectoryName(Path.GetFullPath(besidePath))!;
        _folder = Directory.CreateDirectory(Path.Combine(parent, $".bare-{Environment.ProcessId}"));
        var path = Path.Combine(_folder.FullName, "bare.db");
        _connection = SqliteStore.OpenWriter(new SqliteOptions { Path = path, Durability = durability });
        var sql = SqliteStore.Sql;
        _task = _connection.Prepare(sql["insert_task"]);
        _readyAdd = _connection.Prepare(sql["ready_add"]);
        _readyRemove = _connection.Prepare(sql["ready_remove"]);
        _claimAdd = _connection.Prepare(sql["claim_add"]);
        _body = _connection.Prepare(sql["task_body"]);
        _claimGet = _connection.Prepare(sql["claim_get"]);
        _claimRemove = _connection.Prepare(sql["claim_remove"]);
        _finishedAdd = _connection.Prepare(sql["finished_add"]);
        _assignmentAdd = _connection.Prepare(sql["assignment_add"]);
        _eventAdd = _connection.Prepare(sql["event_add"]);
    }

    /// <summary>Inserts tasks in transactions of <paramref name="batch"/>.</summary>
    public void Insert(int tasks, int batch, ReadOnlySpan<byte> payload)
    {
        for (var left = tasks; left > 0; left -= batch)
        {
            _connection.Execute("begin immediate");
            for (var i = Math.Min(batch, left); i > 0; i--)
            {
                var id = ++_lastId;
                _task.Bind(id).Bind(id % Classes).BindNull().BindNull().BindNull().BindText(payload).Bind(0.7).Bind(5)
                    .BindNull().BindNull().BindNull().Bind(5).Bind(0).Bind(2_000_000).Bind(3_600_000_000).Bind(0);
                for (var column = 17; column <= 24; column++)
                {
                    _task.BindNull();
                }

                _task.Bind(At).BindNull().Run();
                Place(_readyAdd, id, 0).Run();
            }

            Note("task_created", "[[1,1000]]");
            _connection.Execute("commit");
        }
    }

    /// <summary>Claims everything and finishes it, in pairs of transactions of <paramref name="batch"/>.</summary>
    public int Drain(int batch)
    {
        var drained = 0;
        while (_lastDone < _lastId)
        {
            var last = Math.Min(_lastId, _lastDone + batch);
            var items = new StringBuilder("[");
            _connection.Execute("begin immediate");
            for (var id = _lastDone + 1; id <= last; id++)
            {
                Claim(id);
                items.Append(items.Length == 1 ? "[" : ",[").Append(id).Append(",1,1,3]");
            }

            Note("task_claimed", items.Append(']').ToString());
            _connection.Execute("commit");
            _connection.Execute("begin immediate");
            for (var id = _lastDone + 1; id <= last; id++)
            {
                Finish(id);
                drained++;
            }

            Note("task_completed", items.ToString());
            _connection.Execute("commit");
            _lastDone = last;
        }

        return drained;
    }

    public void Dispose()
    {
        _connection.Dispose();
        _folder.Delete(recursive: true);
    }

    private void Claim(long id)
    {
        _readyRemove.Bind(id).Run();
        Place(_claimAdd, id, 1).Bind(1).Bind(0).Bind(At).Bind(At).BindNull().Bind(InProgress).Run();
        _body.Bind(id);
        while (_body.Read())
        {
            _ = _body.Bytes(4).Length;
        }
    }

    private void Finish(long id)
    {
        _claimGet.Bind(id);
        while (_claimGet.Read())
        {
            _ = _claimGet.Long(8);
        }

        _claimRemove.Bind(id).Run();
        Place(_finishedAdd, id, 1).Bind(8).Bind(1).Bind(At).BindNull().BindNull().Run();
        _assignmentAdd.Bind(id).Bind(1).Bind(1).Bind(At).Bind(At).Bind(0).Bind(0).BindNull().BindNull().BindNull()
            .Run();
    }

    private static Statement Place(Statement statement, long id, int epoch) =>
        statement.Bind(id).Bind(id % Classes).Bind(At + id).Bind(epoch).Bind(epoch).Bind(0).Bind(5).Bind(0);

    private void Note(string type, string items) => _eventAdd
        .Bind(At).Bind(type).Bind(0).BindNull().BindNull().BindNull().BindNull().BindNull().Bind(items).Run();
}
