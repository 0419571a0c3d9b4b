namespace Longshore.Cli.Simulate;

/// <summary>In which unit durations are shown.</summary>
internal static class TimeUnits
{
    /// <summary>The seconds of the unit and its name, such that the most is a handy number of them.</summary>
    public static (double Seconds, string Word) For(double mostSeconds) => mostSeconds switch
    {
        <= 240 => (1, "seconds"),
        <= 4 * 3600 => (60, "minutes"),
        <= 4 * 86_400 => (3600, "hours"),
        _ => (86_400, "days"),
    };
}
