using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Longshore.Tasks;

/// <summary>
/// A JSON document kept as its UTF-8 bytes, so that the engine moves payloads without parsing them.
/// Made from text it is checked: well-formed, not too large, not too deep.
/// </summary>
[JsonConverter(typeof(JsonTextConverter))]
public readonly struct JsonText : IEquatable<JsonText>
{
    private readonly ReadOnlyMemory<byte> _utf8;

    private JsonText(ReadOnlyMemory<byte> utf8) => _utf8 = utf8;

    /// <summary>The empty object <c>{}</c>.</summary>
    public static JsonText EmptyObject { get; } = new("{}"u8.ToArray());

    /// <summary>True when no document is held (the default value).</summary>
    public bool IsNone => _utf8.IsEmpty;

    /// <summary>The UTF-8 bytes.</summary>
    public ReadOnlySpan<byte> Utf8 => _utf8.Span;

    /// <summary>The UTF-8 bytes as memory.</summary>
    public ReadOnlyMemory<byte> Memory => _utf8;

    /// <summary>Checks and takes a document.</summary>
    /// <exception cref="LongshoreException">Malformed, too large or too deep; the message says where.</exception>
    public static JsonText Parse(string json, string field = "payload")
    {
        ArgumentNullException.ThrowIfNull(json);
        return Parse(Encoding.UTF8.GetBytes(json), field);
    }

    /// <summary>Checks and takes a document; the bytes must not change afterwards.</summary>
    /// <exception cref="LongshoreException">Malformed, too large or too deep; the message says where.</exception>
    public static JsonText Parse(ReadOnlyMemory<byte> utf8, string field = "payload")
    {
        CheckSize(utf8.Length, field);

        // The reader leaves the inside of strings alone; broken text would be found only by whoever unpacks it.
        if (!System.Text.Unicode.Utf8.IsValid(utf8.Span))
        {
            throw LongshoreException.Invalid(field, "not valid UTF-8");
        }

        try
        {
            var reader = new Utf8JsonReader(utf8.Span, new JsonReaderOptions { MaxDepth = Limits.JsonDepthMax + 1 });
            while (reader.Read())
            {
                if (reader.TokenType is JsonTokenType.StartArray or JsonTokenType.StartObject
                    && reader.CurrentDepth >= Limits.JsonDepthMax)
                {
                    throw LongshoreException.Invalid(field, $"nested deeper than {Limits.JsonDepthMax} levels");
                }
            }
        }
        catch (JsonException e)
        {
            throw new LongshoreException(
                ErrorCode.InvalidInput,
                $"{field}: not valid JSON at line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}",
                field,
                e);
        }

        return new JsonText(utf8);
    }

    /// <summary>Serialises a value.</summary>
    /// <exception cref="LongshoreException">The document is too large.</exception>
    public static JsonText From<T>(T value, JsonSerializerOptions? options = null)
    {
        var utf8 = JsonSerializer.SerializeToUtf8Bytes(value, options);
        CheckSize(utf8.Length, "payload");
        return new JsonText(utf8);
    }

    /// <summary>Takes bytes known to be valid, as a store reads back what it wrote.</summary>
    internal static JsonText Trusted(ReadOnlyMemory<byte> utf8) => new(utf8);

    /// <summary>Reads the document as a value.</summary>
    public T? To<T>(JsonSerializerOptions? options = null) => JsonSerializer.Deserialize<T>(_utf8.Span, options);

    private static void CheckSize(int bytes, string field)
    {
        if (bytes > Limits.PayloadBytesMax)
        {
            throw LongshoreException.Invalid(field, $"has {bytes} bytes; at most {Limits.PayloadBytesMax} are allowed");
        }
    }

    /// <inheritdoc/>
    public override string ToString() => Encoding.UTF8.GetString(_utf8.Span);

    /// <inheritdoc/>
    public bool Equals(JsonText other) => _utf8.Span.SequenceEqual(other._utf8.Span);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is JsonText other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        hash.AddBytes(_utf8.Span);
        return hash.ToHashCode();
    }

    /// <summary>Byte equality.</summary>
    public static bool operator ==(JsonText left, JsonText right) => left.Equals(right);

    /// <summary>Byte inequality.</summary>
    public static bool operator !=(JsonText left, JsonText right) => !left.Equals(right);
}

/// <summary>Writes a <see cref="JsonText"/> as the document it is, not as a string.</summary>
internal sealed class JsonTextConverter : JsonConverter<JsonText>
{
    public override bool HandleNull => true;

    public override JsonText Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        // Written as null, read back as no document.
        if (reader.TokenType == JsonTokenType.Null)
        {
            return default;
        }

        // Writing the value anew would escape letters: other bytes, up to three times as many, and another digest.
        using var document = JsonDocument.ParseValue(ref reader);
        return JsonText.Parse(JsonMarshal.GetRawUtf8Value(document.RootElement).ToArray());
    }

    public override void Write(Utf8JsonWriter writer, JsonText value, JsonSerializerOptions options)
    {
        if (value.IsNone)
        {
            writer.WriteNullValue();
        }
        else
        {
            writer.WriteRawValue(value.Utf8, skipInputValidation: true);
        }
    }
}
