using System.Globalization;

namespace Longshore.Schedules;

/// <summary>
/// On which days a cron expression fires: by day of month and day of week. When both are restricted, either is
/// enough, as in every Unix cron; when one begins with a star, both must hold.
/// </summary>
internal sealed record CronDays(CronField Days, bool LastDay, CronField Weekdays, IReadOnlyList<(int Day, int Nth)> Nth)
{
    private const int Last = 0;

    public static CronDays Parse(string days, string weekdays, string field)
    {
        var (plainDays, lastDay) = Take(days, part => part.Equals("L", StringComparison.OrdinalIgnoreCase));
        var nth = new List<(int, int)>();
        var (plainWeekdays, _) = Take(weekdays, part =>
        {
            if (NthWeekday(part, field) is not { } found)
            {
                return false;
            }

            nth.Add(found);
            return true;
        });
        return new CronDays(
            plainDays is null ? default : CronField.Parse(plainDays, CronRange.Day, field),
            lastDay,
            plainWeekdays is null ? default : CronField.Parse(plainWeekdays, CronRange.Weekday, field),
            nth);
    }

    public bool Has(DateTime day)
    {
        var byDay = Days.Has(day.Day) || (LastDay && IsLast(day));
        var byWeekday = Weekdays.Has((int)day.DayOfWeek) || IsNth(day);
        return Days.IsOpen || Weekdays.IsOpen ? byDay && byWeekday : byDay || byWeekday;
    }

    private bool IsNth(DateTime day)
    {
        foreach (var (weekday, nth) in Nth)
        {
            var isWeek = nth == Last ? day.AddDays(7).Month != day.Month : (day.Day - 1) / 7 + 1 == nth;
            if ((int)day.DayOfWeek == weekday && isWeek)
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsLast(DateTime day) => day.AddDays(1).Month != day.Month;

    /// <summary><c>5#2</c>, the second Friday; <c>5L</c>, the last.</summary>
    private static (int Day, int Nth)? NthWeekday(string part, string field)
    {
        var hash = part.IndexOf('#', StringComparison.Ordinal);
        if (hash >= 0)
        {
            return int.TryParse(part[(hash + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var nth)
                && nth is >= 1 and <= 5
                ? (CronField.Number(part[..hash], CronRange.Weekday, field) % 7, nth)
                : throw LongshoreException.Invalid(
                    field, $"day of week: '{part}' is none; 5#2 is the second Friday of the month, up to 5#5");
        }

        return part.Length > 1 && part[^1] is ('L' or 'l')
            ? (CronField.Number(part[..^1], CronRange.Weekday, field) % 7, Last)
            : null;
    }

    /// <summary>Takes the parts of a list that are special; what is left is an ordinary field, or nothing.</summary>
    private static (string? Plain, bool Found) Take(string text, Predicate<string> isSpecial)
    {
        var parts = text.Split(',').ToList();
        var found = parts.RemoveAll(isSpecial) > 0;
        return (parts.Count == 0 ? null : string.Join(',', parts), found);
    }
}
