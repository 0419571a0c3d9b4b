namespace Longshore.Tasks;

/// <summary>How the wait before the next attempt grows.</summary>
public enum BackoffKind
{
    /// <summary>Doubles each time up to a cap, with full jitter: uniform between 0 and the grown value.</summary>
    Exponential = 0,

    /// <summary>The same each time (source 002: ten minutes), without jitter.</summary>
    Fixed = 1,
}

/// <summary>When a failed attempt may be tried again (X5).</summary>
/// <param name="Backoff">Growth.</param>
/// <param name="Delay">The first, or the fixed, wait.</param>
/// <param name="Cap">The longest wait of an exponential policy.</param>
public sealed record RetryPolicy(BackoffKind Backoff, TimeSpan Delay, TimeSpan Cap)
{
    /// <summary>Exponential from two seconds to one hour.</summary>
    public static readonly RetryPolicy Default =
        new(BackoffKind.Exponential, TimeSpan.FromSeconds(2), TimeSpan.FromHours(1));

    /// <summary>
    /// Source 002's cooldown: ten minutes after every error (S2.31), counted from the end of the attempt (T2.8).
    /// </summary>
    public static readonly RetryPolicy TenMinutes = FixedDelay(TimeSpan.FromMinutes(10));

    /// <summary>The same wait after every failure.</summary>
    public static RetryPolicy FixedDelay(TimeSpan delay) => new(BackoffKind.Fixed, delay, delay);

    /// <summary>Doubling waits with full jitter.</summary>
    public static RetryPolicy ExponentialDelay(TimeSpan first, TimeSpan cap) =>
        new(BackoffKind.Exponential, first, cap);

    /// <summary>
    /// The wait after failure number <paramref name="failure"/> (1 for the first):
    /// <c>min(cap, delay · 2^(failure−1)) · chance</c>, or the fixed delay.
    /// </summary>
    /// <param name="failure">Which failure this was, counted from 1.</param>
    /// <param name="chance">
    /// A number in [0, 1) from the injected source; full jitter takes that part of the wait.
    /// </param>
    public TimeSpan WaitAfter(int failure, double chance)
    {
        if (Backoff == BackoffKind.Fixed)
        {
            return Delay;
        }

        var doublings = Math.Clamp(failure - 1, 0, 62);
        var grown = Math.Min(Cap.Ticks, Delay.Ticks * Math.Pow(2, doublings));
        return TimeSpan.FromTicks((long)(grown * chance));
    }
}
