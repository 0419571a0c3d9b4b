namespace Longshore.Schedules;

/// <summary>
/// Instants written as a cron expression: <c>minute hour day-of-month month day-of-week</c>, or the same with seconds
/// in front. Fields hold <c>*</c>, numbers, names (<c>jan</c>, <c>mon</c>), ranges <c>1-5</c>, steps <c>*/10</c>,
/// lists; the day of month <c>L</c> is its last, the day of week <c>5#2</c> the second Friday and <c>5L</c> the last.
/// <c>@hourly</c>, <c>@daily</c>, <c>@weekly</c>, <c>@monthly</c> and <c>@yearly</c> stand for the usual ones.
/// </summary>
/// <remarks>
/// Where clocks change, a time of day that does not exist fires at the first instant after the gap, and one that comes
/// twice fires the first time. An expression whose minute or hour begins with a star means a rhythm, not a time of
/// day: it goes on through both hours, and skips what does not exist.
/// </remarks>
public sealed class CronExpression : IEquatable<CronExpression>
{
    // The longest wait between two days that exist: 29 February on a given weekday, over a century without a leap day.
    private const int YearsMax = 50;

    private static readonly Dictionary<string, string> Names = new(StringComparer.OrdinalIgnoreCase)
    {
        ["@hourly"] = "0 * * * *",
        ["@daily"] = "0 0 * * *",
        ["@midnight"] = "0 0 * * *",
        ["@weekly"] = "0 0 * * 0",
        ["@monthly"] = "0 0 1 * *",
        ["@yearly"] = "0 0 1 1 *",
        ["@annually"] = "0 0 1 1 *",
    };

    private readonly string _text;
    private readonly CronField _seconds;
    private readonly CronField _minutes;
    private readonly CronField _hours;
    private readonly CronField _months;
    private readonly CronDays _days;

    private CronExpression(string text, string[] fields, string field)
    {
        _text = text;
        var first = fields.Length - 5;
        _seconds = first == 0 ? new CronField(1, false) : CronField.Parse(fields[0], CronRange.Second, field);
        _minutes = CronField.Parse(fields[first], CronRange.Minute, field);
        _hours = CronField.Parse(fields[first + 1], CronRange.Hour, field);
        _months = CronField.Parse(fields[first + 3], CronRange.Month, field);
        _days = CronDays.Parse(fields[first + 2], fields[first + 4], field);
    }

    /// <summary>Reads an expression.</summary>
    /// <exception cref="LongshoreException">invalid_input: what is wrong, in which field.</exception>
    public static CronExpression Parse(string text, string field = "cron")
    {
        ArgumentNullException.ThrowIfNull(text);
        var known = text.Trim();
        var fields = (Names.TryGetValue(known, out var named) ? named : known)
            .Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length is not (5 or 6))
        {
            throw LongshoreException.Invalid(
                field,
                known.StartsWith('@')
                    ? $"'{known}' is unknown; use one of {string.Join(", ", Names.Keys)}, or five or six fields"
                    : $"'{known}' has {fields.Length} fields; write minute hour day-of-month month day-of-week, with "
                    + "seconds in front if you like");
        }

