using System.Globalization;
using FsCheck.Fluent;
using Longshore.Schedules;

namespace Longshore.Tests.Schedules;

public sealed class CronExpressionTests
{
    private static readonly TimeZoneInfo Utc = TimeZoneInfo.Utc;
    private static readonly TimeZoneInfo Paris = TimeZoneInfo.FindSystemTimeZoneById("Europe/Paris");
    private static readonly TimeZoneInfo NewYork = TimeZoneInfo.FindSystemTimeZoneById("America/New_York");

    [Theory]
    [InlineData("* * * * *", "2030-01-01T00:00:30Z", "2030-01-01T00:01:00Z")]
    [InlineData("*/15 * * * *", "2030-01-01T00:15:00Z", "2030-01-01T00:30:00Z")]
    [InlineData("5/20 * * * *", "2030-01-01T00:25:00Z", "2030-01-01T00:45:00Z")]
    [InlineData("59 23 31 12 *", "2030-01-01T00:00:00Z", "2030-12-31T23:59:00Z")]
    [InlineData("0 9-17/4 * * *", "2030-01-01T09:00:00Z", "2030-01-01T13:00:00Z")]
    [InlineData("0 9,17 * * *", "2030-01-01T17:00:00Z", "2030-01-02T09:00:00Z")]
    [InlineData("30 * * * * *", "2030-01-01T00:00:30Z", "2030-01-01T00:01:30Z")]
    [InlineData("*/20 0 0 * * *", "2030-01-01T00:00:40Z", "2030-01-02T00:00:00Z")]
    [InlineData("0 0 * * mon-fri", "2030-01-04T00:00:00Z", "2030-01-07T00:00:00Z")]
    [InlineData("0 0 * * 7", "2030-01-01T00:00:00Z", "2030-01-06T00:00:00Z")]
    [InlineData("0 0 29 feb *", "2030-01-01T00:00:00Z", "2032-02-29T00:00:00Z")]
    [InlineData("0 0 29 2 *", "2096-03-01T00:00:00Z", "2104-02-29T00:00:00Z")]
    [InlineData("0 0 31 * *", "2030-01-31T00:00:00Z", "2030-03-31T00:00:00Z")]
    [InlineData("0 0 L * *", "2030-02-01T00:00:00Z", "2030-02-28T00:00:00Z")]
    [InlineData("0 0 1,L * *", "2030-02-01T00:00:00Z", "2030-02-28T00:00:00Z")]
    [InlineData("0 0 * * 5#2", "2030-01-01T00:00:00Z", "2030-01-11T00:00:00Z")]
    [InlineData("0 0 * * friL", "2030-01-01T00:00:00Z", "2030-01-25T00:00:00Z")]
    [InlineData("0 0 13 * 5", "2030-01-01T00:00:00Z", "2030-01-04T00:00:00Z")]
    [InlineData("0 0 */2 * 5", "2030-01-01T00:00:00Z", "2030-01-11T00:00:00Z")]
    [InlineData("@weekly", "2030-01-01T00:00:00Z", "2030-01-06T00:00:00Z")]
    [InlineData(" @Daily ", "2030-01-01T00:00:00Z", "2030-01-02T00:00:00Z")]
    public void Next_is_the_first_instant_after(string cron, string after, string expected) =>
        CronExpression.Parse(cron).Next(At(after), Utc).ShouldBe(At(expected));

    [Theory]
    [InlineData("30 2 * * *", "2030-03-30T12:00:00Z", "2030-03-31T01:00:00Z")] // does not exist: after the gap
    [InlineData("30 2 * * *", "2030-03-31T01:00:00Z", "2030-04-01T00:30:00Z")]
    [InlineData("0 3 * * *", "2030-03-30T12:00:00Z", "2030-03-31T01:00:00Z")]
    [InlineData("30 2 * * *", "2030-10-26T12:00:00Z", "2030-10-27T00:30:00Z")] // twice: the first time
    [InlineData("30 2 * * *", "2030-10-27T00:30:00Z", "2030-10-28T01:30:00Z")]
    [InlineData("30 2 * * *", "2030-10-27T01:10:00Z", "2030-10-28T01:30:00Z")] // asked in the second hour
    [InlineData("30 * * * *", "2030-03-31T00:30:00Z", "2030-03-31T01:30:00Z")] // a rhythm: 01:30, then 03:30
    [InlineData("30 * * * *", "2030-10-27T00:30:00Z", "2030-10-27T01:30:00Z")] // and both 02:30
    [InlineData("*/30 2 * * *", "2030-03-30T12:00:00Z", "2030-04-01T00:00:00Z")] // a rhythm in an hour that is not
    [InlineData("0 */2 * * *", "2030-03-31T00:59:00Z", "2030-03-31T02:00:00Z")]
    public void Clocks_of_Paris_change(string cron, string after, string expected) =>
        CronExpression.Parse(cron).Next(At(after), Paris).ShouldBe(At(expected));

    [Fact]
    public void Answers_by_the_clocks_of_the_zone()
    {
        var next = CronExpression.Parse("0 9 4 7 *").Next(At("2030-01-01T00:00:00Z"), NewYork)!.Value;
        next.ToString("o", CultureInfo.InvariantCulture).ShouldBe("2030-07-04T09:00:00.0000000-04:00");
    }

