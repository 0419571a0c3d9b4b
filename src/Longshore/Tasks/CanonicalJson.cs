using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Longshore.Tasks;

/// <summary>
/// One spelling for every document of the same meaning: no spaces, members by name, numbers by value and strings by
/// their characters. It is made to be hashed, not to be read.
/// </summary>
internal static class CanonicalJson
{
    private const int ExponentDigitsMax = 17;

    private static readonly JsonDocumentOptions Options = new() { MaxDepth = Limits.JsonDepthMax + 1 };

    /// <summary>Writes the canonical spelling of a document that is valid JSON.</summary>
    public static void Write(ReadOnlyMemory<byte> utf8, IBufferWriter<byte> to)
    {
        using var document = JsonDocument.Parse(utf8, Options);
        Write(document.RootElement, to);
    }

    private static void Write(JsonElement value, IBufferWriter<byte> to)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                to.Write("{"u8);

                // The order is stable: of members of one name none is lost, so that nothing different becomes the same.
                foreach (var member in value.EnumerateObject().OrderBy(m => m.Name, StringComparer.Ordinal))
                {
                    WriteText(member.Name, to);
                    Write(member.Value, to);
                }

                to.Write("}"u8);
                break;
            case JsonValueKind.Array:
                to.Write("["u8);
                foreach (var item in value.EnumerateArray())
                {
                    Write(item, to);
                }

                to.Write("]"u8);
                break;
            case JsonValueKind.String:
                WriteText(Unescaped(value), to);
                break;
            case JsonValueKind.Number:
                WriteAscii("#" + Number(value.GetRawText()) + ";", to);
                break;
            default:
                WriteAscii(value.GetRawText(), to);
                break;
        }
    }

    /// <summary>Its length tells where a text ends, so that no two documents run into one another.</summary>
    private static void WriteText(string text, IBufferWriter<byte> to)
    {
        WriteAscii(string.Create(CultureInfo.InvariantCulture, $"\"{Encoding.UTF8.GetByteCount(text)}:"), to);
        Encoding.UTF8.GetBytes(text, to);
    }

    private static void WriteAscii(string text, IBufferWriter<byte> to) => Encoding.ASCII.GetBytes(text, to);

    // Half of a surrogate pair is no text; as it is spelled it is still told from others.
    private static string Unescaped(JsonElement value)
    {
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            return "\\" + value.GetRawText();
        }
    }

    /// <summary>
    /// A number as its digits, without zeros around them, and a power of ten: <c>1.50</c>, <c>15e-1</c> and <c>1.5</c>
    /// are one. Exact, however many digits there are.
    /// </summary>
    public static string Number(string text)
    {
        var isNegative = text[0] == '-';
        var e = text.AsSpan().IndexOfAny('e', 'E');
        var mantissa = text.AsSpan(isNegative ? 1 : 0, (e < 0 ? text.Length : e) - (isNegative ? 1 : 0));
        var point = mantissa.IndexOf('.');
        var digits = point < 0 ? mantissa.ToString() : string.Concat(mantissa[..point], mantissa[(point + 1)..]);
        var significant = digits.TrimEnd('0');
        if (significant.Length == 0)
        {
            return "0";
        }

        long power = digits.Length - significant.Length - (point < 0 ? 0 : mantissa.Length - point - 1);
        if (e >= 0)
        {
            var exponent = text.AsSpan(e + 1);
            if (exponent.TrimStart("+-0").Length > ExponentDigitsMax)
            {
                return text;
            }

            power += long.Parse(exponent, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        }

        significant = significant.TrimStart('0');
        return string.Create(CultureInfo.InvariantCulture, $"{(isNegative ? "-" : "")}{significant}e{power}");
    }
}
