using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Longshore.Tests.Engine;

/// <summary>Gauges of the store's load: asked for rarely, and only for somebody.</summary>
public sealed class LoadWatchTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(15);

    [Fact]
    public async Task While_nobody_listens_the_store_is_not_asked()
    {
        await using var node = await TestNode.StartAsync();
        for (var i = 0; i < 10; i++)
        {
            node.Clock.Advance(Interval);
            await node.SubmitAsync();
        }

        Queries(node).Asked.ShouldBe(0);
        using var gauges = new Gauges(node);
        node.Clock.Advance(Interval);
        await Until.Holds(() => Queries(node).Asked == 1, "it is asked as soon as somebody listens");
    }

    [Fact]
    public async Task However_often_somebody_looks_the_store_is_asked_once_in_five_seconds()
    {
        await using var node = TestNode.Still();
        for (var second = 0; second < 10; second++)
        {
            await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => node.Engine.RefreshGaugesAsync(default)));
            node.Clock.Advance(TimeSpan.FromSeconds(1));
        }

        Queries(node).Asked.ShouldBe(2);
    }

    [Fact]
    public async Task While_somebody_listens_the_store_is_asked_from_time_to_time()
    {
        await using var node = await TestNode.StartAsync();
        using var gauges = new Gauges(node);
        for (var asked = 1; asked <= 3; asked++)
        {
            await Until.Holds(
                () =>
                {
                    node.Clock.Advance(TimeSpan.FromSeconds(1));
                    return Queries(node).Asked >= asked;
                },
                "it is asked");
        }

        await node.SubmitAsync();
        node.Clock.Advance(Interval);
        await Until.Holds(
            () =>
            {
                node.Clock.Advance(TimeSpan.FromSeconds(1));
                return gauges.Read().GetValueOrDefault("longshore.queue.depth ready") == 1;
            },
            "the task is seen");
    }

    [Fact]
    public async Task A_store_that_fails_leaves_no_old_values_behind()
    {
        await using var node = TestNode.Still();
        using var gauges = new Gauges(node);
        await node.SubmitAsync();
        await node.RegisterAsync("agent-a", 3);
        await node.Engine.RefreshGaugesAsync(default);
        gauges.Read()["longshore.queue.depth ready"].ShouldBe(1);
        gauges.Read()["longshore.agent.capacity agent-a"].ShouldBe(3);
        Queries(node).Fails = true;
        node.Clock.Advance(Interval);
        await node.Engine.RefreshGaugesAsync(default);
        gauges.Read().Keys.ShouldBe(["longshore.waiting", "longshore.leading"], ignoreOrder: true);
    }

    private static CountedQueries Queries(TestNode node) => (CountedQueries)(object)node.Store.Queries;

    /// <summary>Listens to a node's gauges.</summary>
    private sealed class Gauges : IDisposable
    {
        private readonly MeterListener _listener = new();
        private readonly ConcurrentDictionary<string, double> _values = new();

        public Gauges(TestNode node)
        {
            _listener.InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Meter == node.Engine.Metrics.Meter && instrument.IsObservable)
                {
                    self.EnableMeasurementEvents(instrument);
                }
            };
            _listener.SetMeasurementEventCallback<long>((i, value, tags, _) => Keep(i, value, tags));
            _listener.SetMeasurementEventCallback<double>((i, value, tags, _) => Keep(i, value, tags));
            _listener.Start();
        }

        public ConcurrentDictionary<string, double> Read()
        {
            _values.Clear();
            _listener.RecordObservableInstruments();
            return _values;
        }

        public void Dispose() => _listener.Dispose();

        private void Keep(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
            _values[tags.Length == 0 ? instrument.Name : $"{instrument.Name} {tags[^1].Value}"] = value;
    }
}
