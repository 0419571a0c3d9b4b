using System.Text.Json;
using System.Text.Json.Serialization;
using Longshore.Tasks;

namespace Longshore.Hosting;

/// <summary>How payloads and results are written and read: snake_case, and strictly.</summary>
public static class PayloadJson
{
    /// <summary>
    /// The options: unknown and repeated members are refused, required ones and nullability are enforced, numbers are
    /// numbers.
    /// </summary>
    public static JsonSerializerOptions Options { get; } = Create();

    private static JsonSerializerOptions Create()
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.General)
        {
            PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
            UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
            AllowDuplicateProperties = false,
            RespectNullableAnnotations = true,
            RespectRequiredConstructorParameters = true,
            MaxDepth = Limits.JsonDepthMax,
        };
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false));
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }
}
