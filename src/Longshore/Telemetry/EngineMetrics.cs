using System.Diagnostics.Metrics;

namespace Longshore.Telemetry;

/// <summary>
/// The instruments of a node, under the meter <c>Longshore</c>. They cost next to nothing while nobody listens. The
/// meter's scope is the node, so that a listener can tell two nodes of one process apart.
/// </summary>
internal sealed class EngineMetrics : IDisposable
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "Longshore";

    private readonly BoundedLabels _namespaces = new(LabelsMax);
    private readonly BoundedLabels _kinds = new(LabelsMax);

    public EngineMetrics(object? node = null)
    {
        Meter = new Meter(new MeterOptions(MeterName) { Scope = node });
        Commits = Counter("longshore.commits", "{commit}", "Hot transactions that the store committed.");
        FailedCommits = Counter("longshore.commits.failed", "{commit}", "Hot transactions that the store failed.");
        Inserted = Counter("longshore.tasks.inserted", "{task}", "Tasks inserted.");
        Claimed = Counter("longshore.tasks.claimed", "{task}", "Tasks granted to agents.");
        Completed = Counter("longshore.tasks.completed", "{task}", "Claims ended by success.");
        Failed = Counter("longshore.tasks.failed", "{task}", "Claims ended by failure.");
        FailedForGood = Counter("longshore.tasks.failed_for_good", "{task}", "Tasks that failed or were quarantined.");
        Retried = Counter("longshore.tasks.retried", "{task}", "Tasks that will be tried again, by cause.");
        GivenBack = Counter("longshore.tasks.given_back", "{task}", "Claims snoozed, released or cancelled.");
        Lost = Counter("longshore.claims.lost", "{claim}", "Claims that ended without their holders.");
        Stale = Counter("longshore.claims.stale", "{claim}", "Writes refused because their claim no longer held.");
        QueueWait = Histogram("longshore.queue_wait", "From being claimable to the grant.", Buckets.Seconds);
        RunTime = Histogram("longshore.run_time", "From the start to the end of a handler.", Buckets.Seconds);
        CommitTime = Histogram("longshore.commit_time", "How long the store took to commit.", Buckets.Milliseconds);
        Readiness = new ReadinessMetrics(Meter);
        Plans = new PlanMetrics(Meter, Namespace);
    }

    /// <summary>Most kinds, and most namespaces, that are told apart.</summary>
    public const int LabelsMax = 100;

    public Meter Meter { get; }

    public Counter<long> Commits { get; }

    public Counter<long> FailedCommits { get; }

    public Counter<long> Inserted { get; }

    public Counter<long> Claimed { get; }

    public Counter<long> Completed { get; }

    public Counter<long> Failed { get; }

    public Counter<long> FailedForGood { get; }

    public Counter<long> Retried { get; }

    public Counter<long> GivenBack { get; }

    public Counter<long> Lost { get; }

    public Counter<long> Stale { get; }

    public Histogram<double> QueueWait { get; }

    public Histogram<double> RunTime { get; }

    public Histogram<double> CommitTime { get; }

    /// <summary>Events, commands and the fallback poller.</summary>
    public ReadinessMetrics Readiness { get; }

    /// <summary>Standing plans.</summary>
    public PlanMetrics Plans { get; }

    /// <summary>The label of a namespace.</summary>
    public KeyValuePair<string, object?> Namespace(string name) => new("namespace", _namespaces.Of(name));

    /// <summary>The label of a kind.</summary>
    public KeyValuePair<string, object?> Kind(string name) => new("kind", _kinds.Of(name));

    public void Dispose() => Meter.Dispose();

    private Counter<long> Counter(string name, string unit, string description) =>
        Meter.CreateCounter<long>(name, unit, description);

    private Histogram<double> Histogram(string name, string description, InstrumentAdvice<double> advice) =>
        Meter.CreateHistogram(name, "s", description, advice: advice);
}
