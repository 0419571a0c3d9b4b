using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Longshore.Tasks;

namespace Longshore.Events;

/// <summary>How readiness events are written for a channel. Every payload is below the 8,000 bytes that fit.</summary>
internal static class ReadinessEventJson
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false) },
    };

    /// <summary>Writes an event.</summary>
    public static string Write(ReadinessEvent happened) => happened switch
    {
        TaskReadyEvent ready => JsonSerializer.Serialize(Fitted(ready), Options),
        _ => JsonSerializer.Serialize(happened, happened.GetType(), Options),
    };

    /// <summary>Reads an event; null when the text is none.</summary>
    public static T? Read<T>(string text)
        where T : ReadinessEvent
    {
        try
        {
            return JsonSerializer.Deserialize<T>(text, Options);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    // Too many ids are no ids: then everybody looks at all of it.
    private static TaskReadyEvent Fitted(TaskReadyEvent ready) =>
        ready.TaskIds.Count <= Limits.SignalledTasksMax ? ready : ready with { TaskIds = [] };

    /// <summary>Whether a text is too long to be an event of ours.</summary>
    public static bool IsTooLong(string text) => Encoding.UTF8.GetByteCount(text) > Limits.SignalBytesMax;
}
