using Longshore.Simulation.Scenarios;

namespace Longshore.Simulation;

/// <summary>When a crew works, as intervals in microseconds from the beginning of a run.</summary>
internal static class ShiftPlan
{
    private const long MinuteUs = 60_000_000;
    private const long DayUs = 24 * 60 * MinuteUs;

    /// <summary>Intervals up to <paramref name="untilUs"/>, in order, none touching another.</summary>
    public static List<(long FromUs, long ToUs)> Of(Crew crew, string firstDay, long untilUs)
    {
        if (crew.Shifts.Count == 0)
        {
            return [(0, long.MaxValue)];
        }

        var first = ScenarioRules.DayOf(firstDay, "first_day");
        var all = new List<(long FromUs, long ToUs)>();

        // The day before the first may reach over midnight.
        for (var day = -1L; day * DayUs < untilUs; day++)
        {
            var weekday = (int)((first + day + 7) % 7);
            all.AddRange(crew.Shifts
                .Where(shift => shift.Days.Count == 0
                    || shift.Days.Any(word => ScenarioRules.DayOf(word, "days") == weekday))
                .Select(shift => On(day * DayUs, shift)));
        }

        return Merged([.. all.Where(i => i.ToUs > 0 && i.FromUs < untilUs).Order()]);
    }

    private static (long FromUs, long ToUs) On(long midnightUs, Shift shift)
    {
        var from = ScenarioRules.MinuteOf(shift.From, "from") * MinuteUs;
        var to = ScenarioRules.MinuteOf(shift.To, "to") * MinuteUs;
        return (Math.Max(0, midnightUs + from), midnightUs + (to > from ? to : to + DayUs));
    }

    private static List<(long FromUs, long ToUs)> Merged(List<(long FromUs, long ToUs)> sorted)
    {
        var merged = new List<(long FromUs, long ToUs)>();
        foreach (var (from, to) in sorted)
        {
            if (merged.Count > 0 && from <= merged[^1].ToUs)
            {
                merged[^1] = (merged[^1].FromUs, Math.Max(merged[^1].ToUs, to));
            }
            else
            {
                merged.Add((from, to));
            }
        }

        return merged;
    }
}
