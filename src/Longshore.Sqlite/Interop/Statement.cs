using System.Text;
using SQLitePCL;

namespace Longshore.Sqlite.Interop;

/// <summary>
/// A prepared statement. Parameters are bound by position, in order, by a chain of <c>Bind</c> calls; then
/// <see cref="Run"/>, or <see cref="Read"/> until it answers false, which also makes it ready for the next use.
/// </summary>
internal sealed class Statement(Connection connection, sqlite3 db, sqlite3_stmt handle, string sql) : IDisposable
{
    private int _next = 1;

    public Statement Bind(long value)
    {
        raw.sqlite3_bind_int64(handle, _next++, value);
        return this;
    }

    public Statement Bind(long? value) => value is { } number ? Bind(number) : BindNull();

    public Statement Bind(double value)
    {
        raw.sqlite3_bind_double(handle, _next++, value);
        return this;
    }

    public Statement Bind(double? value) => value is { } number ? Bind(number) : BindNull();

    public Statement Bind(string? value)
    {
        if (value is null)
        {
            return BindNull();
        }

        raw.sqlite3_bind_text(handle, _next++, value);
        return this;
    }

    /// <summary>Binds UTF-8 as text; an empty span is null.</summary>
    public Statement BindText(ReadOnlySpan<byte> utf8)
    {
        if (utf8.IsEmpty)
        {
            return BindNull();
        }

        raw.sqlite3_bind_text(handle, _next++, utf8);
        return this;
    }

    public Statement BindBlob(ReadOnlySpan<byte> bytes)
    {
        raw.sqlite3_bind_blob(handle, _next++, bytes);
        return this;
    }

    public Statement BindNull()
    {
        raw.sqlite3_bind_null(handle, _next++);
        return this;
    }

    /// <summary>Runs to the end; answers how many rows it changed.</summary>
    public int Run()
    {
        while (Read())
        {
            // Rows of a statement run for its effect are of no interest.
        }

        return connection.Changes();
    }

    /// <summary>Steps to the next row; false, and ready for the next use, when there is none.</summary>
    public bool Read()
    {
        var code = raw.sqlite3_step(handle);
        if (code == raw.SQLITE_ROW)
        {
            return true;
        }

        Reset();
        connection.StatementsRun++;
        if (code != raw.SQLITE_DONE)
        {
            SqliteFailure.ThrowOn(code, db, sql);
        }

        return false;
    }

    /// <summary>
    /// Reads one row's worth at most: call after the columns were read, instead of reading to the end.
    /// </summary>
    public void Reset()
    {
        raw.sqlite3_reset(handle);
        _next = 1;
    }

    public bool IsNull(int column) => raw.sqlite3_column_type(handle, column) == raw.SQLITE_NULL;

    public long Long(int column) => raw.sqlite3_column_int64(handle, column);

    public int Int(int column) => raw.sqlite3_column_int(handle, column);

    public double Double(int column) => raw.sqlite3_column_double(handle, column);

    public long? LongOrNull(int column) => IsNull(column) ? null : Long(column);

    public double? DoubleOrNull(int column) => IsNull(column) ? null : Double(column);

    /// <summary>The UTF-8 bytes of a text; gone with the next step.</summary>
    public ReadOnlySpan<byte> Bytes(int column) => raw.sqlite3_column_blob(handle, column);

    public string? Text(int column) => IsNull(column) ? null : Encoding.UTF8.GetString(Bytes(column));

    public void Dispose() => raw.sqlite3_finalize(handle);
}
