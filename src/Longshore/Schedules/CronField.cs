using System.Globalization;
using System.Numerics;

namespace Longshore.Schedules;

/// <summary>One field of a cron expression: which numbers it allows, as bits.</summary>
/// <param name="Bits">Bit n is set when n is allowed.</param>
/// <param name="IsOpen">The text began with a star: the field says how often rather than when.</param>
internal readonly record struct CronField(ulong Bits, bool IsOpen)
{
    public bool Has(int value) => (Bits >> value & 1) != 0;

    /// <summary>The least allowed number from here on, or -1.</summary>
    public int From(int value)
    {
        var rest = value > 63 ? 0 : Bits >> value << value;
        return rest == 0 ? -1 : BitOperations.TrailingZeroCount(rest);
    }

    /// <summary>Reads a list of numbers, names, ranges and steps.</summary>
    /// <exception cref="LongshoreException">invalid_input, with the name of the field.</exception>
    public static CronField Parse(string text, CronRange range, string field)
    {
        ulong bits = 0;
        foreach (var part in text.Split(','))
        {
            bits |= Part(part, range, field);
        }

        return new CronField(bits, text[0] is '*' or '?');
    }

    private static ulong Part(string part, CronRange range, string field)
    {
        var slash = part.IndexOf('/', StringComparison.Ordinal);
        var step = slash < 0 ? 1 : Step(part[(slash + 1)..], range, field);
        var span = slash < 0 ? part : part[..slash];
        int first, last;
        if (span is "*" or "?")
        {
            (first, last) = (range.Min, range.Max);
        }
        else
        {
            var dash = span.IndexOf('-', StringComparison.Ordinal);
            first = Number(dash < 0 ? span : span[..dash], range, field);
            last = dash >= 0 ? Number(span[(dash + 1)..], range, field) : slash < 0 ? first : range.Max;
        }

        if (last < first)
        {
            throw Wrong(field, range, $"the range '{span}' ends before it begins");
        }

        ulong bits = 0;
        for (var value = first; value <= last; value += step)
        {
            // Sunday is 0 and 7.
            bits |= 1UL << (range.IsWeekday && value == 7 ? 0 : value);
        }

        return bits;
    }

    private static int Step(string text, CronRange range, string field) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var step) && step is > 0 and < 100
            ? step
            : throw Wrong(field, range, $"'{text}' is no step");

    /// <summary>One number, or the name that stands for it.</summary>
    public static int Number(string text, CronRange range, string field)
    {
        var named = Array.FindIndex(range.Names, name => name.Equals(text, StringComparison.OrdinalIgnoreCase));
        if (named >= 0)
        {
            return named + range.FirstName;
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            && value >= range.Min && value <= range.Max
            ? value
            : throw Wrong(field, range, $"'{text}' is not allowed");
    }

    private static LongshoreException Wrong(string field, CronRange range, string what)
    {
        var names = range.Names.Length == 0 ? "" : $" or {range.Names[0]} to {range.Names[^1]}";
        return LongshoreException.Invalid(
            field,
            $"{range.Name}: {what}; use {range.Min} to {range.Max}{names}, *, ranges a-b, steps */n and lists a,b");
    }
}

/// <summary>What a field of a cron expression may hold.</summary>
internal sealed record CronRange(string Name, int Min, int Max, params string[] Names)
{
    public static readonly CronRange Second = new("second", 0, 59);

    public static readonly CronRange Minute = new("minute", 0, 59);

    public static readonly CronRange Hour = new("hour", 0, 23);

    public static readonly CronRange Day = new("day of month", 1, 31);

    public static readonly CronRange Month = new(
        "month", 1, 12, "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec");

    public static readonly CronRange Weekday = new(
        "day of week", 0, 7, "sun", "mon", "tue", "wed", "thu", "fri", "sat");

    public bool IsWeekday => Max == 7;

    /// <summary>The number of the first name.</summary>
    public int FirstName => Min;
}
