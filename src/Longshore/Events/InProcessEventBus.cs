using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Longshore.Events;

/// <summary>
/// The bus of a single node. Callbacks run on the publisher's thread; one that throws does not hinder the others.
/// </summary>
public sealed class InProcessEventBus(ILogger<InProcessEventBus>? logger = null) : IEventBus
{
    private readonly ILogger _logger = logger ?? NullLogger<InProcessEventBus>.Instance;
    private readonly Lock _gate = new();
    private volatile Subscription[] _subscriptions = [];

    /// <inheritdoc/>
    public void Publish(BusMessage message)
    {
        foreach (var subscription in _subscriptions)
        {
            try
            {
                subscription.OnMessage(message);
            }
            catch (Exception e)
            {
                _logger.LogError(e, "A subscriber failed on {Message}", message);
            }
        }
    }

    /// <inheritdoc/>
    public IDisposable Subscribe(Action<BusMessage> onMessage)
    {
        var subscription = new Subscription(this, onMessage);
        lock (_gate)
        {
            _subscriptions = [.. _subscriptions, subscription];
        }

        return subscription;
    }

    private void Remove(Subscription subscription)
    {
        lock (_gate)
        {
            _subscriptions = [.. _subscriptions.Where(s => s != subscription)];
        }
    }

    private sealed class Subscription(InProcessEventBus bus, Action<BusMessage> onMessage) : IDisposable
    {
        public Action<BusMessage> OnMessage { get; } = onMessage;

        public void Dispose() => bus.Remove(this);
    }
}
