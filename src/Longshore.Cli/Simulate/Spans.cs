using System.Globalization;

namespace Longshore.Cli.Simulate;

/// <summary>Durations and shares as people read them.</summary>
internal static class Spans
{
    /// <summary>Two or three digits in the largest fitting unit: <c>47 s</c>, <c>3.2 min</c>.</summary>
    public static string Text(double seconds) => seconds switch
    {
        < 0.05 => "0 s",
        < 9.95 => Invariant($"{seconds:0.0} s"),
        < 119.5 => Invariant($"{seconds:0} s"),
        < 597 => Invariant($"{seconds / 60:0.0} min"),
        < 7200 => Invariant($"{seconds / 60:0} min"),
        < 172_800 => Invariant($"{seconds / 3600:0.0} h"),
        _ => Invariant($"{seconds / 86_400:0.0} d"),
    };

    public static string Percent(double share) => Invariant($"{100 * share:0} %");

    public static string Count(long count) => count.ToString("#,0", CultureInfo.InvariantCulture);

    public static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
