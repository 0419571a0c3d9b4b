using System.Collections.Concurrent;

namespace Longshore.Sqlite.Reading;

/// <summary>A few readers, handed out one query each.</summary>
internal sealed class ReaderPool(int count, Func<Reader> open) : IAsyncDisposable
{
    private readonly SemaphoreSlim _free = new(count);
    private readonly ConcurrentBag<Reader> _idle = [];
    private volatile bool _disposed;

    public async ValueTask<T> RunAsync<T>(Func<Reader, T> query, CancellationToken ct)
    {
        await _free.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            ObjectDisposedException.ThrowIf(_disposed, typeof(SqliteStore));
            if (!_idle.TryTake(out var reader))
            {
                reader = open();
            }

            // A query that throws leaves its statements in an unknown place; its reader is not used again.
            try
            {
                var result = reader.AtOneInstant(query);
                _idle.Add(reader);
                return result;
            }
            catch
            {
                reader.Dispose();
                throw;
            }
        }
        finally
        {
            _free.Release();
        }
    }

    /// <summary>Waits for the queries under way; later ones are refused.</summary>
    public async ValueTask DisposeAsync()
    {
        _disposed = true;
        for (var i = 0; i < count; i++)
        {
            await _free.WaitAsync().ConfigureAwait(false);
        }

        while (_idle.TryTake(out var reader))
        {
            reader.Dispose();
        }

        _free.Release(count);
    }
}
