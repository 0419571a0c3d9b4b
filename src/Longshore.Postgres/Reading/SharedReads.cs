namespace Longshore.Postgres.Reading;

/// <summary>
/// Reads that many ask for at once. Who asks while one is on its way shares the next, which begins when that has ended:
/// so everybody gets what was true after he asked, and one read at a time is on its way for a key.
/// </summary>
internal sealed class SharedReads<TKey, TValue>(Func<TKey, Task<TValue>> read)
    where TKey : notnull
{
    private readonly Lock _gate = new();

    // Guarded by _gate: what is on its way, and what begins after that.
    private readonly Dictionary<TKey, (Task<TValue> Now, Task<TValue>? Next)> _reads = [];

    /// <summary>What the key stands for now.</summary>
    public Task<TValue> AskAsync(TKey key, CancellationToken ct)
    {
        Task<TValue> asked;
        lock (_gate)
        {
            if (!_reads.TryGetValue(key, out var reads))
            {
                asked = Task.Run(() => ReadAsync(key), CancellationToken.None);
                _reads.Add(key, (asked, null));
            }
            else if (reads.Next is { } next)
            {
                asked = next;
            }
            else
            {
                asked = AfterAsync(reads.Now, key);
                _reads[key] = (reads.Now, asked);
            }
        }

        return asked.WaitAsync(ct);
    }

    private async Task<TValue> AfterAsync(Task<TValue> before, TKey key)
    {
        const ConfigureAwaitOptions end = ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding;
        await ((Task)before).ConfigureAwait(end);
        return await ReadAsync(key).ConfigureAwait(false);
    }

    private async Task<TValue> ReadAsync(TKey key)
    {
        try
        {
            return await read(key).ConfigureAwait(false);
        }
        finally
        {
            lock (_gate)
            {
                if (_reads[key].Next is { } next)
                {
                    _reads[key] = (next, null);
                }
                else
                {
                    _reads.Remove(key);
                }
            }
        }
    }
}
