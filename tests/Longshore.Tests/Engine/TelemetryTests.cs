using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Longshore.Events;
using Longshore.Storage;
using Longshore.Telemetry;

namespace Longshore.Tests.Engine;

public sealed class TelemetryTests
{
    [Fact]
    public async Task The_meter_counts_what_is_done_and_how_long_it_waited()
    {
        var seen = new ConcurrentDictionary<string, double>();
        using var listener = new MeterListener();
        await using var node = TestNode.Still();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Meter == node.Engine.Metrics.Commits.Meter)
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => Add(instrument, value));
        listener.SetMeasurementEventCallback<double>((instrument, value, _, _) => Add(instrument, value));
        listener.Start();
        await node.RegisterAsync("agent-a", 2);
        await node.Client.SubmitAsync([TestNode.Task(), TestNode.Task()]);
        node.Clock.Advance(TimeSpan.FromSeconds(3));
        var grants = await node.Client.ClaimAsync(new ClaimRequest { Agent = "agent-a", Max = 2 });
        await node.FinishAsync(grants[0]);
        await node.FinishAsync(grants[1], FinishKind.Fail);
        seen["longshore.tasks.inserted"].ShouldBe(2);
        seen["longshore.tasks.completed"].ShouldBe(1);
        seen["longshore.tasks.retried"].ShouldBe(1);
        seen["longshore.tasks.claimed"].ShouldBe(2);
        seen["longshore.tasks.failed"].ShouldBe(1);
        seen["longshore.commits"].ShouldBe(4);
        seen["longshore.queue_wait"].ShouldBe(6);
        node.Engine.Metrics.Commits.Meter.Name.ShouldBe(EngineMetrics.MeterName);

        void Add(Instrument instrument, double value) =>
            seen.AddOrUpdate(instrument.Name, value, (_, sum) => sum + value);
    }

    [Fact]
    public async Task The_statistics_count_the_same()
    {
        await using var node = TestNode.Still();
        await node.RegisterAsync("agent-a", 2);
        var commits = node.Engine.Statistics.Commits;
        await node.Client.SubmitAsync([TestNode.Task(), TestNode.Task()]);
        var grants = await node.Client.ClaimAsync(new ClaimRequest { Agent = "agent-a", Max = 2 });
        await node.FinishAsync(grants[0]);
        await node.FinishAsync(grants[1], FinishKind.Fail);
        var statistics = node.Engine.Statistics;
        (statistics.Commits - commits).ShouldBe(4);
        (statistics.Inserted, statistics.Claimed, statistics.Finished, statistics.Failed).ShouldBe((2, 2, 2, 1));
    }

    [Fact]
    public void A_subscriber_that_fails_does_not_hinder_the_others()
    {
        var bus = new InProcessEventBus();
        var heard = 0;
        using var failing = bus.Subscribe(_ => throw new InvalidOperationException());
        var hearing = bus.Subscribe(_ => heard++);
        bus.Publish(EventsRecorded.Instance);
        hearing.Dispose();
        bus.Publish(EventsRecorded.Instance);
        heard.ShouldBe(1);
    }
}
