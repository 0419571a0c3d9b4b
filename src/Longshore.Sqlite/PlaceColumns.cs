using Longshore.Matching;
using Longshore.Sqlite.Interop;
using Longshore.Tasks;

namespace Longshore.Sqlite;

/// <summary>The eight columns that every stage table begins with, in their one order.</summary>
internal static class PlaceColumns
{
    public const int Count = 8;

    public static Statement Bind(this Statement statement, in Place place) => statement
        .Bind(place.Id).Bind(place.ClassId).Bind(place.Rank).Bind(place.Epoch)
        .Bind(place.Attempts).Bind(place.Failures).Bind(place.Priority).Bind((long)place.Flags);

    public static Place ReadPlace(this Statement row, int from = 0) => new(
        row.Long(from), row.Int(from + 1), row.Long(from + 2), row.Int(from + 3),
        row.Int(from + 4), row.Int(from + 5), (byte)row.Int(from + 6), (PlaceFlags)row.Int(from + 7));

    public static JsonText Json(this Statement row, int column) =>
        row.IsNull(column) ? default : JsonText.Trusted(row.Bytes(column).ToArray());
}
