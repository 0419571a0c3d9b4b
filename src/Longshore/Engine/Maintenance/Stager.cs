using Longshore.Storage;
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
    : TimedDuty(leadership, options, time, pauseMax, logger)
{
    private readonly int _batch = options.MaintenanceBatch;

    protected override string Name => "The stager";

    protected override async ValueTask<bool> StepAsync(CancellationToken ct)
    {
        var staged = await store.Tasks.StageAsync(_batch, ct: ct).ConfigureAwait(false);
        if (staged > 0)
        {
            onReady(staged);
        }

        return staged == _batch;
    }

    protected override ValueTask<long?> NextDueAsync(CancellationToken ct) => store.Tasks.NextDueAsync(ct);
}
