namespace Longshore.Engine;

/// <summary>Waits until an instant, or until poked. For one waiting loop; anybody may poke.</summary>
internal sealed class WakeTimer(TimeProvider clock) : IDisposable
{
    private readonly SemaphoreSlim _poked = new(0, 1);

    /// <summary>Ends the present or the next wait.</summary>
    public void Poke()
    {
        try
        {
            _poked.Release();
        }
        catch (SemaphoreFullException)
        {
            // Poked already.
        }
    }

    /// <summary>Returns when the time is over or somebody pokes; throws when cancelled.</summary>
    public async Task WaitAsync(TimeSpan time, CancellationToken ct)
    {
        if (time <= TimeSpan.Zero)
        {
            ct.ThrowIfCancellationRequested();
            return;
        }

        var timer = clock.CreateTimer(
            static self => ((WakeTimer)self!).Poke(), this, time, Timeout.InfiniteTimeSpan);
        await using (timer.ConfigureAwait(false))
        {
            await _poked.WaitAsync(ct).ConfigureAwait(false);
        }
    }

    public void Dispose() => _poked.Dispose();
}
