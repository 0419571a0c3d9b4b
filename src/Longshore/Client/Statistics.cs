using Longshore.Assignments;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Client;

/// <summary>Of which attempts statistics are wanted.</summary>
public sealed record StatisticsQuery
{
    /// <summary>Only of this namespace; null means all.</summary>
    public string? Namespace { get; init; }

    /// <summary>Only of this kind; null means all.</summary>
    public string? Kind { get; init; }

    /// <summary>How far back; one hour by default, at most as long as events are kept.</summary>
    public TimeSpan Window { get; init; } = TimeSpan.FromHours(1);
}

/// <summary>
/// How the attempts of a window went (S2.61), by kind. Exact for every attempt that ended since <see cref="Since"/> and
/// whose task is still kept. Reading is bounded: of more than 10,000 attempts, or 50,000 events, the newest are looked
/// at, and <see cref="Since"/> is later than asked for.
/// </summary>
/// <param name="Since">From when on all attempts are counted.</param>
/// <param name="Until">To when.</param>
/// <param name="IsComplete">They reach back as far as asked for.</param>
/// <param name="Kinds">By namespace and kind; those without an attempt are left out.</param>
public sealed record Statistics(
    DateTimeOffset Since, DateTimeOffset Until, bool IsComplete, IReadOnlyList<KindStatistics> Kinds)
{
    internal static Statistics Of(EndedAttempts found, long askedUs, long nowUs) => new(
        UnixTime.FromMicroseconds(found.SinceUs),
        UnixTime.FromMicroseconds(nowUs),
        found.SinceUs <= askedUs,
        [
            .. found.Attempts.GroupBy(a => (a.Namespace, a.Kind))
                .OrderBy(g => g.Key.Namespace, StringComparer.Ordinal).ThenBy(g => g.Key.Kind, StringComparer.Ordinal)
                .Select(g => KindStatistics.Of(g.Key.Namespace, g.Key.Kind, [.. g])),
        ]);
}

/// <summary>How the attempts of a kind went.</summary>
/// <param name="Namespace">The namespace.</param>
/// <param name="Kind">The kind.</param>
/// <param name="Attempts">How many ended: completed, failed or lost.</param>
/// <param name="Succeeded">How many were completed.</param>
/// <param name="Failed">How many their holders failed.</param>
/// <param name="Lost">How many were lost with their holders.</param>
/// <param name="Retried">After how many of those not completed the task is, or was, to be tried again.</param>
/// <param name="SuccessRate">Of all attempts, 0 to 1.</param>
/// <param name="RetryRate">Of all attempts, 0 to 1.</param>
/// <param name="Wait">From when a task was to be done to its first attempt; null when there was no first one.</param>
/// <param name="Run">From the grant to the end.</param>
public sealed record KindStatistics(
    string Namespace, string Kind, int Attempts, int Succeeded, int Failed, int Lost, int Retried,
    double SuccessRate, double RetryRate, DurationStatistics? Wait, DurationStatistics Run)
{
    internal static KindStatistics Of(string @namespace, string kind, IReadOnlyList<EndedAttempt> attempts)
    {
        var succeeded = attempts.Count(a => a.Status == AssignmentStatus.Submitted);
        var retried = attempts.Count(a => a.Status != AssignmentStatus.Submitted && !IsOver(a.LedTo));
        return new KindStatistics(
            @namespace,
            kind,
            attempts.Count,
            succeeded,
            attempts.Count(a => a.Status == AssignmentStatus.Failed),
            attempts.Count(a => a.Status == AssignmentStatus.Expired),
            retried,
            (double)succeeded / attempts.Count,
            (double)retried / attempts.Count,
            DurationStatistics.Of([.. attempts.Where(a => a.Epoch == 1).Select(a => a.GrantedUs - a.AvailableUs)]),
            DurationStatistics.Of([.. attempts.Select(a => a.EndedUs - a.GrantedUs)])!);
    }

    private static bool IsOver(TaskState state) => state.IsTerminal() || state == TaskState.Quarantined;
}

/// <summary>How long something took: the value that half, or 95 of 100, do not exceed, and the largest.</summary>
/// <param name="P50">The median, by nearest rank.</param>
/// <param name="P95">The 95th percentile, by nearest rank.</param>
/// <param name="Max">The largest.</param>
public sealed record DurationStatistics(TimeSpan P50, TimeSpan P95, TimeSpan Max)
{
    internal static DurationStatistics? Of(long[] durationsUs)
    {
        if (durationsUs.Length == 0)
        {
            return null;
        }

        Array.Sort(durationsUs);
        return new DurationStatistics(At(0.5), At(0.95), At(1));

        TimeSpan At(double part) => TimeSpan.FromMicroseconds(
            Math.Max(0, durationsUs[(int)Math.Ceiling(part * durationsUs.Length) - 1]));
    }
}
