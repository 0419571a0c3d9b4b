using System.Diagnostics.Metrics;

namespace Longshore.Telemetry;

/// <summary>The standing plans that this node made.</summary>
internal sealed class PlanMetrics
{
    private readonly Func<string, KeyValuePair<string, object?>> _namespaceOf;
    private readonly Counter<long> _plans;
    private readonly Counter<long> _planned;
    private readonly Counter<long> _refused;
    private readonly Histogram<double> _time;

    public PlanMetrics(Meter meter, Func<string, KeyValuePair<string, object?>> namespaceOf)
    {
        _namespaceOf = namespaceOf;
        _plans = meter.CreateCounter<long>("longshore.plans", "{plan}", "Standing plans made.");
        _planned = meter.CreateCounter<long>(
            "longshore.plans.assignments", "{assignment}", "Tasks that standing plans gave to agents.");
        _refused = meter.CreateCounter<long>(
            "longshore.plans.refused", "{assignment}", "Those of them that the store refused.");
        _time = meter.CreateHistogram(
            "longshore.plan_time", "s", "From looking at tasks and agents to the commit.", advice: Buckets.Seconds);
    }

    /// <summary>A plan was made and applied.</summary>
    public void Made(string @namespace, int planned, int refused, TimeSpan took)
    {
        var label = _namespaceOf(@namespace);
        _plans.Add(1, label);
        _planned.Add(planned, label);
        _refused.Add(refused, label);
        _time.Record(took.TotalSeconds);
    }
}
