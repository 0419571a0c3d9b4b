using Longshore.Storage;
using Microsoft.Extensions.Logging;

namespace Longshore.Engine.Maintenance;

/// <summary>Ends claims whose lease ran out: their holder crashed, hangs or is cut off.</summary>
internal sealed class Rescuer(
    IStore store, Leadership leadership, EngineOptions options, Action<IReadOnlyList<LostClaim>> onLost, ILogger logger)
    : Duty(leadership, options.Clock, logger)
{
    protected override string Name => "The rescuer";

    protected override async ValueTask<bool> StepAsync(CancellationToken ct)
    {
        var lost = await store.Tasks.RescueAsync(options.MaintenanceBatch, ct: ct).ConfigureAwait(false);
        onLost(lost);
        return lost.Count == options.MaintenanceBatch;
    }

    protected override ValueTask<TimeSpan> PauseAsync(CancellationToken ct) =>
        ValueTask.FromResult(options.RescueInterval);
}
