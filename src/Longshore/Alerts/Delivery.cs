using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Longshore.Capabilities;
using Longshore.Tasks;

namespace Longshore.Alerts;

/// <summary>
/// A task whose work is to tell a webhook. It lives in a namespace of its own and asks for a capability that only those
/// have who send; what happens to it is never told by another.
/// </summary>
internal static class Delivery
{
    public const string Namespace = "longshore";
    public const string Kind = "longshore.webhook";
    public const string Capability = "webhook-delivery";
    private const int Attempts = 15;
    private static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestWait = TimeSpan.FromHours(1);

    /// <summary>A delivery of an alert to one webhook; there is one of a key.</summary>
    public static NewTask Of(string @namespace, string webhook, string key, Action<Utf8JsonWriter> alert) => new()
    {
        Namespace = Namespace,
        Kind = Kind,
        Requires = [new Requirement(Capability)],
        Payload = Write(json =>
        {
            json.WriteString("namespace", @namespace);
            json.WriteString("webhook", webhook);
            json.WriteStartObject("alert");
            alert(json);
            json.WriteEndObject();
        }),
        MaxAttempts = Attempts,
        Retry = RetryPolicy.ExponentialDelay(FirstWait, LongestWait),
        IdempotencyKey = Convert.ToHexStringLower(
            SHA256.HashData(Encoding.UTF8.GetBytes($"{@namespace}\n{webhook}\n{key}"))),
    };

    /// <summary>A delivery that tells nothing, tried once: somebody wants to see whether it arrives.</summary>
    public static NewTask Test(string @namespace, string webhook, DateTimeOffset at) =>
        Of(@namespace, webhook, "", json =>
        {
            json.WriteString("type", "test");
            json.WriteString("at", at);
            json.WriteString("namespace", @namespace);
        }) with
        { IdempotencyKey = null, MaxAttempts = 1 };

    /// <summary>What is told of a task that ended badly, or needs a person.</summary>
    public static void WriteTask(Utf8JsonWriter json, WorkTask task, TaskState state, DateTimeOffset at)
    {
        json.WriteString("type", "task_" + state.ToWire());
        json.WriteString("at", at);
        json.WriteString("namespace", task.Spec.Namespace);
        json.WriteStartObject("task");
        json.WriteNumber("id", task.Id);
        json.WriteString("code", task.Code);
        json.WriteString("kind", task.Spec.Kind);
        json.WriteString("state", state.ToWire());
        json.WriteNumber("attempts", task.Attempts);
        json.WriteString("error", task.Error);
        json.WriteString("correlation_id", task.Spec.CorrelationId);
        json.WriteEndObject();
    }

    private static JsonText Write(Action<Utf8JsonWriter> members)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }

        return JsonText.Trusted(buffer.ToArray());
    }
}
