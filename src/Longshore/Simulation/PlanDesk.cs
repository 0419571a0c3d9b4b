using System.Diagnostics.Metrics;
using Longshore.Engine;
using Longshore.Engine.Distribution;
using Longshore.Engine.Maintenance;
using Longshore.Storage;
using Longshore.Telemetry;
using Microsoft.Extensions.Logging.Abstractions;

namespace Longshore.Simulation;

/// <summary>The engine's own standing planner, which plans whenever it is told to instead of in its own time.</summary>
internal sealed class PlanDesk : IDesk
{
    private readonly Meter _meter = new("longshore.simulation");
    private readonly DistributionTally _tally = new();
    private readonly StandingPlanner _planner;
    private readonly List<Grant> _made = [];

    public PlanDesk(IStore store, VirtualClock clock)
    {
        var options = new EngineOptions { Clock = clock };
        var leadership = new Leadership(
            store.Leases, options.NodeName, options.LeadershipTerm, clock, NullLogger.Instance);
        _planner = new StandingPlanner(
            store, leadership, options, new StoreTime(clock), _tally,
            new PlanMetrics(_meter, name => new KeyValuePair<string, object?>("namespace", name)), _made.Add,
            NullLogger.Instance);
    }

    /// <summary>The store knew better than the plan, which the next one takes into account.</summary>
    public Action? OnRefused { get; init; }

    public IReadOnlyList<Grant> Look()
    {
        _made.Clear();
        var refusals = _tally.Refusals;
        _planner.DoDueAsync(() => true, CancellationToken.None).AtOnce();
        if (_tally.Refusals > refusals)
        {
            OnRefused?.Invoke();
        }

        return _made;
    }

    public void Dispose()
    {
        _planner.Dispose();
        _meter.Dispose();
    }
}
