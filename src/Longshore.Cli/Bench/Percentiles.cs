namespace Longshore.Cli.Bench;

/// <summary>How long something took, of many times: half of them no longer than <see cref="P50"/>.</summary>
internal readonly record struct Percentiles(double P50, double P95, double P99)
{
    /// <summary>By nearest rank. No values give zeroes.</summary>
    public static Percentiles Of(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        double At(double share) =>
            sorted.Length == 0 ? 0 : sorted[Math.Max(0, (int)Math.Ceiling(share * sorted.Length) - 1)];
        return new Percentiles(At(0.5), At(0.95), At(0.99));
    }

    /// <summary>The medians of each, over several runs.</summary>
    public static Percentiles Median(IReadOnlyList<Percentiles> runs) => new(
        Median(runs.Select(r => r.P50)), Median(runs.Select(r => r.P95)), Median(runs.Select(r => r.P99)));

    public static double Median(IEnumerable<double> values) => Of(values).P50;
}
