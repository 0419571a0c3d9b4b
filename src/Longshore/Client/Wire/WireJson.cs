using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Longshore.Tasks;

namespace Longshore.Client.Wire;

/// <summary>
/// How the HTTP API writes and reads JSON: snake_case, strictly, with errors that say where and what.
/// </summary>
public static partial class WireJson
{
    private const int RegexTimeoutMs = 1000;

    // What stands around a payload of the greatest depth: pages, lists, the task.
    private const int EnvelopeDepth = 8;

    /// <summary>The options, for both sides of the wire.</summary>
    public static JsonSerializerOptions Options { get; } = Create();

    /// <summary>Reads a document sent by somebody.</summary>
    /// <exception cref="LongshoreException">
    /// <see cref="ErrorCode.InvalidInput"/>: malformed, or not of this shape.
    /// </exception>
    public static T Read<T>(ReadOnlySpan<byte> utf8)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(utf8, Options)
                ?? throw new LongshoreException(ErrorCode.InvalidInput, "the body is null; send a JSON object");
        }
        catch (JsonException e)
        {
            throw Explained<T>(e);
        }
    }

    private static LongshoreException Explained<T>(JsonException e)
    {
        var path = e.Path is null or "$" ? null : e.Path.TrimStart('$').TrimStart('.');
        if (UnknownMember().Match(e.Message) is { Success: true } unknown)
        {
            var name = unknown.Groups[1].Value;
            var field = path ?? name;
            return new LongshoreException(
                ErrorCode.InvalidInput,
                $"{field}: there is no member '{name}' here{NearestName.Among(MembersAt(typeof(T), path), name)}",
                field,
                e);
        }

        if (MissingMember().Match(e.Message) is { Success: true } missing)
        {
            var names = missing.Groups[1].Value.TrimEnd('.').Replace("'", "", StringComparison.Ordinal);
            var required = path is null ? names : $"{path}.{names}";
            return new LongshoreException(ErrorCode.InvalidInput, $"{required}: is required", required, e);
        }

        if (path is not null && Converted().Match(e.Message) is { Success: true } converted)
        {
            return new LongshoreException(
                ErrorCode.InvalidInput, $"{path}: the value is not {Name(converted.Groups[1].Value)}", path, e);
        }

        if (e.Message.StartsWith("Duplicate property", StringComparison.Ordinal))
        {
            return new LongshoreException(
                ErrorCode.InvalidInput, $"{path ?? "the body"}: a member is given twice", path, e);
        }

        var where = string.Create(
            CultureInfo.InvariantCulture, $"line {(e.LineNumber ?? 0) + 1}, byte {(e.BytePositionInLine ?? 0) + 1}");
        return path is null || e.InnerException is not null
            ? new LongshoreException(ErrorCode.InvalidInput, $"the body is not valid JSON, at {where}", path, e)
            : new LongshoreException(ErrorCode.InvalidInput, $"{path}: is not valid here ({where})", path, e);
    }

    /// <summary>The members that a document may have at the place of a refused one.</summary>
    private static IEnumerable<string> MembersAt(Type document, string? path)
    {
        var type = Options.GetTypeInfo(document);
        foreach (var segment in (path ?? "").Split('.', '[').SkipLast(1))
        {
            var next = type.ElementType
                ?? type.Properties.FirstOrDefault(p => p.Name == segment)?.PropertyType;
            if (next is null)
            {
                break;
            }

            type = Options.GetTypeInfo(next);
        }

        return type.Properties.Select(p => p.Name);
    }

    private static string Name(string type) => type switch
    {
        _ when type.Contains("Int32", StringComparison.Ordinal) || type.Contains("Int64", StringComparison.Ordinal) =>
            "a whole number",
        _ when type.Contains("Double", StringComparison.Ordinal) => "a number",
        _ when type.Contains("Boolean", StringComparison.Ordinal) => "true or false",
        _ when type.Contains("DateTimeOffset", StringComparison.Ordinal) =>
            "an instant such as 2030-01-31T12:00:00Z, with its offset",
        _ when type.Contains("List", StringComparison.Ordinal) => "a list",
        _ when type.Contains("String", StringComparison.Ordinal) => "a text",
        _ => "of the right sort",
    };

    private static JsonSerializerOptions Create()
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.General)
        {
            PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
            UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
            AllowDuplicateProperties = false,
            DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
            RespectNullableAnnotations = true,
            MaxDepth = Limits.JsonDepthMax + EnvelopeDepth,
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        };
        options.Converters.Add(new InstantConverter());
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }

    [GeneratedRegex("^The JSON property '([^']+)' could not be mapped", RegexOptions.None, RegexTimeoutMs)]
    private static partial Regex UnknownMember();

    [GeneratedRegex("missing required properties including: (.+)$", RegexOptions.None, RegexTimeoutMs)]
    private static partial Regex MissingMember();

    [GeneratedRegex("^The JSON value could not be converted to (.+?)\\. ?Path", RegexOptions.None, RegexTimeoutMs)]
    private static partial Regex Converted();
}

/// <summary>Instants as RFC 3339 in UTC with microseconds; read with any offset, but not without one.</summary>
internal sealed class InstantConverter : JsonConverter<DateTimeOffset>
{
    private const string Form = "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'";

    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var text = reader.TokenType == JsonTokenType.String ? reader.GetString()! : "";
        var hasOffset = text.EndsWith('Z') || (text.Length > 6 && text[^6] is '+' or '-');
        return hasOffset && reader.TryGetDateTimeOffset(out var instant)
            ? instant
            : throw new JsonException("The JSON value could not be converted to System.DateTimeOffset. Path");
    }

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteStringValue(Format(value));

    public static string Format(DateTimeOffset value) =>
        value.UtcDateTime.ToString(Form, CultureInfo.InvariantCulture);
}
