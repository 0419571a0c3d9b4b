using System.Text.Json;
using System.Text.Json.Serialization;
using Longshore.Tasks;

namespace Longshore.Rules;

/// <summary>Rules as JSON in a store: snake_case words, durations in seconds.</summary>
internal static class RulesJson
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        MaxDepth = Limits.JsonDepthMax,
        Converters =
        {
            new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false),
            new Seconds(),
        },
    };

    public static byte[] Write(NamespaceRules rules) => JsonSerializer.SerializeToUtf8Bytes(rules, Options);

    /// <summary>Reads rules that a store wrote.</summary>
    public static NamespaceRules Read(ReadOnlySpan<byte> json) =>
        JsonSerializer.Deserialize<NamespaceRules>(json, Options) ?? NamespaceRules.Default;

    /// <summary>A duration as a number of seconds; names end in <c>_seconds</c>.</summary>
    private sealed class Seconds : JsonConverter<TimeSpan>
    {
        public override TimeSpan Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            var seconds = reader.GetDouble();
            return Math.Abs(seconds) <= Limits.DurationMax.TotalSeconds
                ? TimeSpan.FromMicroseconds(Math.Round(seconds * 1e6))
                : throw new JsonException($"a duration of {seconds} seconds is out of range");
        }

        public override void Write(Utf8JsonWriter writer, TimeSpan value, JsonSerializerOptions options) =>
            writer.WriteNumberValue(value.TotalSeconds);
    }
}
