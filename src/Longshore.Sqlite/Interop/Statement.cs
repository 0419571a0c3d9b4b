using System.Text;
using SQLitePCL;

namespace Longshore.Sqlite.Interop;

/// <summary>
/// A prepared statement. Parameters are bound by position, in order, by a chain of <c>Bind</c> calls; then
/// <see cref="Run"/>, or <see cref="Read"/> until it answers false, which also makes it ready for the next use.
/// </summary>
internal sealed class Statement(Connection connection, sqlite3 db, sqlite3_stmt handle, string sql) : IDisposable
{
    // Owned by the wrapped handle, which lives as long as this.
    private readonly nint _handle = handle.DangerousGetHandle();
    private int _next = 1;

    public Statement Bind(long value)
    {
        _ = Native.BindLong(_handle, _next++, value);
        return this;
    }

    public Statement Bind(long? value) => value is { } number ? Bind(number) : BindNull();

    public Statement Bind(double value)
    {
        _ = Native.BindDouble(_handle, _next++, value);
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
    public unsafe Statement BindText(ReadOnlySpan<byte> utf8)
    {
        if (utf8.IsEmpty)
        {
            return BindNull();
        }

        fixed (byte* text = utf8)
        {
            _ = Native.BindText(_handle, _next++, text, utf8.Length, -1);
        }

        return this;
    }

    public Statement BindBlob(ReadOnlySpan<byte> bytes)
    {
        raw.sqlite3_bind_blob(handle, _next++, bytes);
        return this;
    }

    public Statement BindNull()
    {
        _ = Native.BindNull(_handle, _next++);
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
        var code = Native.Step(_handle);
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

    /// <summary>Runs to the end; answers the first column of every row.</summary>
    public List<long> ReadIds()
    {
        var ids = new List<long>();
        while (Read())
        {
            ids.Add(Long(0));
        }

        return ids;
    }

    /// <summary>
    /// Reads one row's worth at most: call after the columns were read, instead of reading to the end.
    /// </summary>
    public void Reset()
    {
        _ = Native.Reset(_handle);
        _next = 1;
    }

    public bool IsNull(int column) => Native.ColumnType(_handle, column) == raw.SQLITE_NULL;

    public long Long(int column) => Native.ColumnLong(_handle, column);

    public int Int(int column) => (int)Native.ColumnLong(_handle, column);

    public double Double(int column) => Native.ColumnDouble(_handle, column);

    public long? LongOrNull(int column) => IsNull(column) ? null : Long(column);

    public double? DoubleOrNull(int column) => IsNull(column) ? null : Double(column);

    /// <summary>The UTF-8 bytes of a text; gone with the next step.</summary>
    public unsafe ReadOnlySpan<byte> Bytes(int column) =>
        new(Native.ColumnBlob(_handle, column), Native.ColumnBytes(_handle, column));

    public string? Text(int column) => IsNull(column) ? null : Encoding.UTF8.GetString(Bytes(column));

    public void Dispose() => raw.sqlite3_finalize(handle);
}
