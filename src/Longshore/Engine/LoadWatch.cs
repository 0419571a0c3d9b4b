using System.Diagnostics.Metrics;
using Longshore.Storage;
using Longshore.Tasks;
using Longshore.Telemetry;
using Microsoft.Extensions.Logging;

namespace Longshore.Engine;

/// <summary>
/// The gauges that only the store can answer. The store is asked from time to time, never by each reading of a gauge,
/// and not at all while nobody listens; asking takes at most a twentieth of the time.
/// </summary>
internal sealed class LoadWatch(LongshoreEngine engine, ILogger logger) : IDisposable
{
    /// <summary>Most agents, and most namespaces, that are told apart; the rest is summed.</summary>
    public const int LabelsMax = 100;

    private const int RestFactor = 20;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(15);
    private readonly TimeProvider _clock = engine.Options.Clock;
    private readonly SemaphoreSlim _asking = new(1, 1);
    private readonly List<Instrument> _gauges = [];
    private volatile StoreLoad? _load;

    // Guarded by _asking.
    private long _askedAt;
    private TimeSpan _took;
    private bool _asked;

    /// <summary>Makes the gauges.</summary>
    public void Publish(Meter meter)
    {
        _gauges.Add(meter.CreateObservableGauge(
            "longshore.queue.depth", Depths, "{task}", "Tasks that have not ended, by namespace and state."));
        _gauges.Add(meter.CreateObservableGauge(
            "longshore.queue.oldest_age", Ages, "s", "How long the oldest task that can be claimed has waited."));
        _gauges.Add(meter.CreateObservableGauge(
            "longshore.agent.load", () => Loads(agent => agent.Load), "{claim}", "Claims an agent holds."));
        _gauges.Add(meter.CreateObservableGauge(
            "longshore.agent.capacity", () => Loads(agent => agent.Capacity), "{claim}", "Claims it may hold."));
    }

    /// <summary>Asks the store from time to time while somebody listens, until cancelled.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            if (_gauges.Exists(gauge => gauge.Enabled))
            {
                await RefreshAsync(Interval / 2, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            await Task.Delay(Interval, _clock, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Asks the store, unless it was asked just now.</summary>
    /// <param name="ageMax">How old an answer may be.</param>
    /// <param name="ct">Ends the query.</param>
    public async Task RefreshAsync(TimeSpan ageMax, CancellationToken ct)
    {
        await _asking.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            var rest = _took * RestFactor;
            if (_asked && _clock.GetElapsedTime(_askedAt) < (ageMax > rest ? ageMax : rest))
            {
                return;
            }

            var began = _askedAt = _clock.GetTimestamp();
            _asked = true;
            _load = await engine.Store.Queries.MeasureLoadAsync(LabelsMax, ct).ConfigureAwait(false);
            _took = _clock.GetElapsedTime(began);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // Old values would look like new ones.
            _load = null;
            logger.LogWarning(e, "The store did not say how much work there is");
        }
        finally
        {
            _asking.Release();
        }
    }

    public void Dispose() => _asking.Dispose();

    private IEnumerable<Measurement<long>> Depths()
    {
        foreach (var (load, label) in Namespaces())
        {
            yield return new(load.Ready, label, new("state", "ready"));
            yield return new(load.Deferred, label, new("state", "deferred"));
            yield return new(load.Running, label, new("state", "running"));
        }
    }

    private IEnumerable<Measurement<double>> Ages()
    {
        var now = _clock.NowMicroseconds();
        foreach (var (load, label) in Namespaces())
        {
            yield return new(Math.Max(0, now - (load.OldestUs ?? now)) / 1e6, label);
        }
    }

    private IEnumerable<Measurement<long>> Loads(Func<AgentLoad, long> value)
    {
        if (_load is not { } load)
        {
            yield break;
        }

        foreach (var agent in load.Agents)
        {
            yield return new(value(agent), new KeyValuePair<string, object?>("agent", agent.Agent));
        }

        if (load.Others is { } others)
        {
            yield return new(value(others), new KeyValuePair<string, object?>("agent", BoundedLabels.Other));
        }
    }

    private IEnumerable<(NamespaceLoad Load, KeyValuePair<string, object?> Label)> Namespaces()
    {
        var all = _load?.Namespaces ?? [];
        var shown = all.Count <= LabelsMax ? all : [.. all.OrderByDescending(n => n.Ready).Take(LabelsMax)];
        foreach (var load in shown)
        {
            yield return (load, new("namespace", load.Namespace));
        }

        if (all.Count > LabelsMax)
        {
            var rest = all.Except(shown).ToList();
            var sum = new NamespaceLoad(
                BoundedLabels.Other,
                rest.Sum(n => n.Ready),
                rest.Sum(n => n.Deferred),
                rest.Sum(n => n.Running),
                rest.Min(n => n.OldestUs));
            yield return (sum, new("namespace", sum.Namespace));
        }
    }
}
