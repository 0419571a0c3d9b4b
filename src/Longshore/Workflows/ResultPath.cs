using System.Buffers;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Longshore.Tasks;

namespace Longshore.Workflows;

/// <summary>Finds values in results, and compares them.</summary>
internal static class ResultPath
{
    /// <summary>Whether what a condition asks of a result holds; without a result nothing is present.</summary>
    public static bool Holds(StepCondition condition, JsonText result)
    {
        using var document = result.IsNone ? null : JsonDocument.Parse(result.Memory);
        var found = document is null ? null : Find(document.RootElement, condition.Path);
        var isPresent = found is { ValueKind: not JsonValueKind.Null };
        switch (condition.Is)
        {
            case Comparison.Present:
                return isPresent;
            case Comparison.Absent:
                return !isPresent;
        }

        using var wanted = JsonDocument.Parse(condition.Value.Memory);
        return condition.Is switch
        {
            Comparison.Equal => found is { } one && JsonElement.DeepEquals(one, wanted.RootElement),
            Comparison.NotEqual => found is not { } one || !JsonElement.DeepEquals(one, wanted.RootElement),
            Comparison.Less => Order(found, wanted.RootElement) < 0,
            Comparison.AtMost => Order(found, wanted.RootElement) <= 0,
            Comparison.Greater => Order(found, wanted.RootElement) > 0,
            Comparison.AtLeast => Order(found, wanted.RootElement) >= 0,
            _ => throw new ArgumentOutOfRangeException(nameof(condition), condition.Is, null),
        };
    }

    /// <summary>The value at a path, as it is spelled there; nothing when there is none.</summary>
    public static JsonText ValueAt(JsonText result, string path)
    {
        if (result.IsNone)
        {
            return default;
        }

        using var document = JsonDocument.Parse(result.Memory);
        return Find(document.RootElement, path) is { } found
            ? JsonText.Trusted(JsonMarshal.GetRawUtf8Value(found).ToArray())
            : default;
    }

    /// <summary>One spelling for all values that mean the same; empty for none.</summary>
    public static string Canonical(JsonText value)
    {
        var text = new ArrayBufferWriter<byte>();
        if (!value.IsNone)
        {
            CanonicalJson.Write(value.Memory, text);
        }

        return Encoding.UTF8.GetString(text.WrittenSpan);
    }

    private static JsonElement? Find(JsonElement root, string path)
    {
        var at = root;
        foreach (var part in path.Split('.', StringSplitOptions.RemoveEmptyEntries))
        {
            if (at.ValueKind == JsonValueKind.Object && at.TryGetProperty(part, out var member))
            {
                at = member;
            }
            else if (at.ValueKind == JsonValueKind.Array
                && int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var index)
                && index < at.GetArrayLength())
            {
                at = at[index];
            }
            else
            {
                return null;
            }
        }

        return at;
    }

    /// <summary>How two values stand to each other; null when they are not two numbers or two texts.</summary>
    private static int? Order(JsonElement? found, JsonElement wanted) => (found?.ValueKind, wanted.ValueKind) switch
    {
        (JsonValueKind.Number, JsonValueKind.Number) => found!.Value.GetDouble().CompareTo(wanted.GetDouble()),
        (JsonValueKind.String, JsonValueKind.String) =>
            string.CompareOrdinal(found!.Value.GetString(), wanted.GetString()),
        _ => null,
    };
}
