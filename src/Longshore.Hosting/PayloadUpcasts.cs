using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using Longshore.Tasks;

namespace Longshore.Hosting;

/// <summary>How payloads of former versions become what a handler takes now.</summary>
internal sealed class PayloadUpcasts
{
    // The step at n - 1 takes version n.
    private readonly Func<JsonObject, JsonObject>[] _steps;

    private PayloadUpcasts(Func<JsonObject, JsonObject>[] steps) => _steps = steps;

    /// <summary>The version that the handler takes.</summary>
    public int Version => _steps.Length + 1;

    /// <summary>Finds the steps of a handler, and says which is missing or cannot be one.</summary>
    /// <exception cref="InvalidOperationException">They do not lead from version 1 to the handler's own.</exception>
    public static PayloadUpcasts Of(Type handler, TaskKindAttribute kind)
    {
        TaskValidation.Range(kind.Version, PayloadVersion.First, PayloadVersion.Max, $"[TaskKind] of {handler.Name}");
        var found = new Dictionary<int, Func<JsonObject, JsonObject>>();
        foreach (var (method, from) in MethodsOf(handler))
        {
            if (from < PayloadVersion.First || from >= kind.Version)
            {
                throw new InvalidOperationException(
                    $"{handler.Name}.{method.Name} takes version {from} of '{kind.Name}', which is at version "
                    + $"{kind.Version}: it must take a version from 1 to {kind.Version - 1}");
            }

            if (!found.TryAdd(from, StepOf(handler, method)))
            {
                throw new InvalidOperationException($"{handler.Name} has two methods that take version {from}");
            }
        }

        for (var version = PayloadVersion.First; version < kind.Version; version++)
        {
            if (!found.ContainsKey(version))
            {
                throw new InvalidOperationException(
                    $"{handler.Name} takes version {kind.Version} of '{kind.Name}' and does not say what becomes of "
                    + $"version {version}: add a method [UpcastFrom({version})] static JsonObject Name(JsonObject "
                    + "payload)");
            }
        }

        return new PayloadUpcasts([.. found.OrderBy(step => step.Key).Select(step => step.Value)]);
    }

    /// <summary>The payload as the handler takes it. What is of its version already is not touched.</summary>
    /// <exception cref="InvalidPayloadException">It is of a former version and no JSON object.</exception>
    public JsonText Bring(JsonText payload, int from)
    {
        if (from >= Version)
        {
            return payload;
        }

        var document = ObjectOf(payload, from);
        for (var version = from; version < Version; version++)
        {
            document = _steps[version - 1](document) ?? throw new InvalidOperationException(
                $"the method that takes version {version} of the payload answered null");
        }

        return JsonText.Parse(JsonSerializer.SerializeToUtf8Bytes(document, PayloadJson.Options));
    }

    private static JsonObject ObjectOf(JsonText payload, int version)
    {
        var options = new JsonDocumentOptions { MaxDepth = Limits.JsonDepthMax, AllowDuplicateProperties = false };
        try
        {
            return JsonNode.Parse(payload.IsNone ? "{}"u8 : payload.Utf8, documentOptions: options) as JsonObject
                ?? throw new InvalidPayloadException($"the payload, of version {version}, is no JSON object");
        }
        catch (JsonException e)
        {
            throw new InvalidPayloadException($"the payload, of version {version}, cannot be read: {e.Message}");
        }
    }

    private static Func<JsonObject, JsonObject> StepOf(Type handler, MethodInfo method) =>
        method.IsStatic && method.ReturnType == typeof(JsonObject) && !method.IsGenericMethodDefinition
        && method.GetParameters() is [{ ParameterType: var taken }] && taken == typeof(JsonObject)
            ? method.CreateDelegate<Func<JsonObject, JsonObject>>()
            : throw new InvalidOperationException(
                $"{handler.Name}.{method.Name} has [UpcastFrom]; it must be static JsonObject {method.Name}(JsonObject "
                + "payload)");

    private static IEnumerable<(MethodInfo Method, int From)> MethodsOf(Type handler)
    {
        const BindingFlags Declared = BindingFlags.DeclaredOnly | BindingFlags.Public | BindingFlags.NonPublic
            | BindingFlags.Static | BindingFlags.Instance;
        for (var type = handler; type is not null && type != typeof(object); type = type.BaseType)
        {
            foreach (var method in type.GetMethods(Declared))
            {
                if (method.GetCustomAttribute<UpcastFromAttribute>() is { } upcast)
                {
                    yield return (method, upcast.Version);
                }
            }
        }
    }
}
