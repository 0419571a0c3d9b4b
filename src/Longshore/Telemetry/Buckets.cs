using System.Diagnostics.Metrics;

namespace Longshore.Telemetry;

/// <summary>Upper bounds of the histograms' buckets, in seconds.</summary>
internal static class Buckets
{
    /// <summary>For what takes from a tenth of a millisecond to ten seconds.</summary>
    public static readonly InstrumentAdvice<double> Milliseconds = new()
    {
        HistogramBucketBoundaries =
            [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    };

    /// <summary>For what takes from a millisecond to a day.</summary>
    public static readonly InstrumentAdvice<double> Seconds = new()
    {
        HistogramBucketBoundaries =
            [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30, 60, 300, 1800, 3600, 86400],
    };
}