        var cron = new CronExpression(known, fields, field);
        return cron.NextWall(DateTime.UnixEpoch) is null
            ? throw LongshoreException.Invalid(field, $"'{known}' names a day that never comes")
            : cron;
    }

    /// <summary>The first instant after another, by a zone's clocks; null when there is none in 50 years.</summary>
    public DateTimeOffset? Next(DateTimeOffset after, TimeZoneInfo zone)
    {
        ArgumentNullException.ThrowIfNull(zone);
        var local = TimeZoneInfo.ConvertTime(after, zone);
        return _minutes.IsOpen || _hours.IsOpen ? NextOfRhythm(local, zone) : NextTimeOfDay(local, zone);
    }

    /// <summary>Walks from one change of the clocks to the next; between two of them wall time is plain.</summary>
    private DateTimeOffset? NextOfRhythm(DateTimeOffset local, TimeZoneInfo zone)
    {
        var (wall, offset) = (local.DateTime, local.Offset);
        var from = local;
        while (NextWall(wall) is { } next)
        {
            var instant = new DateTimeOffset(next, offset);
            if (FirstChange(from, instant, zone) is not { } change)
            {
                return instant;
            }

            from = TimeZoneInfo.ConvertTime(change, zone);
            offset = from.Offset;
            wall = from.DateTime.AddTicks(-1);
        }

        return null;
    }

    private DateTimeOffset? NextTimeOfDay(DateTimeOffset local, TimeZoneInfo zone)
    {
        var wall = local.DateTime;
        while (NextWall(wall) is { } next)
        {
            var instant = zone.IsInvalidTime(next)
                ? AfterGap(next, zone)
                : new DateTimeOffset(next, FirstOffset(next, zone));
            if (instant > local)
            {
                return TimeZoneInfo.ConvertTime(instant, zone);
            }

            wall = next;
        }

        return null;
    }

    private static TimeSpan FirstOffset(DateTime wall, TimeZoneInfo zone) => zone.IsAmbiguousTime(wall)
        ? zone.GetAmbiguousTimeOffsets(wall).Max()
        : zone.GetUtcOffset(wall);

    /// <summary>The first instant after the gap in which a wall time lies.</summary>
    private static DateTimeOffset AfterGap(DateTime wall, TimeZoneInfo zone)
    {
        // By the offset that held before, it is the instant after which the clocks have already changed.
        var formerly = new DateTimeOffset(wall, zone.GetUtcOffset(new DateTimeOffset(wall, TimeSpan.Zero).AddDays(-2)));
        return FirstChange(formerly.AddDays(-2), formerly, zone) ?? formerly;
    }

    /// <summary>The first change of a zone's offset after one instant and not after another; to the second.</summary>
    private static DateTimeOffset? FirstChange(DateTimeOffset from, DateTimeOffset to, TimeZoneInfo zone)
    {
        // Clocks change at most once in a day or so; longer spans are looked through in pieces.
        var step = TimeSpan.FromHours(12);
        var offset = zone.GetUtcOffset(from);
        for (var low = from; low < to;)
        {
            var high = to - low > step ? low + step : to;
            if (zone.GetUtcOffset(high) != offset)
            {
                return Bisect(low, high, offset, zone);
            }

            low = high;
        }

        return null;
    }

    private static DateTimeOffset Bisect(DateTimeOffset low, DateTimeOffset high, TimeSpan offset, TimeZoneInfo zone)
    {
        var (first, last) = (low.ToUnixTimeSeconds(), high.ToUnixTimeSeconds() + 1);
        while (last - first > 1)
        {
            var middle = first + ((last - first) / 2);
            if (zone.GetUtcOffset(DateTimeOffset.FromUnixTimeSeconds(middle)) == offset)
            {
                first = middle;
            }
            else
            {
                last = middle;
            }
        }

        return DateTimeOffset.FromUnixTimeSeconds(last);
    }

    /// <summary>The first wall time after another that all fields allow; null when there is none for long.</summary>
    private DateTime? NextWall(DateTime after)
    {
        var time = new DateTime(after.Ticks - (after.Ticks % TimeSpan.TicksPerSecond)).AddSeconds(1);
        var lastYear = Math.Min(after.Year + YearsMax, DateTime.MaxValue.Year - 1);
        while (time.Year <= lastYear)
        {
            if (!_months.Has(time.Month))
            {
                time = new DateTime(time.Year, time.Month, 1).AddMonths(1);
            }
            else if (!_days.Has(time) || Within(time) is not { } found)
            {
                time = time.Date.AddDays(1);
            }
            else
            {
                return found;
            }
        }

        return null;
    }

    /// <summary>The first allowed time of a day from here on; null when none is left.</summary>
    private DateTime? Within(DateTime time)
    {
        var (hour, minute, second) = (_hours.From(time.Hour), time.Minute, time.Second);
        if (hour != time.Hour)
        {
            (minute, second) = (0, 0);
        }

        while (hour >= 0)
        {
            var found = _minutes.From(minute);
            if (found != minute)
            {
                second = 0;
            }

            if (found >= 0 && _seconds.From(second) is >= 0 and var at)
            {
                return time.Date.Add(new TimeSpan(hour, found, at));
            }

            (minute, second) = found >= 0 ? (found + 1, 0) : (60, 0);
            if (found < 0)
            {
                (hour, minute) = (_hours.From(hour + 1), 0);
            }
        }

        return null;
    }

    /// <inheritdoc/>
    public override string ToString() => _text;

    /// <inheritdoc/>
    public bool Equals(CronExpression? other) => other is not null && _text == other._text;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as CronExpression);

    /// <inheritdoc/>
    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(_text);
}
