using Longshore.Storage;
using Longshore.Tasks;
using Microsoft.Extensions.Logging;

namespace Longshore.Engine.Maintenance;

/// <summary>Forgets breakers that were closed all the time a failure is remembered (S0.89, T0.30).</summary>
internal sealed class BreakerCleaner(
    IStore store, Leadership leadership, EngineOptions options, StoreTime time, ILogger logger)
    : Duty(leadership, options.Clock, logger)
{
    private static readonly TimeSpan Remembered = TimeSpan.FromHours(2);

    protected override string Name => "The cleaner of breakers";

    protected override async ValueTask<bool> StepAsync(CancellationToken ct)
    {
        await store.Breakers.CleanAsync((time.Now - Remembered).ToMicroseconds(), ct).ConfigureAwait(false);
        return false;
    }

    protected override ValueTask<TimeSpan> PauseAsync(CancellationToken ct) =>
        ValueTask.FromResult(options.PruneInterval);
}
