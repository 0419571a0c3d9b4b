using System.Buffers;
using System.Text.Json;
using Longshore.Tasks;

namespace Longshore.Events;

/// <summary>The details that events carry.</summary>
internal static class EventPayloads
{
    /// <summary>Which claim, and where it led the task, if that is known.</summary>
    public static JsonText Claim(int epoch, string agent, TaskState? state = null) => Write(json =>
    {
        json.WriteNumber("epoch", epoch);
        json.WriteString("agent", agent);
        if (state is { } ledTo)
        {
            json.WriteString("state", ledTo.ToWire());
        }
    });

    /// <summary>Which grant an event is about, if it says so.</summary>
    public static int? EpochOf(JsonText payload)
    {
        if (payload.IsNone)
        {
            return null;
        }

        using var document = JsonDocument.Parse(payload.Memory);
        return document.RootElement.ValueKind == JsonValueKind.Object
            && document.RootElement.TryGetProperty("epoch", out var epoch) ? epoch.GetInt32() : null;
    }

    /// <summary>Where an event led its task, if it says so.</summary>
    public static TaskState? StateOf(JsonText payload)
    {
        if (payload.IsNone)
        {
            return null;
        }

        using var document = JsonDocument.Parse(payload.Memory);
        return document.RootElement.ValueKind == JsonValueKind.Object
            && document.RootElement.TryGetProperty("state", out var state) && state.GetString() is { } word
                ? TaskStates.Parse(word)
                : null;
    }

    /// <summary>Which claim was declined, why, and where that led the task.</summary>
    public static JsonText Rejected(int epoch, string agent, TaskState state, string reason, string? text) =>
        Write(json =>
        {
            json.WriteNumber("epoch", epoch);
            json.WriteString("agent", agent);
            json.WriteString("state", state.ToWire());
            json.WriteString("reason", reason);
            if (text is not null)
            {
                json.WriteString("text", text);
            }
        });

    public static JsonText Reason(string? reason) => Write(json => json.WriteString("reason", reason));

    public static JsonText HandedOff(Handoff handoff) => Write(json =>
    {
        json.WriteNumber("handoff", handoff.Id);
        json.WriteString("to", handoff.To.ToString());
        json.WriteNumber("confidence", handoff.Confidence);
        json.WriteBoolean("needs_review", handoff.NeedsReview);
    });

    public static JsonText Help(long request, string type) => Write(json =>
    {
        json.WriteNumber("request", request);
        json.WriteString("type", type);
    });

    public static JsonText Priority(int priority) => Write(json => json.WriteNumber("priority", priority));

    public static JsonText State(TaskState state) => Write(json => json.WriteString("state", state.ToWire()));

    public static JsonText Namespace(string @namespace) => Write(json => json.WriteString("namespace", @namespace));

    /// <summary>Whose breaker, of what kind, and why; a task's breaker is named by the event's task.</summary>
    public static JsonText Breaker(string? agent, string? kind, string? reason) => Write(json =>
    {
        if (agent is not null)
        {
            json.WriteString("agent", agent);
        }

        if (kind is not null)
        {
            json.WriteString("kind", kind);
        }

        json.WriteString("reason", reason);
    });

    public static JsonText Workflow(string @namespace, string name, int version) => Write(json =>
    {
        json.WriteString("namespace", @namespace);
        json.WriteString("name", name);
        json.WriteNumber("version", version);
    });

    /// <summary>Which run, where it stands, which step of it, and why, where that is known.</summary>
    public static JsonText Run(long run, string code, string state, string? step, string? reason) => Write(json =>
    {
        json.WriteNumber("run", run);
        json.WriteString("code", code);
        json.WriteString("state", state);
        if (step is not null)
        {
            json.WriteString("step", step);
        }

        if (reason is not null)
        {
            json.WriteString("reason", reason);
        }
    });

    public static JsonText Schedule(string @namespace, string name) => Write(json =>
    {
        json.WriteString("namespace", @namespace);
        json.WriteString("name", name);
    });

    /// <summary>From which step to which, whether because nobody could, and what it asks for now.</summary>
    public static JsonText Relaxed(Relaxation from, Relaxation to, NewTask spec) => Write(json =>
    {
        var asks = RelaxSteps.At(spec, to.Step);
        json.WriteNumber("from", from.Step);
        json.WriteNumber("to", to.Step);
        json.WriteBoolean("skipped", to.Skipped.Count > from.Skipped.Count);
        json.WriteStartArray("requires");
        foreach (var requirement in asks.Requires)
        {
            json.WriteStringValue(requirement.ToString());
        }

        json.WriteEndArray();
        json.WriteNumber("minimum_match", asks.MinimumMatch);
    });

    /// <summary>Whose work, and how good it was.</summary>
    public static JsonText Review(int epoch, string agent, double score, string? comment) => Write(json =>
    {
        json.WriteNumber("epoch", epoch);
        json.WriteString("agent", agent);
        json.WriteNumber("score", score);
        json.WriteString("comment", comment);
    });

    /// <summary>Who was rated, and how.</summary>
    public static JsonText Rating(string agent, double score, double weight, string? capability, string? comment) =>
        Write(json =>
        {
            json.WriteString("agent", agent);
            json.WriteNumber("score", score);
            json.WriteNumber("weight", weight);
            json.WriteString("capability", capability);
            json.WriteString("comment", comment);
        });

    public static JsonText Words(string name, IReadOnlyList<string>? words) => Write(json =>
    {
        if (words is null)
        {
            json.WriteNull(name);
            return;
        }

        json.WriteStartArray(name);
        foreach (var word in words)
        {
            json.WriteStringValue(word);
        }

        json.WriteEndArray();
    });

    private static JsonText Write(Action<Utf8JsonWriter> fill)
    {
        var pen = _pen ??= new Pen();
        pen.Ink.ResetWrittenCount();
        pen.Json.Reset(pen.Ink);
        pen.Json.WriteStartObject();
        fill(pen.Json);
        pen.Json.WriteEndObject();
        pen.Json.Flush();
        return JsonText.Trusted(pen.Ink.WrittenSpan.ToArray());
    }

    // Each thread writes with its own; they are small and many.
    [ThreadStatic]
    private static Pen? _pen;

    private sealed class Pen
    {
        public Pen() => Json = new Utf8JsonWriter(Ink);

        public ArrayBufferWriter<byte> Ink { get; } = new();

        public Utf8JsonWriter Json { get; }
    }
}
