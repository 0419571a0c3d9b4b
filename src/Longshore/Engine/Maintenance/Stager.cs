using Longshore.Storage;
using Longshore.Tasks;
using Microsoft.Extensions.Logging;

namespace Longshore.Engine.Maintenance;

/// <summary>
/// Brings deferred tasks back to the queue when they are due: by a timer for the next one, not by polling. What this
/// node defers itself is known at once, and so is what others tell of; the rest is seen at the latest after the
/// fallback interval, or a second while others cannot tell.
/// </summary>
internal sealed class Stager(
    IStore store,
    Leadership leadership,
    EngineOptions options,
    StoreTime time,
    Func<TimeSpan> pauseMax,
    Action<int> onReady,
    ILogger logger)
    : Duty(leadership, options.Clock, logger)
{
    // A timer may fire a little early by the store's clock.
    private static readonly TimeSpan Grain = TimeSpan.FromMilliseconds(1);
    private long _nextUs = long.MaxValue;

    protected override string Name => "The stager";

    /// <summary>A task was deferred until this instant.</summary>
    public void Expect(long dueUs)
    {
        if (dueUs < Interlocked.Read(ref _nextUs))
        {
            Poke();
        }
    }

    protected override async ValueTask<bool> StepAsync(CancellationToken ct)
    {
        var staged = await store.Tasks.StageAsync(options.MaintenanceBatch, ct: ct).ConfigureAwait(false);
        if (staged > 0)
        {
            onReady(staged);
        }

        return staged == options.MaintenanceBatch;
    }

    protected override async ValueTask<TimeSpan> PauseAsync(CancellationToken ct)
    {
        // Between the look and the wait a deferral may come; it must poke, whatever its instant.
        Interlocked.Exchange(ref _nextUs, long.MaxValue);
        var nextUs = await store.Tasks.NextDueAsync(ct).ConfigureAwait(false) ?? long.MaxValue;
        Interlocked.Exchange(ref _nextUs, nextUs);
        var most = pauseMax();
        if (nextUs == long.MaxValue)
        {
            return most;
        }

        var pause = UnixTime.FromMicroseconds(nextUs) - time.Now + Grain;
        return pause < Grain ? Grain : pause < most ? pause : most;
    }
}
