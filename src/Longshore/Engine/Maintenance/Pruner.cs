using Longshore.Storage;
using Longshore.Tasks;
using Microsoft.Extensions.Logging;

namespace Longshore.Engine.Maintenance;

/// <summary>Deletes what ended longer ago than the retention.</summary>
internal sealed class Pruner(IStore store, Leadership leadership, EngineOptions options, StoreTime time, ILogger logger)
    : Duty(leadership, options.Clock, logger)
{
    protected override string Name => "The pruner";

    protected override async ValueTask<bool> StepAsync(CancellationToken ct)
    {
        var before = time.Now - options.Retention;
        var pruned = await store.Tasks.PruneAsync(before.ToMicroseconds(), options.MaintenanceBatch, ct)
            .ConfigureAwait(false);
        var ofRuns = await store.Workflows.PruneRunsAsync(before.ToMicroseconds(), options.MaintenanceBatch, ct)
            .ConfigureAwait(false);
        return pruned == options.MaintenanceBatch || ofRuns >= options.MaintenanceBatch;
    }

    protected override ValueTask<TimeSpan> PauseAsync(CancellationToken ct) =>
        ValueTask.FromResult(options.PruneInterval);
}
