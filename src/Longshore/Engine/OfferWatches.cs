using Longshore.Events;
using Longshore.Tasks;

namespace Longshore.Engine;

/// <summary>Who watches what agents are offered. One subscription for all: most messages concern nobody.</summary>
internal sealed class OfferWatches : IDisposable
{
    private readonly TimeProvider _clock;
    private readonly IDisposable _hearing;
    private readonly Lock _gate = new();

    // Guarded by _gate.
    private readonly Dictionary<string, HashSet<OfferWatch>> _watches = new(StringComparer.Ordinal);
    private int _count;
    private bool _closed;

    public OfferWatches(IEventBus bus, TimeProvider clock)
    {
        _clock = clock;
        _hearing = bus.Subscribe(message =>
        {
            if (message is OfferMade made)
            {
                Signal(made.Agent);
            }
            else if (message is ClaimEnded ended)
            {
                Signal(ended.Agent);
            }
        });
    }

    /// <summary>Watches until disposed.</summary>
    /// <exception cref="LongshoreException">unavailable: too many do already.</exception>
    public OfferWatch Watch(string agent)
    {
        var watch = new OfferWatch(_clock, w => Leave(agent, w));
        lock (_gate)
        {
            if (_count >= Limits.WaitersMax)
            {
                throw new LongshoreException(
                    ErrorCode.Unavailable, $"{Limits.WaitersMax} callers wait for offers here already; try again");
            }

            _count++;
            if (!_watches.TryGetValue(agent, out var ofAgent))
            {
                _watches[agent] = ofAgent = [];
            }

            ofAgent.Add(watch);
            watch.Signal(_closed);
        }

        return watch;
    }

    /// <summary>The agents for whom somebody watches.</summary>
    public IReadOnlyList<string> Agents()
    {
        lock (_gate)
        {
            return [.. _watches.Keys];
        }
    }

    /// <summary>Lets everybody go: the engine stops.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _closed = true;
            foreach (var watch in _watches.Values.SelectMany(ofAgent => ofAgent))
            {
                watch.Signal(isClosed: true);
            }
        }
    }

    public void Dispose() => _hearing.Dispose();

    private void Signal(string agent)
    {
        lock (_gate)
        {
            foreach (var watch in _watches.GetValueOrDefault(agent) ?? [])
            {
                watch.Signal(_closed);
            }
        }
    }

    private void Leave(string agent, OfferWatch watch)
    {
        lock (_gate)
        {
            if (_watches.TryGetValue(agent, out var ofAgent) && ofAgent.Remove(watch))
            {
                _count--;
                if (ofAgent.Count == 0)
                {
                    _watches.Remove(agent);
                }
            }
        }
    }
}

/// <summary>A caller that watches what an agent is offered.</summary>
internal sealed class OfferWatch(TimeProvider clock, Action<OfferWatch> leave) : IDisposable
{
    private readonly WakeTimer _wakes = new(clock);
    private volatile bool _closed;

    /// <summary>True when the engine stops.</summary>
    public bool IsClosed => _closed;

    /// <summary>Something was offered to the agent, or is offered no more, or nothing will be any more.</summary>
    public void Signal(bool isClosed)
    {
        _closed = isClosed;
        _wakes.Poke();
    }

    /// <summary>Returns at the next signal, or when the time is over.</summary>
    public Task WaitAsync(TimeSpan time, CancellationToken ct) => _wakes.WaitAsync(time, ct);

    public void Dispose()
    {
        leave(this);
        _wakes.Dispose();
    }
}
