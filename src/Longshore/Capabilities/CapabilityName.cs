using System.Globalization;
using System.Text;
using Limits = Longshore.Tasks.Limits;

namespace Longshore.Capabilities;

/// <summary>Brings capability names to one spelling, so that "Rust " and "rust" are the same (T0.22).</summary>
internal static class CapabilityName
{
    /// <summary>
    /// Lower case; letters, digits and <c>+ # . / -</c>; blanks, underscores and hyphens in a row are one hyphen, and
    /// none stands at the ends. Letters are taken as they come: a letter and its accent as two characters are refused,
    /// so that no name depends on the machine's language data.
    /// </summary>
    public static string Normalise(string text, string field)
    {
        var trimmed = text.AsSpan().Trim();
        if (trimmed.Length > Limits.CapabilityNameLengthMax)
        {
            throw LongshoreException.Invalid(
                field,
                $"a capability name has at most {Limits.CapabilityNameLengthMax} characters, "
                + $"this has {trimmed.Length}");
        }

        if (IsNormal(text))
        {
            return text;
        }

        var name = new StringBuilder(trimmed.Length);
        var hyphenIsDue = false;
        foreach (var c in trimmed)
        {
            if (char.IsWhiteSpace(c) || c is '_' or '-')
            {
                hyphenIsDue = name.Length > 0;
                continue;
            }

            if (!char.IsLetterOrDigit(c) && c is not ('+' or '#' or '.' or '/'))
            {
                throw LongshoreException.Invalid(
                    field, $"'{c}' cannot be in a capability name; use letters, digits and + # . / -");
            }

            name.Append(hyphenIsDue ? "-" : "").Append(char.ToLowerInvariant(c));
            hyphenIsDue = false;
        }

        return name.Length > 0
            ? name.ToString()
            : throw LongshoreException.Invalid(field, "a capability needs a name, for example \"rust\"");
    }

    /// <summary>A level, written as a whole number.</summary>
    public static int ParseLevel(string text, string field)
    {
        if (int.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var level)
            && level is >= 1 and <= Limits.CapabilityLevelMax)
        {
            return level;
        }

        throw NoLevel(text.Trim(), field);
    }

    /// <summary>Refuses a level out of range.</summary>
    public static int CheckLevel(int level, string field) => level is >= 1 and <= Limits.CapabilityLevelMax
        ? level
        : throw NoLevel(level.ToString(CultureInfo.InvariantCulture), field);

    private static LongshoreException NoLevel(string level, string field) => LongshoreException.Invalid(
        field, $"a capability level is a whole number from 1 to {Limits.CapabilityLevelMax}, not '{level}'");

    /// <summary>Whether it is in that spelling: the common case, decided without allocating.</summary>
    public static bool IsNormal(string text)
    {
        if (text.Length == 0 || text[^1] == '-')
        {
            return false;
        }

        var last = '-';
        foreach (var c in text)
        {
            if (c is not ((>= 'a' and <= 'z') or (>= '0' and <= '9') or '-' or '.' or '+' or '#' or '/')
                || (c == '-' && last == '-'))
            {
                return false;
            }

            last = c;
        }

        return true;
    }
}
