using Longshore.Tasks;

namespace Longshore.Client.Wire;

/// <summary>Small conversions between what the wire says and what the domain means.</summary>
internal static class Words
{
    /// <summary>A duration given in seconds.</summary>
    public static TimeSpan Seconds(double seconds, string field)
    {
        if (!double.IsFinite(seconds) || Math.Abs(seconds) > Limits.DurationMax.TotalSeconds)
        {
            throw LongshoreException.Invalid(
                field, $"must be a number of seconds, at most {Limits.DurationMax.TotalSeconds:0}");
        }

        return TimeSpan.FromSeconds(seconds);
    }

    /// <summary>A duration given in seconds, or none.</summary>
    public static TimeSpan? SecondsOrNull(double? seconds, string field) =>
        seconds is { } given ? Seconds(given, field) : null;

    /// <summary>The value whose snake_case name is given; the message lists them all.</summary>
    public static T Parse<T>(string text, string field)
        where T : struct, Enum
    {
        foreach (var value in Enum.GetValues<T>())
        {
            if (Snake(value) == text)
            {
                return value;
            }
        }

        throw LongshoreException.Invalid(
            field, $"'{text}' is none of {string.Join(", ", Enum.GetValues<T>().Select(Snake))}");
    }

    /// <summary>The snake_case name of a value.</summary>
    public static string Snake<T>(T value)
        where T : struct, Enum => System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());
}
