using Longshore.Engine.Maintenance;
using Longshore.Planning;
using Longshore.Routing;
using Longshore.Rules;
using Longshore.Storage;
using Longshore.Tasks;
using Longshore.Telemetry;
using Microsoft.Extensions.Logging;

namespace Longshore.Engine.Distribution;

/// <summary>
/// Plans, every few seconds, what waits in the namespaces whose rules say so, and makes the offers. It does what the
/// distributor does elsewhere, beside it, so that a long plan delays nobody else's tasks. Runs on the node that leads.
/// </summary>
internal sealed class StandingPlanner(
    IStore store, Leadership leadership, EngineOptions options, StoreTime time, DistributionTally tally,
    PlanMetrics metrics, Action<Grant> onOffered, ILogger logger)
    : Duty(leadership, options.Clock, logger)
{
    private readonly StandingPlan _plan = new(store, () => time.Now);
    private readonly ILogger _log = logger;

    // By namespace when its last plan ended. Touched by this duty's loop only, as is what follows.
    private readonly Dictionary<string, long> _endedUs = new(StringComparer.Ordinal);

    // Pairs that the store refused for what the plan does not see, and until when they are not tried again.
    private readonly Dictionary<(long TaskId, string Agent), long> _apart = [];

    private TimeSpan _pause;

    protected override string Name => "The standing planner";

    protected override async ValueTask<bool> StepAsync(CancellationToken ct)
    {
        var planned = (await store.Rules.ListAsync(ct).ConfigureAwait(false))
            .Where(r => r.Value.PlansEvery is not null)
            .ToDictionary(StringComparer.Ordinal);
        foreach (var former in _endedUs.Keys.Where(name => !planned.ContainsKey(name)).ToList())
        {
            _endedUs.Remove(former);
        }

        // Rules may change at another node, without a word to this one.
        _pause = options.DistributionInterval;
        foreach (var (name, rules) in planned)
        {
            var everyUs = rules.PlansEvery!.Value.ToMicroseconds();
            if (!_endedUs.TryGetValue(name, out var endedUs) || endedUs + everyUs <= time.NowUs)
            {
                await PlanAsync(name, rules, everyUs, ct).ConfigureAwait(false);
                endedUs = _endedUs[name] = time.NowUs;
            }

            var left = TimeSpan.FromMicroseconds(Math.Max(1000, endedUs + everyUs - time.NowUs));
            _pause = left < _pause ? left : _pause;
        }

        return false;
    }

    protected override ValueTask<TimeSpan> PauseAsync(CancellationToken ct) => ValueTask.FromResult(_pause);

    private async Task PlanAsync(string @namespace, NamespaceRules rules, long everyUs, CancellationToken ct)
    {
        foreach (var (pair, untilUs) in _apart.ToList())
        {
            if (untilUs <= time.NowUs)
            {
                _apart.Remove(pair);
            }
        }

        var watch = options.Clock.GetTimestamp();
        var outcome = await _plan.PlaceAsync(
            @namespace, rules, _apart.Keys.ToHashSet(), placed => OnPlaced(placed, everyUs), ct).ConfigureAwait(false);
        if (outcome is not null)
        {
            Tell(@namespace, outcome, options.Clock.GetElapsedTime(watch), rules.PlansEvery!.Value);
        }
    }

    private void OnPlaced(PlacedTask placed, long everyUs)
    {
        if (placed.Offer is { } offer)
        {
            tally.Offered(placed.Task.Spec.Kind, time.NowUs - placed.Task.AvailableAt.ToMicroseconds());
            onOffered(offer);
            return;
        }

        tally.Refused();
        if (placed.Answer.Status == ClaimStatus.Empty)
        {
            _apart[(placed.Task.Id, placed.Agent)] = time.NowUs + Math.Max(RefusalUs, 2 * everyUs);
        }
    }

    private void Tell(string @namespace, StandingOutcome outcome, TimeSpan took, TimeSpan every)
    {
        var refused = outcome.Placed.Count(placed => placed.Offer is null);
        tally.Planned(outcome.Placed.Count, refused);
        metrics.Made(@namespace, outcome.Placed.Count, refused, took);
        _log.PlanMade(
            @namespace, outcome.Placed.Count, outcome.Tasks, outcome.Pairs, outcome.Method.ToWire(), took, refused);
        if (took > every)
        {
            _log.PlanSlow(@namespace, took, every, outcome.Tasks, outcome.Pairs);
        }
    }

    /// <summary>How long a pair that the store refused is not tried again, at least.</summary>
    private const long RefusalUs = 5_000_000;
}
