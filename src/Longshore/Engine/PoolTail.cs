using System.Runtime.CompilerServices;

namespace Longshore.Engine;

/// <summary>
/// Awaiting this goes on behind what waits in the thread pool's common queue now; a plain yield would often be first
/// again on the same thread.
/// </summary>
internal readonly struct PoolTail : ICriticalNotifyCompletion
{
    public bool IsCompleted => false;

    public PoolTail GetAwaiter() => this;

    public void GetResult()
    {
        // Nothing to tell.
    }

    public void OnCompleted(Action continuation) => UnsafeOnCompleted(continuation);

    public void UnsafeOnCompleted(Action continuation) =>
        ThreadPool.UnsafeQueueUserWorkItem(static c => c(), continuation, preferLocal: false);
}
