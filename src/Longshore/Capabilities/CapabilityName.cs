using System.Globalization;
using System.Text;
using Limits = Longshore.Tasks.Limits;

namespace Longshore.Capabilities;

/// <summary>Brings capability names to one spelling, so that "Rust " and "rust" are the same (T0.22).</summary>
internal static class CapabilityName
{
    /// <summary>
    /// Trimmed, lower case, inner blanks and underscores as one hyphen; letters, digits and <c>+ # . / -</c>.
    /// </summary>
    public static string Normalise(string text, string field)
    {
        var trimmed = text.Trim();
        if (trimmed.Length == 0)
        {
            throw LongshoreException.Invalid(field, "a capability needs a name, for example \"rust\"");
        }

        if (trimmed.Length > Limits.CapabilityNameLengthMax)
        {
            throw LongshoreException.Invalid(
                field,
                $"a capability name has at most {Limits.CapabilityNameLengthMax} characters, "
                + $"this has {trimmed.Length}");
        }

        if (IsNormal(trimmed))
        {
            return trimmed;
        }

        var name = new StringBuilder(trimmed.Length);
        foreach (var c in trimmed.Normalize(NormalizationForm.FormC).ToLowerInvariant())
        {
            if (char.IsWhiteSpace(c) || c == '_')
            {
                if (name.Length > 0 && name[^1] != '-')
                {
                    name.Append('-');
                }
            }
            else if (IsAllowed(c))
            {
                name.Append(c);
            }
            else
            {
                throw LongshoreException.Invalid(
                    field, $"'{c}' cannot be in a capability name; use letters, digits and + # . / -");
            }
        }

        return name.ToString();
    }

    public static int ParseLevel(string text, string field)
    {
        if (int.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var level)
            && level is >= 1 and <= Limits.CapabilityLevelMax)
        {
            return level;
        }

        throw LongshoreException.Invalid(
            field, $"a capability level is a whole number from 1 to {Limits.CapabilityLevelMax}, not '{text.Trim()}'");
    }

    private static bool IsNormal(string text)
    {
        foreach (var c in text)
        {
            if (c is not ((>= 'a' and <= 'z') or (>= '0' and <= '9') or '-' or '.' or '+' or '#' or '/'))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsAllowed(char c) => char.IsLetterOrDigit(c) || c is '+' or '#' or '.' or '/' or '-';
}
