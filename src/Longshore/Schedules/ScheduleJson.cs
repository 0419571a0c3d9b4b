using System.Text.Json;
using Longshore.Tasks;

namespace Longshore.Schedules;

/// <summary>Schedules as JSON in a store.</summary>
internal static class ScheduleJson
{
    public static byte[] Write(Schedule schedule) => JsonSerializer.SerializeToUtf8Bytes(schedule, StoredJson.Options);

    /// <summary>Reads a schedule that a store wrote.</summary>
    public static Schedule Read(ReadOnlySpan<byte> json) =>
        JsonSerializer.Deserialize<Schedule>(json, StoredJson.Options)!;

    /// <summary>Whether two schedules say the same.</summary>
    public static bool AreSame(Schedule one, Schedule other) => Write(one).AsSpan().SequenceEqual(Write(other));
}
