using System.Text.Json;
using System.Text.Json.Serialization;
using Longshore.Capabilities;
using Longshore.Tasks;

namespace Longshore.Schedules;

/// <summary>Schedules as JSON in a store: snake_case words, durations in seconds, what is usual left out.</summary>
internal static class ScheduleJson
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        MaxDepth = Limits.JsonDepthMax + 8,
        Converters =
        {
            new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false),
            new SecondsConverter(),
            new RequirementText(),
        },
    };

    public static byte[] Write(Schedule schedule) => JsonSerializer.SerializeToUtf8Bytes(schedule, Options);

    /// <summary>Reads a schedule that a store wrote.</summary>
    public static Schedule Read(ReadOnlySpan<byte> json) => JsonSerializer.Deserialize<Schedule>(json, Options)!;

    /// <summary>Whether two schedules say the same.</summary>
    public static bool AreSame(Schedule one, Schedule other) => Write(one).AsSpan().SequenceEqual(Write(other));

    private sealed class RequirementText : JsonConverter<Requirement>
    {
        public override Requirement Read(
            ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            Requirement.Parse(reader.GetString()!);

        public override void Write(Utf8JsonWriter writer, Requirement value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.ToString());
    }
}
