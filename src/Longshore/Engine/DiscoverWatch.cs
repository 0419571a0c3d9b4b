namespace Longshore.Engine;

/// <summary>
/// A caller that waits for something to discover. It takes nothing, so everybody concerned is signalled.
/// </summary>
internal sealed class DiscoverWatch(string agent, IReadOnlyList<string> kinds, DateTimeOffset since)
{
    private readonly Lock _gate = new();
    private TaskCompletionSource _signal = NewSignal();
    private bool _closed;

    public string Agent => agent;

    public IReadOnlyList<string> Kinds => kinds;

    public DateTimeOffset Since => since;

    /// <summary>Guarded by the waiting room's lock.</summary>
    public WaiterGroup? Group { get; set; }

    /// <summary>True when the engine stops.</summary>
    public bool IsClosed => _closed;

    /// <summary>Completes with the next signal; take it before looking, so that none is missed.</summary>
    public Task NextSignal()
    {
        lock (_gate)
        {
            if (_signal.Task.IsCompleted && !_closed)
            {
                _signal = NewSignal();
            }

            return _signal.Task;
        }
    }

    public void Signal()
    {
        lock (_gate)
        {
            _signal.TrySetResult();
        }
    }

    public void Close()
    {
        _closed = true;
        Signal();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
