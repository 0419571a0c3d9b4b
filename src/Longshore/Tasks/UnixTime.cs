namespace Longshore.Tasks;

/// <summary>Instants as integer microseconds since 1970 (X9): the form in which every store keeps time.</summary>
public static class UnixTime
{
    /// <summary>Whole microseconds since 1970-01-01 UTC.</summary>
    public static long ToMicroseconds(this DateTimeOffset instant) =>
        (instant.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) / TimeSpan.TicksPerMicrosecond;

    /// <summary>The instant of whole microseconds since 1970-01-01 UTC.</summary>
    public static DateTimeOffset FromMicroseconds(long microseconds) =>
        DateTimeOffset.UnixEpoch.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond);

    /// <summary>Whole microseconds of a duration.</summary>
    public static long ToMicroseconds(this TimeSpan duration) => duration.Ticks / TimeSpan.TicksPerMicrosecond;

    /// <summary>The clock's now in microseconds.</summary>
    public static long NowMicroseconds(this TimeProvider clock) => clock.GetUtcNow().ToMicroseconds();
}
