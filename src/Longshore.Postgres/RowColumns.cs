using Longshore.Tasks;
using Npgsql;

namespace Longshore.Postgres;

/// <summary>Reading rows, and columns that may be null.</summary>
internal static class RowColumns
{
    public static string? TextOrNull(this NpgsqlDataReader row, int column) =>
        row.IsDBNull(column) ? null : row.GetString(column);

    public static long? LongOrNull(this NpgsqlDataReader row, int column) =>
        row.IsDBNull(column) ? null : row.GetInt64(column);

    public static int? IntOrNull(this NpgsqlDataReader row, int column) =>
        row.IsDBNull(column) ? null : row.GetInt32(column);

    public static short? ShortOrNull(this NpgsqlDataReader row, int column) =>
        row.IsDBNull(column) ? null : row.GetInt16(column);

    public static double? DoubleOrNull(this NpgsqlDataReader row, int column) =>
        row.IsDBNull(column) ? null : row.GetDouble(column);

    public static DateTimeOffset Instant(this NpgsqlDataReader row, int column) =>
        UnixTime.FromMicroseconds(row.GetInt64(column));

    public static DateTimeOffset? InstantOrNull(this NpgsqlDataReader row, int column) =>
        row.IsDBNull(column) ? null : row.Instant(column);

    public static TimeSpan? DurationOrNull(this NpgsqlDataReader row, int column) =>
        row.IsDBNull(column) ? null : TimeSpan.FromMicroseconds(row.GetInt64(column));

    public static JsonText Json(this NpgsqlDataReader row, int column) =>
        row.IsDBNull(column) ? default : JsonText.Trusted(row.GetFieldValue<byte[]>(column));

    /// <summary>Reads one result; then the reader stands on the next.</summary>
    public static async ValueTask<List<T>> AllAsync<T>(
        this NpgsqlDataReader row, Func<NpgsqlDataReader, T> read, CancellationToken ct)
    {
        var all = new List<T>();
        while (await row.ReadAsync(ct).ConfigureAwait(false))
        {
            all.Add(read(row));
        }

        await row.NextResultAsync(ct).ConfigureAwait(false);
        return all;
    }
}
