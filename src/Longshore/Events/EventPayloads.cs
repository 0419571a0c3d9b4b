using System.Text.Json;
using Longshore.Tasks;

namespace Longshore.Events;

/// <summary>The details that events carry.</summary>
internal static class EventPayloads
{
    public static JsonText Claim(int epoch, string agent, TaskState state) => Write(json =>
    {
        json.WriteNumber("epoch", epoch);
        json.WriteString("agent", agent);
        json.WriteString("state", state.ToWire());
    });

    public static JsonText Reason(string? reason) => Write(json => json.WriteString("reason", reason));

    private static JsonText Write(Action<Utf8JsonWriter> fill)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            fill(json);
            json.WriteEndObject();
        }

        return JsonText.Trusted(buffer.ToArray());
    }
}
