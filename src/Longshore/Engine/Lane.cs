using Longshore.Storage;
using Longshore.Tasks;
using Microsoft.Extensions.Logging;

namespace Longshore.Engine;

/// <summary>
/// One kind of a handler host: what it holds, what runs, and its claims. A kind that hangs or fails holds up nobody
/// but itself.
/// <para>
/// Finishes do not wait for their commit: the next task starts at once, and a finish takes the lane's next claim
/// along in its flight. <see cref="_gate"/> guards the buffer, the slots and what changes in a <see
/// cref="HeldTask"/>; nothing is sent and no handler is called while it is held.
/// </para>
/// </summary>
internal sealed partial class Lane : Claimant, IDisposable
{
    private readonly LaneOptions _options;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private readonly Queue<HeldTask> _buffer = [];
    private readonly HeldTask?[] _slots;
    private readonly HeldTask?[] _seen;
    private readonly Stack<int> _free;
    private readonly RunTimes _times;
    private readonly ITimer _timer;
    private readonly TimeSpan _lease;
    private long _timerAt = long.MaxValue;
    private bool _stopping;

    // Touched by the processor's loop only.
    private Flight? _rodeIn;
    private int _asked;
    private int _granted;
    private bool _gotLess;

    public Lane(Dispatcher host, LaneOptions options, int prefetchMax, ILogger logger)
        : base(host.Name, options.Kinds)
    {
        Host = host;
        _options = options;
        _clock = host.Engine.Options.Clock;
        _logger = logger;
        _lease = host.Engine.Options.Clamp(options.Lease ?? host.Engine.Options.Lease);
        _slots = new HeldTask?[options.Concurrency];
        _seen = new HeldTask?[options.Concurrency];
        _free = new Stack<int>(Enumerable.Range(0, options.Concurrency).Reverse());
        _times = new RunTimes(
            options.Concurrency, Math.Min(prefetchMax, options.Prefetch ?? prefetchMax), _clock.TimestampFrequency);
        _timer = _clock.CreateTimer(
            static lane => ((Lane)lane!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public Dispatcher Host { get; }

    public TimeSpan Lease => _lease;

    public override bool IsRefusable => false;

    /// <summary>How many it may hold beyond those that run.</summary>
    public int Prefetch => _times.Prefetch;

    /// <summary>How many it holds and has not ended.</summary>
    public int Held
    {
        get
        {
            lock (_gate)
            {
                return _buffer.Count + Running;
            }
        }
    }

    public override int Want
    {
        get
        {
            lock (_gate)
            {
                return Math.Max(0, _slots.Length + _times.Prefetch - _buffer.Count - Running);
            }
        }
    }

    // Without prefetch, or when they are few: what is held in advance keeps the handlers busy while a flight is on its
    // way, but a flight that leaves without what ends now makes the steps that wait for it late by another flight.
    public override int EndingSoon =>
        (_times.Prefetch == 0 && _times.AreQuick) || _times.EndSoon(_granted) ? _granted : 0;

    public override bool AsksWhileParked => _gotLess || Host.IsFull(this);

    private int Running => _slots.Length - _free.Count;

    /// <summary>Takes the lane's claim along in a flight that carries one of its finishes.</summary>
    public void Ride(Flight flight, WaitingRoom room)
    {
        if (_rodeIn == flight)
        {
            return;
        }

        _rodeIn = flight;
        room.Ride(this, flight);
        Host.RideForFull(flight, room);
    }

    public override ClaimRequest? NextRequest()
    {
        if (!Host.MayClaim(this))
        {
            return null;
        }

        lock (_gate)
        {
            // Half of what is held in advance is used up before more is fetched: fewer, larger claims.
            _asked = _slots.Length + _times.Prefetch - _buffer.Count - Running;
            if (_stopping || _asked <= 0 || (_free.Count == 0 && _buffer.Count > _times.Prefetch / 2))
            {
                return null;
            }
        }

        _asked = Math.Min(_asked, Limits.BatchMax);
        return new ClaimRequest
        {
            Agent = Agent,
            Kinds = Kinds,
            Max = _asked,
            Prefetch = Host.Prefetch,
            Lease = _lease,
        };
    }

    public override ClaimantNext Answer(ClaimOutcome outcome)
    {
        _gotLess = false;
        _granted = outcome.Grants.Count;
        Host.OnAnswer(this, outcome.Status);
        if (outcome.Status != ClaimStatus.Granted)
        {
            return ClaimantNext.Park;
        }

        if (!TryTakeIn(outcome.Grants))
        {
            return ClaimantNext.GiveBack;
        }

        // Less than asked for means that nothing is left, or that room was short for a moment: so it waits to be woken,
        // and asks again with its next finish.
        _gotLess = outcome.Grants.Count < _asked;
        return _gotLess ? ClaimantNext.Park : ClaimantNext.Done;
    }

    /// <summary>The claim did not arrive: it is tried again, as slowly as the processor goes then.</summary>
    public override void Fail(LongshoreException error)
    {
        lock (_gate)
        {
            if (_stopping)
            {
                return;
            }
        }

        Host.Engine.Room.Ask(this);
    }

    /// <summary>The store's answer to a finish.</summary>
    public void OnFinished(HeldTask held, FinishOutcome outcome)
    {
        Host.OnSettled();
        if (outcome.Status is ClaimWriteStatus.Stale or ClaimWriteStatus.NotFound)
        {
            LogStale(held.Task.Id, held.Grant.Epoch, outcome.State);
        }
    }

    /// <summary>
    /// The store failed to take a finish: the result must not be lost while the lease may still hold.
    /// </summary>
    public void OnFinishFailed(HeldTask held, LongshoreException error)
    {
        var leaseIsOver = _clock.GetElapsedTime(held.RenewedAt) > _lease;
        var triedEnough = held.FailedTries >= FinishTriesMin && (leaseIsOver || held.FailedTries >= FinishTriesMax);
        if (triedEnough || !Host.Engine.Processor.TrySend(held))
        {
            Host.OnSettled();
            LogResultLost(held.Task.Id, held.Grant.Epoch, error);
        }
    }

    public void Dispose() => _timer.Dispose();

    private const int FinishTriesMin = 3;
    private const int FinishTriesMax = 20;

    [LoggerMessage(LogLevel.Debug, "Task {TaskId}: epoch {Epoch} no longer held when it was finished; it is {State}")]
    private partial void LogStale(long taskId, int epoch, TaskState state);

    [LoggerMessage(LogLevel.Error, "Task {TaskId}: the finish of epoch {Epoch} could not be stored; it is done again")]
    private partial void LogResultLost(long taskId, int epoch, Exception e);

    [LoggerMessage(LogLevel.Error, "Task {TaskId} ({Kind}) goes on {Elapsed} after it was told to stop: abandoned")]
    private partial void LogAbandoned(long taskId, string kind, TimeSpan elapsed);
}
