using System.Text.Json;
using System.Text.Json.Serialization;
using Longshore.Capabilities;

namespace Longshore.Tasks;

/// <summary>
/// How definitions stand as JSON in a store: snake_case words, durations in seconds, requirements as text, what is
/// missing left out.
/// </summary>
internal static class StoredJson
{
    public static JsonSerializerOptions Options { get; } = new()
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

    private sealed class RequirementText : JsonConverter<Requirement>
    {
        public override Requirement Read(
            ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            Requirement.Parse(reader.GetString()!);

        public override void Write(Utf8JsonWriter writer, Requirement value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.ToString());
    }
}
