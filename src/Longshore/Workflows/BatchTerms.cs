using System.Text.Json;
using Longshore.Tasks;

namespace Longshore.Workflows;

/// <summary>What was said of a batch when it began, and never changes: kept as the input of its run.</summary>
internal sealed record BatchTerms
{
    /// <summary>For people.</summary>
    public string? Description { get; init; }

    /// <summary>What the callback at its end is given; none when there is no such callback.</summary>
    public JsonText? OnEnd { get; init; }

    /// <summary>What the callback at its success is given.</summary>
    public JsonText? OnDone { get; init; }

    /// <summary>SHA-256 over the callbacks and the tasks that it was started with: tells a repetition.</summary>
    public byte[] Digest { get; init; } = [];

    public JsonText Write() => JsonText.Trusted(JsonSerializer.SerializeToUtf8Bytes(this, StoredJson.Options));

    public static BatchTerms Read(JsonText input) =>
        JsonSerializer.Deserialize<BatchTerms>(input.Utf8, StoredJson.Options)!;

    /// <summary>The payload of a callback: its own, and <c>batch</c> with what became of the tasks.</summary>
    public JsonText PayloadOf(string callback, WorkflowRun ended) => Fill(
        (callback == BatchAdvance.OnDone ? OnDone : OnEnd) ?? JsonText.EmptyObject,
        new BatchOutcome(
            ended.Id, ended.Code, ended.Steps, ended.Steps - ended.Failed - ended.Cancelled, ended.Failed,
            ended.Cancelled));

    /// <summary>An object, with <c>batch</c> in it as said.</summary>
    public static JsonText Fill(JsonText payload, BatchOutcome outcome)
    {
        using var document = JsonDocument.Parse(payload.Memory);
        using var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(text))
        {
            json.WriteStartObject();
            foreach (var property in document.RootElement.EnumerateObject().Where(p => p.Name != "batch"))
            {
                property.WriteTo(json);
            }

            json.WritePropertyName("batch"u8);
            JsonSerializer.Serialize(json, outcome, StoredJson.Options);
            json.WriteEndObject();
        }

        return JsonText.Trusted(text.ToArray());
    }
}
