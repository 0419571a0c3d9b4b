using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Engine;

/// <summary>Why a running handler was told to stop.</summary>
internal enum StopCause
{
    /// <summary>It was not.</summary>
    None = 0,

    /// <summary>It ran longer than it may.</summary>
    Timeout = 1,

    /// <summary>Its claim ended: the task was called off or expired, or the lease was lost.</summary>
    Lost = 2,

    /// <summary>The host stops.</summary>
    Shutdown = 3,
}

/// <summary>
/// A grant in a handler host's hands: waiting in its lane, running, or ended and on the way back to the store, as the
/// command that carries its finish. <see cref="Lane"/> guards what changes.
/// </summary>
internal sealed class HeldTask(Grant grant, Lane lane, long now) : FinishCommand, IRunningClaim, IDisposable
{
    private CancellationTokenSource? _stop;
    private Finish? _finish;
    private int _ended;
    private long _renewedAt = now;

    public Grant Grant => grant;

    public WorkTask Task => grant.Task;

    public Lane Lane => lane;

    /// <summary>Timestamp of the last moment at which the lease is known to have been extended.</summary>
    public long RenewedAt
    {
        get => Volatile.Read(ref _renewedAt);
        set => Volatile.Write(ref _renewedAt, value);
    }

    /// <summary>Timestamp of the start, or of the grant while it waits.</summary>
    public long Since { get; set; } = now;

    /// <summary>Timestamp at which the run is told to stop; after that, at which it is given up.</summary>
    public long StopAt { get; set; } = long.MaxValue;

    /// <summary>Why it was told to stop, if it was.</summary>
    public StopCause Cause { get; private set; }

    /// <summary>True when nothing more is to be done about it.</summary>
    public bool HasEnded => Volatile.Read(ref _ended) != 0;

    /// <summary>What tells the handler to stop, once the run has started.</summary>
    public CancellationToken Token { get; private set; }

    public override Finish Finish => _finish!;

    public override bool IsRefusable => false;

    /// <summary>True once it failed in company, so that one finish the store cannot take fails alone.</summary>
    public override bool TravelsAlone => FailedTries >= 2;

    /// <summary>How often the store failed to take the finish.</summary>
    public int FailedTries { get; private set; }

    protected override bool RoomIsKnown => true;

    /// <summary>The run starts.</summary>
    public void Start(long at, long stopAt)
    {
        _stop = new CancellationTokenSource();
        Token = _stop.Token;
        Since = at;
        StopAt = stopAt;
    }

    /// <summary>Whoever gets true, and only he, settles what becomes of the task.</summary>
    public bool TryEnd() => Interlocked.Exchange(ref _ended, 1) == 0;

    /// <summary>Tells the run to stop. The first cause counts, but a lost claim outweighs the others.</summary>
    public void Stop(StopCause cause)
    {
        if (Cause == StopCause.None || cause == StopCause.Lost)
        {
            Cause = cause;
        }

        // On another thread: callbacks of the handler must not run under the lane's lock.
        _ = _stop?.CancelAsync();
    }

    /// <summary>Sends the finish.</summary>
    public void Send(Finish finish)
    {
        _finish = Task.Run is null ? finish : finish with { IsStep = true };
        lane.Host.Engine.Processor.SendOrFail(this);
    }

    public override void Enter(Flight flight, WaitingRoom room)
    {
        base.Enter(flight, room);
        lane.Ride(flight, room);
    }

    public async Task RenewAsync(double? progress, CancellationToken ct)
    {
        var engine = lane.Host.Engine;
        var asked = engine.Options.Clock.GetTimestamp();
        try
        {
            await engine.Client.RenewAsync(new Renewal(Task.Id, grant.Epoch, lane.Lease, progress), ct)
                .ConfigureAwait(false);
            RenewedAt = asked;
        }
        catch (LongshoreException e) when (e.Code is ErrorCode.StaleClaim or ErrorCode.NotFound)
        {
            lane.Lose(Task.Id, grant.Epoch);
            throw;
        }
    }

    public override void Complete(FinishOutcome outcome) => lane.OnFinished(this, outcome);

    public override void Fail(LongshoreException error)
    {
        FailedTries++;
        lane.OnFinishFailed(this, error);
    }

    public void Dispose()
    {
        // One that was cancelled may still be running its callbacks.
        if (Cause == StopCause.None)
        {
            _stop?.Dispose();
        }
    }
}
