using Longshore.Storage;
using Microsoft.Extensions.Logging;

namespace Longshore.Engine.Maintenance;

/// <summary>
/// Deletes what ended longer ago than it is to be kept, in short steps. After each it leaves the store to others for
/// several times as long as the step took.
/// </summary>
internal sealed class Pruner(IStore store, Leadership leadership, EngineOptions options, StoreTime time, ILogger logger)
    : Duty(leadership, options.Clock, logger)
{
    private const int RestFactor = 4;
    private static readonly TimeSpan RestMin = TimeSpan.FromMilliseconds(5);
    private TimeSpan? _rest;

    protected override string Name => "The pruner";

    protected override async ValueTask<bool> StepAsync(CancellationToken ct)
    {
        _rest = null;
        var rules = await store.Rules.ListAsync(ct).ConfigureAwait(false);
        var plan = PrunePlan.At(time.NowUs, options.Retention, options.RetentionByState, rules);
        var began = options.Clock.GetTimestamp();
        var tasks = await store.Tasks.PruneAsync(plan, options.PruneBatch, ct).ConfigureAwait(false);
        var runs = await store.Workflows.PruneRunsAsync(plan, options.PruneBatch, ct).ConfigureAwait(false);
        if (tasks.HasMore || runs.HasMore)
        {
            var rest = options.Clock.GetElapsedTime(began) * RestFactor;
            _rest = rest > RestMin ? rest : RestMin;
        }

        return false;
    }

    protected override ValueTask<TimeSpan> PauseAsync(CancellationToken ct) =>
        ValueTask.FromResult(_rest ?? options.PruneInterval);
}
