using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Longshore.Client;
using Longshore.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace Longshore.Hosting;

/// <summary>Why a running attempt was told to stop.</summary>
internal enum StopReason
{
    None = 0,

    /// <summary>Its time is up.</summary>
    Timeout = 1,

    /// <summary>The task was called off, or is no longer ours: whatever it yields is stale.</summary>
    ClaimLost = 2,

    /// <summary>The host stops; the task goes back without using the attempt.</summary>
    HostStops = 3,
}

/// <summary>
/// One attempt of a handler at a task. Ends exactly once: by the handler's return, or by the host giving up an attempt that ignores
/// its cancellation. The handler's thread, if it comes back after that, finds that nobody waits for it.
/// </summary>
[SuppressMessage(
    "Design", "CA1001", Justification = "A source without a timer holds nothing to free, and Stop may race with the end.")]
internal sealed class TaskRun(
    Grant grant, HandlerDescriptor handler, IServiceScopeFactory scopes, ILongshoreClient client, TimeSpan lease, TimeProvider clock)
{
    private readonly CancellationTokenSource _stop = new();
    private readonly long _started = clock.GetTimestamp();
    private int _reason;
    private int _ended;

    public Grant Grant { get; } = grant;

    public HandlerDescriptor Handler { get; } = handler;

    public TimeSpan Elapsed => clock.GetElapsedTime(_started);

    /// <summary>Longest run of this attempt.</summary>
    public TimeSpan Timeout => Grant.Task.Spec.Timeout ?? Handler.Options.Timeout;

    public StopReason StopReason => (StopReason)Volatile.Read(ref _reason);

    /// <summary>Runs the handler. Null when the attempt was given up meanwhile, or its claim is lost: then nothing is to be reported.</summary>
    public async ValueTask<Finish?> ExecuteAsync()
    {
        Finish? finish;
        try
        {
            var scope = scopes.CreateAsyncScope();
            await using var _ = scope.ConfigureAwait(false);
            var context = new TaskContext(Grant, client, lease, scope.ServiceProvider);
            var result = await Handler.InvokeAsync(scope.ServiceProvider, context, _stop.Token).ConfigureAwait(false);
            finish = (result ?? TaskResult.Done()).ToFinish(Grant);
        }
        catch (InvalidPayloadException e)
        {
            finish = TaskResult.Fail(e.Message, retry: false).ToFinish(Grant);
        }
        catch (Exception e)
        {
            finish = OfException(e);
        }

        return TryEnd() && StopReason != StopReason.ClaimLost ? finish : null;
    }

    /// <summary>Tells the handler to stop; the first reason counts.</summary>
    public void Stop(StopReason reason)
    {
        if (Interlocked.CompareExchange(ref _reason, (int)reason, 0) == 0)
        {
            // Callbacks run here; a handler's own may throw, which is its affair and must not harm whoever stops it.
            try
            {
                _stop.Cancel();
            }
            catch (AggregateException)
            {
            }
        }
    }

    /// <summary>Gives the attempt up. Null when it had ended by itself, or there is nobody to tell.</summary>
    public Finish? Abandon()
    {
        if (!TryEnd() || StopReason == StopReason.ClaimLost)
        {
            return null;
        }

        return StopReason == StopReason.HostStops ? Released() : TimedOut(" and did not stop when told to; it was abandoned");
    }

    private bool TryEnd() => Interlocked.Exchange(ref _ended, 1) == 0;

    private Finish OfException(Exception e) => (StopReason, e) switch
    {
        (StopReason.HostStops, OperationCanceledException) => Released(),
        (StopReason.Timeout, OperationCanceledException) => TimedOut(""),
        _ => TaskResult.Fail($"{e.GetType().Name}: {e.Message}").ToFinish(Grant),
    };

    /// <summary>The elapsed time is part of the message (S2.11).</summary>
    private Finish TimedOut(string how) => TaskResult.Fail(string.Create(
        CultureInfo.InvariantCulture,
        $"timed out after {Elapsed.TotalSeconds:0.###} s of at most {Timeout.TotalSeconds:0.###} s{how}")).ToFinish(Grant);

    private Finish Released() => new()
    {
        TaskId = Grant.TaskId,
        Epoch = Grant.Epoch,
        Kind = FinishKind.Release,
        Error = "the host stopped",
    };
}
