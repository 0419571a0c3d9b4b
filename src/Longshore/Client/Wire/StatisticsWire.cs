namespace Longshore.Client.Wire;

/// <summary>How the attempts of a window went, by kind.</summary>
/// <param name="Since">From when on all attempts are counted.</param>
/// <param name="Until">To when.</param>
/// <param name="IsComplete">They reach back as far as asked for; otherwise there were too many.</param>
/// <param name="Kinds">By namespace and kind.</param>
public sealed record StatisticsWire(
    DateTimeOffset Since, DateTimeOffset Until, bool IsComplete, IReadOnlyList<KindStatisticsWire> Kinds)
{
    internal static StatisticsWire Of(Statistics s) =>
        new(s.Since, s.Until, s.IsComplete, [.. s.Kinds.Select(KindStatisticsWire.Of)]);

    internal Statistics ToStatistics() => new(Since, Until, IsComplete, [.. Kinds.Select(k => k.ToKind())]);
}

/// <summary>How the attempts of a kind went; rates are 0 to 1.</summary>
/// <param name="Namespace">The namespace.</param>
/// <param name="Kind">The kind.</param>
/// <param name="Attempts">How many ended: completed, failed or lost.</param>
/// <param name="Succeeded">How many were completed.</param>
/// <param name="Failed">How many their holders failed.</param>
/// <param name="Lost">How many were lost with their holders.</param>
/// <param name="Retried">After how many of those not completed the task was to be tried again.</param>
/// <param name="SuccessRate">Of all attempts.</param>
/// <param name="RetryRate">Of all attempts.</param>
/// <param name="WaitSeconds">From when a task was to be done to its first attempt.</param>
/// <param name="RunSeconds">From the grant to the end.</param>
public sealed record KindStatisticsWire(
    string Namespace, string Kind, int Attempts, int Succeeded, int Failed, int Lost, int Retried,
    double SuccessRate, double RetryRate, DurationsWire? WaitSeconds, DurationsWire RunSeconds)
{
    internal static KindStatisticsWire Of(KindStatistics k) => new(
        k.Namespace, k.Kind, k.Attempts, k.Succeeded, k.Failed, k.Lost, k.Retried, k.SuccessRate, k.RetryRate,
        k.Wait is null ? null : DurationsWire.Of(k.Wait), DurationsWire.Of(k.Run));

    internal KindStatistics ToKind() => new(
        Namespace, Kind, Attempts, Succeeded, Failed, Lost, Retried, SuccessRate, RetryRate,
        WaitSeconds?.ToDurations(), RunSeconds.ToDurations());
}

/// <summary>Durations in seconds.</summary>
/// <param name="P50">The median.</param>
/// <param name="P95">The 95th percentile.</param>
/// <param name="Max">The largest.</param>
public sealed record DurationsWire(double P50, double P95, double Max)
{
    internal static DurationsWire Of(DurationStatistics d) =>
        new(d.P50.TotalSeconds, d.P95.TotalSeconds, d.Max.TotalSeconds);

    internal DurationStatistics ToDurations() => new(
        Words.Seconds(P50, "p50"), Words.Seconds(P95, "p95"), Words.Seconds(Max, "max"));
}
