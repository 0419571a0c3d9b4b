using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Text;
using Longshore.Engine;
using Microsoft.Extensions.Hosting;

namespace Longshore.Server.Metrics;

/// <summary>
/// Adds up what the node of this process measures, from its start on, for <c>GET /metrics</c>. Gauges are asked for
/// only once somebody has asked for the metrics: what the store must answer costs nothing before.
/// </summary>
internal sealed class PrometheusCollector : IHostedService, IDisposable
{
    private readonly LongshoreEngine _engine;
    private readonly MeterListener _listener = new();
    private readonly SemaphoreSlim _collecting = new(1, 1);
    private readonly ConcurrentDictionary<string, Family> _families = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<(Instrument Instrument, Family Family)> _gauges = new();

    public PrometheusCollector(LongshoreEngine engine)
    {
        _engine = engine;
        _listener.InstrumentPublished = OnPublished;
        _listener.SetMeasurementEventCallback<long>((_, value, tags, to) => ((Family)to!).Record(value, tags));
        _listener.SetMeasurementEventCallback<double>((_, value, tags, to) => ((Family)to!).Record(value, tags));
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _listener.Start();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Everything measured so far, in the text format.</summary>
    public async Task<string> CollectAsync(CancellationToken ct)
    {
        await _collecting.WaitAsync(ct);
        try
        {
            while (_gauges.TryDequeue(out var gauge))
            {
                _listener.EnableMeasurementEvents(gauge.Instrument, gauge.Family);
            }

            await _engine.RefreshGaugesAsync(ct);
            var families = _families.Values.OrderBy(family => family.Name, StringComparer.Ordinal).ToList();
            families.ForEach(family => family.Observing());
            _listener.RecordObservableInstruments();
            var text = new StringBuilder();
            families.ForEach(family => family.Write(text));
            return text.ToString();
        }
        finally
        {
            _collecting.Release();
        }
    }

    public void Dispose()
    {
        _listener.Dispose();
        _collecting.Dispose();
    }

    private void OnPublished(Instrument instrument, MeterListener listener)
    {
        // Two instruments under one name would be two families with one name: the first one counts.
        if (ReferenceEquals(instrument.Meter.Scope, _engine) && Family.Of(instrument) is { } family
            && _families.TryAdd(family.Name, family))
        {
            if (instrument.IsObservable)
            {
                _gauges.Enqueue((instrument, family));
            }
            else
            {
                listener.EnableMeasurementEvents(instrument, family);
            }
        }
    }
}
