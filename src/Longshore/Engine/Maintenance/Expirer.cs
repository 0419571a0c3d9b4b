using Longshore.Storage;
using Microsoft.Extensions.Logging;

namespace Longshore.Engine.Maintenance;

/// <summary>Ends tasks whose deadline passed, running or not.</summary>
internal sealed class Expirer(
    IStore store, Leadership leadership, EngineOptions options, Action<IReadOnlyList<LostClaim>> onLost, ILogger logger)
    : Duty(leadership, options.Clock, logger)
{
    protected override string Name => "The expirer";

    protected override async ValueTask<bool> StepAsync(CancellationToken ct)
    {
        var expired = await store.Tasks.ExpireAsync(options.MaintenanceBatch, ct: ct).ConfigureAwait(false);
        onLost(expired);
        return expired.Count == options.MaintenanceBatch;
    }

    protected override ValueTask<TimeSpan> PauseAsync(CancellationToken ct) =>
        ValueTask.FromResult(options.RescueInterval);
}
