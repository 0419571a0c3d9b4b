using Longshore.Sqlite.Interop;

namespace Longshore.Sqlite;

/// <summary>
/// The one thread that writes. It takes everything that waits, runs it in one transaction and answers when that is
/// durable: natural group commit. Anything that fails takes its whole group with it: expected failures are values,
/// not exceptions.
/// </summary>
internal sealed class Writer : IAsyncDisposable
{
    private const int GroupMax = 256;
    private readonly Connection _connection;
    private readonly Action _afterRollback;
    private readonly Thread _thread;
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _arrived = new(0);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private List<WorkItem> _waiting = [];
    private bool _stopping;

    public Writer(Connection connection, Action afterRollback)
    {
        _connection = connection;
        _afterRollback = afterRollback;
        _thread = new Thread(Loop) { IsBackground = true, Name = "longshore-sqlite-writer" };
        _thread.Start();
    }

    /// <summary>Transactions committed since the store was opened.</summary>
    public long Commits { get; private set; }

    /// <summary>Runs <paramref name="work"/> in a transaction; completes when it is committed.</summary>
    public ValueTask<T> RunAsync<T>(Func<T> work)
    {
        var item = new WorkItem<T>(work);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_stopping, typeof(SqliteStore));
            _waiting.Add(item);
            if (_waiting.Count == 1)
            {
                _arrived.Release();
            }
        }

        return new ValueTask<T>(item.Completion);
    }

    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            if (!_stopping)
            {
                _stopping = true;
                _arrived.Release();
            }
        }

        await _ended.Task.ConfigureAwait(false);
    }

    private void Loop()
    {
        var spare = new List<WorkItem>();
        var stopping = false;
        while (!stopping)
        {
            _arrived.Wait();
            List<WorkItem> group;
            lock (_gate)
            {
                group = _waiting;
                _waiting = spare;
                stopping = _stopping;
            }

            for (var from = 0; from < group.Count; from += GroupMax)
            {
                RunGroup(group.Slice(from, Math.Min(GroupMax, group.Count - from)));
            }

            group.Clear();
            spare = group;
        }

        _ended.SetResult();
    }

    private void RunGroup(List<WorkItem> group)
    {
        try
        {
            _connection.Execute("begin immediate");
            foreach (var item in group)
            {
                item.Run();
            }

            _connection.Execute("commit");
            Commits++;
        }
        catch (Exception e)
        {
            RollBack();
            foreach (var item in group)
            {
                item.Fail(e);
            }

            return;
        }

        foreach (var item in group)
        {
            item.Complete();
        }
    }

    private void RollBack()
    {
        try
        {
            _connection.Execute("rollback");
        }
        catch (SqliteFailure)
        {
            // The failure may have ended the transaction itself.
        }

        _afterRollback();
    }

    private abstract class WorkItem
    {
        public abstract void Run();

        public abstract void Complete();

        public abstract void Fail(Exception e);
    }

    private sealed class WorkItem<T>(Func<T> work) : WorkItem
    {
        private readonly TaskCompletionSource<T> _source = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private T _result = default!;

        public Task<T> Completion => _source.Task;

        public override void Run() => _result = work();

        public override void Complete() => _source.SetResult(_result);

        public override void Fail(Exception e) => _source.SetException(e);
    }
}
