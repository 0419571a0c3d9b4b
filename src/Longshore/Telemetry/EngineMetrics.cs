using System.Diagnostics.Metrics;

namespace Longshore.Telemetry;

/// <summary>
/// The instruments of a node, under the meter <c>Longshore</c>. They cost next to nothing while nobody listens.
/// </summary>
internal sealed class EngineMetrics : IDisposable
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "Longshore";

    private readonly Meter _meter = new(MeterName);

    public EngineMetrics()
    {
        Commits = _meter.CreateCounter<long>("longshore.commits", "{commit}", "Hot transactions sent to the store.");
        Inserted = _meter.CreateCounter<long>("longshore.tasks.inserted", "{task}", "Tasks inserted.");
        Finished = _meter.CreateCounter<long>("longshore.tasks.finished", "{task}", "Claims ended by their holders.");
        Failed = _meter.CreateCounter<long>("longshore.tasks.failed", "{task}", "Claims that ended as a failure.");
        QueueWait = _meter.CreateHistogram<double>("longshore.queue_wait", "s", "From being claimable to the grant.");
        RunTime = _meter.CreateHistogram<double>("longshore.run_time", "s", "From the start to the end of a handler.");
    }

    public Counter<long> Commits { get; }

    public Counter<long> Inserted { get; }

    public Counter<long> Finished { get; }

    public Counter<long> Failed { get; }

    public Histogram<double> QueueWait { get; }

    public Histogram<double> RunTime { get; }

    public void Dispose() => _meter.Dispose();
}
