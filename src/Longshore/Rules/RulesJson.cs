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
            new SecondsConverter(),
        },
    };

    public static byte[] Write(NamespaceRules rules) => JsonSerializer.SerializeToUtf8Bytes(rules, Options);

    /// <summary>Reads rules that a store wrote.</summary>
    public static NamespaceRules Read(ReadOnlySpan<byte> json) =>
        JsonSerializer.Deserialize<NamespaceRules>(json, Options) ?? NamespaceRules.Default;
}
