namespace Longshore.Engine;

/// <summary>
/// Keeps handlers that block their thread from holding up everybody else. The thread pool adds threads only slowly
/// once all of them are blocked, about one each half second; this watches from a thread of its own whether the pool
/// still reacts, and if not, lets it have more, by the number of handlers that have run for a while. A process that
/// does not block stays as it is.
/// </summary>
internal sealed class PoolGuard : IDisposable
{
    /// <summary>Most threads asked for, however many handlers block.</summary>
    public const int ThreadsMax = 1024;

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);
    private readonly ManualResetEventSlim _work = new(false);
    private readonly ManualResetEventSlim _end = new(false);
    private readonly Lock _gate = new();
    private volatile Dispatcher[] _hosts = [];
    private Thread? _thread;
    private volatile bool _answered = true;

    public void Add(Dispatcher host)
    {
        lock (_gate)
        {
            _hosts = [.. _hosts, host];
            if (_thread is null)
            {
                _thread = new Thread(Watch) { IsBackground = true, Name = "longshore-pool-guard" };
                _thread.Start();
            }
        }
    }

    public void Remove(Dispatcher host)
    {
        lock (_gate)
        {
            _hosts = [.. _hosts.Where(h => h != host)];
        }
    }

    /// <summary>Something runs: the pool is watched until nothing does.</summary>
    public void Wake()
    {
        if (!_work.IsSet)
        {
            _work.Set();
        }
    }

    public void Dispose()
    {
        _end.Set();
        _work.Set();
        _thread?.Join();
        _work.Dispose();
        _end.Dispose();
    }

    private void Watch()
    {
        while (!_end.IsSet)
        {
            _work.Wait();
            _end.Wait(Interval);
            var lasting = _hosts.Sum(h => h.Lanes.Sum(l => l.CountLasting()));
            if (!_answered && lasting > 0)
            {
                // Twice as many, so that it takes a few looks and not one for each thread until all of them have
                // started.
                Raise(Environment.ProcessorCount + (2 * lasting));
            }

            if (_answered)
            {
                _answered = false;
                ThreadPool.UnsafeQueueUserWorkItem(static guard => guard._answered = true, this, preferLocal: false);
            }

            // Reset before looking: whoever starts something after the look sets it again.
            _work.Reset();
            if (_hosts.Any(h => h.Lanes.Any(l => l.Held > 0)))
            {
                _work.Set();
            }
        }
    }

    private static void Raise(int threads)
    {
        ThreadPool.GetMinThreads(out var workers, out var ports);
        if (threads > workers)
        {
            ThreadPool.SetMinThreads(Math.Min(threads, ThreadsMax), ports);
        }
    }
}
