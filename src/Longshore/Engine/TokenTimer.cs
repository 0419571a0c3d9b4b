namespace Longshore.Engine;

/// <summary>
/// Wakes agents that were kept from work by a rate when it has a token again: a few at a time, since most of them would
/// come back empty; whoever does asks to be woken again, and whoever is given something makes way for the next.
/// </summary>
internal sealed class TokenTimer(StoreTime time, TimeProvider clock, Action<Command> send) : IDisposable
{
    private const int AtOnce = 16;

    // A timer may fire a little early by the store's clock.
    private static readonly TimeSpan Grain = TimeSpan.FromMilliseconds(1);

    private readonly Lock _gate = new();
    private readonly LinkedList<string> _line = [];
    private readonly HashSet<string> _waiting = new(StringComparer.Ordinal);
    private ITimer? _timer;
    private long _dueUs = long.MaxValue;
    private bool _disposed;

    /// <summary>An agent waits for a token that comes at an instant.</summary>
    public void Expect(string agent, long tokenUs)
    {
        lock (_gate)
        {
            if (_waiting.Add(agent))
            {
                _line.AddLast(agent);
            }

            Set(tokenUs);
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            _timer?.Dispose();
        }
    }

    private void Set(long dueUs)
    {
        if (_disposed || dueUs >= _dueUs)
        {
            return;
        }

        _dueUs = dueUs;
        var wait = TimeSpan.FromMicroseconds(Math.Max(0, dueUs - time.NowUs)) + Grain;
        _timer ??= clock.CreateTimer(
            static self => ((TokenTimer)self!).Fire(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _timer.Change(wait, Timeout.InfiniteTimeSpan);
    }

    private void Fire()
    {
        var agents = new List<string>();
        lock (_gate)
        {
            _dueUs = long.MaxValue;
            while (agents.Count < AtOnce && _line.First is { } first)
            {
                _line.RemoveFirst();
                _waiting.Remove(first.Value);
                agents.Add(first.Value);
            }

            if (_line.Count > 0)
            {
                Set(time.NowUs);
            }
        }

        send(new WakeCommand(room => agents.ForEach(room.WakeAgent)));
    }
}