    [Theory]
    [InlineData("", "'' has 0 fields; write minute hour day-of-month month day-of-week", "")]
    [InlineData("* * *", "'* * *' has 3 fields; write minute hour day-of-month month day-of-week", "")]
    [InlineData("60 * * * *", "minute: '60' is not allowed", "0 to 59")]
    [InlineData("* 24 * * *", "hour: '24' is not allowed", "0 to 23")]
    [InlineData("* * 0 * *", "day of month: '0' is not allowed", "1 to 31")]
    [InlineData("* * * 13 *", "month: '13' is not allowed", "1 to 12 or jan to dec")]
    [InlineData("* * * * 8", "day of week: '8' is not allowed", "0 to 7 or sun to sat")]
    [InlineData("5-1 * * * *", "minute: the range '5-1' ends before it begins", "0 to 59")]
    [InlineData("*/0 * * * *", "minute: '0' is no step", "0 to 59")]
    [InlineData("1,,2 * * * *", "minute: '' is not allowed", "0 to 59")]
    public void Says_what_is_wrong(string cron, string what, string use) =>
        ((Action)(() => CronExpression.Parse(cron))).ShouldBeRefused(
            "cron",
            what + (use == "" ? ", with seconds in front if you like"
                : $"; use {use}, *, ranges a-b, steps */n and lists a,b"));

    [Theory]
    [InlineData("* * * * 5#6", "day of week: '5#6' is none; 5#2 is the second Friday of the month, up to 5#5")]
    [InlineData("0 0 31 2 *", "'0 0 31 2 *' names a day that never comes")]
    public void Says_which_day_never_comes(string cron, string message) =>
        ((Action)(() => CronExpression.Parse(cron))).ShouldBeRefused("cron", message);

    [Fact]
    public void Says_which_names_there_are() => Should.Throw<LongshoreException>(() => CronExpression.Parse("@noon"))
        .Message.ShouldStartWith("cron: '@noon' is unknown; use one of @hourly, @daily,");

    [Fact]
    public void Next_agrees_with_a_walk_over_the_clock()
    {
        var times = Gen.Zip(
            Gen.Elements("*", "0", "30", "*/7", "5-10", "59"), Gen.Elements("*", "2", "1-3", "*/5", "0,23"));
        var days = Gen.Zip(Gen.Elements("*", "1", "28-31", "L", "*/3"), Gen.Elements("*", "0", "mon-fri", "7L"));
        var starts = Gen.Zip(Gen.Choose(0, 59), Gen.Elements(
            "2030-03-29T20:00:00Z", "2030-03-31T00:00:00Z", "2030-10-26T22:00:00Z", "2030-02-27T12:00:00Z"));
        Always.Holds(Gen.Zip(times, Gen.Zip(days, starts)), sample =>
        {
            var ((minute, hour), ((day, weekday), (late, start))) = sample;
            var after = At(start).AddMinutes(late);
            var walked = Walk(minute, hour, day, weekday, after);
            var next = CronExpression.Parse($"{minute} {hour} {day} * {weekday}").Next(after, Paris);
            return walked is null ? next > after.AddDays(4) : next == walked;
        });
    }

    private static DateTimeOffset? Walk(string minute, string hour, string day, string weekday, DateTimeOffset after)
    {
        var isRhythm = minute[0] == '*' || hour[0] == '*';
        for (var at = after.AddMinutes(1); at <= after.AddDays(4); at = at.AddMinutes(1))
        {
            var wall = TimeZoneInfo.ConvertTime(at, Paris).DateTime;
            var isRepeat = Paris.IsAmbiguousTime(wall) && Paris.GetUtcOffset(at.AddHours(-1)) != Paris.GetUtcOffset(at);
            if (Allows(wall) && (isRhythm || !isRepeat))
            {
                return at;
            }

            // The first minute after a gap stands for all that was left out.
            var before = TimeZoneInfo.ConvertTime(at.AddMinutes(-1), Paris).DateTime;
            for (var lost = before.AddMinutes(1); !isRhythm && lost < wall; lost = lost.AddMinutes(1))
            {
                if (Allows(lost))
                {
                    return at;
                }
            }
        }

        return null;

        bool Allows(DateTime wall) => In(minute, wall.Minute, 0) && In(hour, wall.Hour, 0) && Days(wall);

        bool Days(DateTime wall)
        {
            var isLast = wall.AddDays(1).Month != wall.Month;
            var byDay = day == "L" ? isLast : In(day, wall.Day, 1);
            var byWeekday = weekday switch
            {
                "*" => true,
                "0" => wall.DayOfWeek == DayOfWeek.Sunday,
                "7L" => wall.DayOfWeek == DayOfWeek.Sunday && wall.AddDays(7).Month != wall.Month,
                _ => wall.DayOfWeek is not (DayOfWeek.Saturday or DayOfWeek.Sunday),
            };
            return day[0] == '*' || weekday == "*" ? byDay && byWeekday : byDay || byWeekday;
        }
    }

    private static bool In(string field, int value, int min)
    {
        int[] numbers =
        [
            .. field.Split('*', '/', '-', ',').Where(t => t != "")
                .Select(t => int.Parse(t, CultureInfo.InvariantCulture)),
        ];
        return field[0] == '*' ? numbers.Length == 0 || (value - min) % numbers[0] == 0
            : field.Contains('-', StringComparison.Ordinal) ? value >= numbers[0] && value <= numbers[1]
            : numbers.Contains(value);
    }

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
