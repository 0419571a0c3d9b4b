using Microsoft.Extensions.Logging;

namespace Longshore.Engine.Maintenance;

/// <summary>
/// A duty that sleeps until the next due instant instead of polling. What this node makes due is known at once, and so
/// is what others tell of; the rest is seen at the latest after the longest pause.
/// </summary>
internal abstract class TimedDuty(
    Leadership leadership, EngineOptions options, StoreTime time, Func<TimeSpan> pauseMax, ILogger logger)
    : Duty(leadership, options.Clock, logger)
{
    private long _nextUs = long.MaxValue;

    /// <summary>The shortest pause.</summary>
    protected virtual TimeSpan PauseMin => StoreTime.Grain;

    /// <summary>Something will be due at this instant.</summary>
    public void Expect(long dueUs)
    {
        if (dueUs < Interlocked.Read(ref _nextUs))
        {
            Poke();
        }
    }

    /// <summary>The next due instant, or null.</summary>
    protected abstract ValueTask<long?> NextDueAsync(CancellationToken ct);

    protected sealed override async ValueTask<TimeSpan> PauseAsync(CancellationToken ct)
    {
        // Between the look and the wait something may become due; it must poke, whatever its instant.
        Interlocked.Exchange(ref _nextUs, long.MaxValue);
        var nextUs = await NextDueAsync(ct).ConfigureAwait(false) ?? long.MaxValue;
        Interlocked.Exchange(ref _nextUs, nextUs);
        var most = pauseMax();
        return nextUs == long.MaxValue ? most : time.PauseUntil(nextUs, PauseMin, most);
    }
}
