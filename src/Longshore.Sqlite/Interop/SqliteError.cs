using SQLitePCL;

namespace Longshore.Sqlite.Interop;

/// <summary>SQLite refused something that the store does not expect: disk full, file damaged, a bug of ours.</summary>
internal sealed class SqliteFailure(int code, string message, string? sql)
    : Exception(sql is null ? $"SQLite error {code}: {message}" : $"SQLite error {code}: {message}, in: {sql}")
{
    public int Code { get; } = code;

    internal static void ThrowOn(int code, sqlite3 db, string? sql = null)
    {
        if (code != raw.SQLITE_OK)
        {
            throw new SqliteFailure(code, raw.sqlite3_errmsg(db).utf8_to_string(), sql);
        }
    }
}
