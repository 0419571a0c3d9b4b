using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Longshore.Telemetry;

namespace Longshore.Tests.Engine;

/// <summary>The five instruments of source 003 under exactly their names (S3.73–S3.77).</summary>
public sealed class ReadinessMetricsTests
{
    [Fact]
    public void Each_of_the_five_counts_or_measures_under_its_name_and_label()
    {
        using var engine = new EngineMetrics();
        var seen = new ConcurrentDictionary<string, double>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Meter == engine.Meter)
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((i, value, tags, _) => Add(i, value, tags));
        listener.SetMeasurementEventCallback<double>((i, value, tags, _) => Add(i, value, tags));
        listener.Start();

        engine.Readiness.EventReceived("task_ready");
        engine.Readiness.EventReceived("task_ready");
        engine.Readiness.EventReceived("namespace_created");
        engine.Readiness.CommandSent("step_transition");
        engine.Readiness.CommandProcessed(TimeSpan.FromMilliseconds(2.5));
        engine.Readiness.Polled(7);
        engine.Readiness.Polled(0);

        seen["task_readiness_events_received event_type=task_ready"].ShouldBe(2);
        seen["task_readiness_events_received event_type=namespace_created"].ShouldBe(1);
        seen["task_readiness_command_sent triggered_by=step_transition"].ShouldBe(1);
        seen["task_readiness_latency"].ShouldBe(0.0025);
        seen["fallback_polls_executed"].ShouldBe(2);
        seen["fallback_tasks_found"].ShouldBe(7);

        void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            var name = tags.Length == 0 ? instrument.Name : $"{instrument.Name} {tags[0].Key}={tags[0].Value}";
            seen.AddOrUpdate(name, value, (_, sum) => sum + value);
        }
    }
}
