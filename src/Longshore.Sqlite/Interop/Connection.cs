using SQLitePCL;

namespace Longshore.Sqlite.Interop;

/// <summary>One SQLite connection, used by one thread at a time.</summary>
internal sealed class Connection : IDisposable
{
    private readonly sqlite3 _db;
    private readonly List<Statement> _statements = [];

    static Connection() => Batteries_V2.Init();

    public Connection(string path, bool readOnly)
    {
        var flags = raw.SQLITE_OPEN_NOMUTEX
            | (readOnly ? raw.SQLITE_OPEN_READONLY : raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_CREATE);
        SqliteFailure.ThrowOn(raw.sqlite3_open_v2(path, out _db, flags, null), _db, path);
        raw.sqlite3_busy_timeout(_db, 5000);
    }

    /// <summary>How many statements have run to their end, for the figure "statements per task".</summary>
    public long StatementsRun { get; internal set; }

    public Statement Prepare(string sql)
    {
        var code = raw.sqlite3_prepare_v3(_db, sql, raw.SQLITE_PREPARE_PERSISTENT, out var handle);
        SqliteFailure.ThrowOn(code, _db, sql);
        var statement = new Statement(this, _db, handle, sql);
        _statements.Add(statement);
        return statement;
    }

    /// <summary>Runs statements that take no parameters and yield nothing of interest.</summary>
    public void Execute(string sql) => SqliteFailure.ThrowOn(raw.sqlite3_exec(_db, sql), _db, sql);

    /// <summary>Rows changed by the latest insert, update or delete.</summary>
    public int Changes() => raw.sqlite3_changes(_db);

    public long LastInsertId() => raw.sqlite3_last_insert_rowid(_db);

    /// <summary>Moves the log into the database as far as readers allow.</summary>
    public void Checkpoint(bool truncate = false) => raw.sqlite3_wal_checkpoint_v2(
        _db, null, truncate ? raw.SQLITE_CHECKPOINT_TRUNCATE : raw.SQLITE_CHECKPOINT_PASSIVE, out _, out _);

    public void Dispose()
    {
        foreach (var statement in _statements)
        {
            statement.Dispose();
        }

        raw.sqlite3_close_v2(_db);
    }
}
