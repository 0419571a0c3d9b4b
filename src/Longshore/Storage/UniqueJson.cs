using System.Text.Json;
using System.Text.Json.Serialization;
using Longshore.Tasks;

namespace Longshore.Storage;

/// <summary>By what a task is unique, as a store keeps it beside the task's body.</summary>
internal static class UniqueJson
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower), new SecondsConverter() },
    };

    // Most are unique by nothing but their payload.
    private static readonly Unique Usual = new();

    public static string Write(Unique unique) =>
        unique == Usual ? "{}" : JsonSerializer.Serialize(unique, Options);

    public static Unique Read(string json) =>
        json == "{}" ? Usual : JsonSerializer.Deserialize<Unique>(json, Options)!;
}
