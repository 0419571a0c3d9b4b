using Longshore.Events;
using Longshore.Tasks;

namespace Longshore.Stores.Tests.Nodes;

/// <summary>What connects the nodes of a test; it can be told to lose everything.</summary>
public sealed class Wire
{
    private readonly List<End> _ends = [];

    public bool LosesEverything { get; set; }

    /// <summary>What went over it or was lost.</summary>
    public System.Collections.Concurrent.ConcurrentQueue<(string Channel, string Payload)> Sent { get; } = [];

    public INodeBus Connect()
    {
        var end = new End(this);
        lock (_ends)
        {
            _ends.Add(end);
        }

        return end;
    }

    private void Carry(End from, ReadinessEvent happened)
    {
        var channel = End.Classifier.ChannelOf(happened);
        var payload = ReadinessEventJson.Write(happened);
        payload.Length.ShouldBeLessThan(Limits.SignalBytesMax);
        Sent.Enqueue((channel, payload));
        if (LosesEverything)
        {
            return;
        }

        End[] others;
        lock (_ends)
        {
            others = [.. _ends.Where(end => end != from)];
        }

        foreach (var other in others)
        {
            other.Hear(channel, payload);
        }
    }

    private sealed class End(Wire wire) : INodeBus
    {
        private static readonly ReadinessChannels Channels = new("test");
        private readonly InProcessEventBus _here = new();
        private volatile HashSet<string>? _heard;

        public static ReadinessEventClassifier Classifier { get; } = new(Channels);

        public bool IsConnected => true;

        public void Publish(BusMessage message)
        {
            _here.Publish(message);
            if (message is ReadinessEvent happened)
            {
                wire.Carry(this, happened);
            }
        }

        public IDisposable Subscribe(Action<BusMessage> onMessage) => _here.Subscribe(onMessage);

        public ValueTask ListenAsync(IReadOnlyCollection<string>? namespaces, CancellationToken ct = default)
        {
            _heard = namespaces is null ? null : [.. Channels.Global, .. namespaces.Select(Channels.TaskReadyIn)];
            return ValueTask.CompletedTask;
        }

        public ValueTask<TimeSpan?> RoundTripAsync(TimeSpan limit, CancellationToken ct = default) =>
            ValueTask.FromResult<TimeSpan?>(TimeSpan.Zero);

        public void Hear(string channel, string payload)
        {
            if (_heard?.Contains(channel) == true)
            {
                _here.Publish(Classifier.Classify(channel, payload));
            }
        }
    }
}
