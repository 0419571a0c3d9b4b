using Longshore.Storage;
using Longshore.Tasks;
using Longshore.Telemetry;
using Microsoft.Extensions.Logging;

namespace Longshore.Engine;

/// <summary>
/// Natural group commit: while one flight is on its way to the store, everything that arrives gathers for the next.
/// When nothing is on its way, the caller's own thread sends the flight at once: no timer, no debounce.
/// </summary>
internal sealed class CommandProcessor(
    ITaskStore store,
    WaitingRoom room,
    StoreTime time,
    TimeProvider clock,
    EngineMetrics metrics,
    ILogger logger)
    : IDisposable
{
    private const int GatherPatience = 4;
    private static readonly TimeSpan BackoffMin = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan BackoffMax = TimeSpan.FromSeconds(5);
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _closing = new();
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Tally _tally = new();
    private readonly FlightMeter _meter = new(metrics, clock, logger);

    // Guarded by _gate.
    private List<Command> _arriving = [];
    private int _arrivingItems;
    private bool _running;
    private bool _refusing;

    // Touched by the loop only.
    private List<Command> _taken = [];
    private int _cursor;
    private int _failuresInRow;

    /// <summary>Tells other nodes what flights made possible; null when there can be none.</summary>
    public Readiness.ReadinessAnnouncer? Announcer { get; init; }

    /// <summary>Raised in the loop when a task will be ready at an instant in the future.</summary>
    public event Action<long>? Deferred;

    /// <summary>Raised in the loop when tasks were stored whose requirements relax.</summary>
    public event Action? Relaxing;

    /// <summary>Raised in the loop when claims ended because steps of their runs did.</summary>
    public event Action<IReadOnlyList<LostClaim>>? CalledOff;

    /// <summary>Raised in the loop after each commit.</summary>
    public event Action? Committed;

    /// <summary>True when nothing is on its way or waits to be sent.</summary>
    public bool IsQuiet
    {
        get
        {
            lock (_gate)
            {
                return !_running;
            }
        }
    }

    /// <summary>How many commands gather for the next flight.</summary>
    public int Gathered
    {
        get
        {
            lock (_gate)
            {
                return _arriving.Count;
            }
        }
    }

    /// <summary>What was done so far.</summary>
    public EngineStatistics Statistics => _tally.Snapshot(room.Count);

    /// <summary>
    /// Takes a command for the next flight. Must not be called with locks held: it may send the flight itself.
    /// </summary>
    /// <exception cref="LongshoreException">unavailable: too much waits already, or the engine is stopping.</exception>
    public void Send(Command command)
    {
        if (!TrySend(command))
        {
            throw Unavailable();
        }
    }

    /// <summary>As <see cref="Send"/>; false when it is refused.</summary>
    public bool TrySend(Command command)
    {
        lock (_gate)
        {
            if (_refusing || (command.IsRefusable && _arrivingItems > Limits.PendingCommandsMax))
            {
                return false;
            }

            _arriving.Add(command);
            _arrivingItems += command.Size;
            if (_running)
            {
                return true;
            }

            _running = true;
        }

        Start();
        return true;
    }

    /// <summary>As <see cref="Send"/>, for those who are told of a refusal through the command itself.</summary>
    public void SendOrFail(Command command)
    {
        if (!TrySend(command))
        {
            command.Fail(Unavailable());
        }
    }

    /// <summary>Stores tasks of Longshore's own; false when there is no room for one of them.</summary>
    public async ValueTask<bool> StoreAsync(IReadOnlyList<NewTask> tasks)
    {
        if (tasks.Count == 0)
        {
            return true;
        }

        var command = new InsertCommand(tasks);
        Send(command);
        var outcomes = await command.Completion.ConfigureAwait(false);
        return !outcomes.Any(outcome => outcome.Status == InsertStatus.QueueFull);
    }

    /// <summary>Sends what waits, then refuses everything.</summary>
    public async Task CloseAsync()
    {
        lock (_gate)
        {
            _refusing = true;
            if (!_running)
            {
                _closed.TrySetResult();
            }
        }

        await _closing.CancelAsync().ConfigureAwait(false);
        await _closed.Task.ConfigureAwait(false);
    }

    public void Dispose() => _closing.Dispose();

    private void Start()
    {
        // The loop outlives this call, so it must not carry the caller's ambient context along.
        using (ExecutionContext.SuppressFlow())
        {
            _ = RunAsync();
        }
    }

    private async Task RunAsync()
    {
        while (TryTake())
        {
            var flight = new Flight();
            var expected = 0;
            var onCallersThread = false;
            try
            {
                Load(flight);
                if (flight.Batch.IsEmpty)
                {
                    continue;
                }

                var leftAt = clock.GetTimestamp();
                var commit = store.CommitAsync(flight.Batch, CancellationToken.None);
                onCallersThread = commit.IsCompleted;
                var outcome = await commit.ConfigureAwait(false);
                NoteSuccess();
                _meter.Add(flight, outcome, leftAt);
                expected = Distribute(flight, outcome);
            }
            catch (Exception e)
            {
                _failuresInRow++;
                Fail(flight, e);
            }

            if (_failuresInRow > 1)
            {
                await BackOffAsync().ConfigureAwait(false);
            }
            else if (expected > 1 || onCallersThread)
            {
                await GatherAsync(expected).ConfigureAwait(false);
            }
        }
    }

    // Those just answered will often come back at once: let them run first, so that they share one commit instead of
    // the quickest going alone. It takes a few passes through the pool's queue, and ends when nobody comes any more.
    // Leaving the thread also frees a caller whose own thread sent the flight.
    private async Task GatherAsync(int expected)
    {
        var before = 0;
        var idle = 0;
        while (idle < GatherPatience)
        {
            await default(PoolTail);
            var waiting = Gathered;
            if (waiting >= expected)
            {
                return;
            }

            idle = waiting > before ? 0 : idle + 1;
            before = waiting;
        }
    }

    private async Task BackOffAsync()
    {
        var wait = BackoffMin * Math.Pow(2, Math.Min(10, _failuresInRow - 2));
        await Task.Delay(wait < BackoffMax ? wait : BackoffMax, clock, _closing.Token)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private bool TryTake()
    {
        if (_cursor < _taken.Count)
        {
            return true;
        }

        _taken.Clear();
        _cursor = 0;
        lock (_gate)
        {
            if (_arriving.Count == 0 && !room.HasDue)
            {
                _running = false;
                if (_refusing)
                {
                    _closed.TrySetResult();
                }

                return false;
            }

            (_arriving, _taken) = (_taken, _arriving);
            _arrivingItems = 0;
            return true;
        }
    }

    private void Load(Flight flight)
    {
        var size = 0;
        while (_cursor < _taken.Count)
        {
            var command = _taken[_cursor];
            if (flight.Commands > 0 && (command.TravelsAlone || size + command.Size > Limits.BatchMax))
            {
                break;
            }

            _cursor++;
            size += command.Size;
            flight.Commands++;
            command.Enter(flight, room);
            if (command.TravelsAlone)
            {
                break;
            }
        }

        room.Board(flight);
    }

    private int Distribute(Flight flight, TaskBatchOutcome outcome)
    {
        _tally.Add(flight, outcome);

        // Grants first: a handler starts sooner.
        room.Settle(flight, outcome);
        var from = 0;
        foreach (var insert in flight.Inserts)
        {
            insert.Complete(outcome.Inserts, from);
            from += insert.Size;
        }

        var expected = flight.Inserts.Count + flight.EndingSoon;
        for (var i = 0; i < flight.Finishes.Count; i++)
        {
            flight.Finishes[i].Complete(outcome.Finishes[i]);
            expected += flight.Finishes[i] is FinishCall ? 1 : 0;
        }

        from = 0;
        foreach (var renewal in flight.Renewals)
        {
            renewal.Complete(outcome.Renewals, from);
            from += renewal.Size;
        }

        AnnounceDeferred(flight, outcome);
        if (outcome.Runs.Lost.Count > 0)
        {
            CalledOff?.Invoke(outcome.Runs.Lost);
        }

        Announcer?.Announce(flight, outcome);
        Committed?.Invoke();
        return expected;
    }

    private void AnnounceDeferred(Flight flight, TaskBatchOutcome outcome)
    {
        var earliest = long.MaxValue;
        var relaxes = false;
        foreach (var task in flight.Batch.Inserts)
        {
            relaxes |= RelaxSteps.LastOf(task) > 0;
            if (task.ReadyAt is { } readyAt)
            {
                earliest = Math.Min(earliest, readyAt.ToMicroseconds());
            }
        }

        var readyAtOnce = 0;
        var now = outcome.Finishes.Count == 0 ? 0 : time.NowUs;
        for (var i = 0; i < outcome.Finishes.Count; i++)
        {
            var finish = outcome.Finishes[i];
            if (finish.Status != ClaimWriteStatus.Accepted || !finish.State.IsQueued())
            {
                continue;
            }

            if (finish.ReadyAtUs > 0)
            {
                // The instant may have passed while the commit took its time; then too only staging brings it back.
                earliest = Math.Min(earliest, finish.ReadyAtUs);
            }

            if (finish.ReadyAtUs <= now && flight.Batch.Finishes[i].Kind != FinishKind.Release)
            {
                readyAtOnce++;
            }
        }

        var granted = outcome.Claims.Sum(claim => claim.Grants.Count);
        room.Release(readyAtOnce + ReleasedAndLeft(flight, outcome) + Math.Max(0, outcome.Freed - granted));
        if (relaxes)
        {
            Relaxing?.Invoke();
        }

        if (earliest != long.MaxValue)
        {
            Deferred?.Invoke(earliest);
        }
    }

    /// <summary>
    /// How many steps can be claimed since, but for those that were in the same flight. What was granted to those who
    /// looked because tasks of unknown classes were ready is counted by the room.
    /// </summary>
    private static int ReleasedAndLeft(Flight flight, TaskBatchOutcome outcome)
    {
        if (outcome.Runs.Released.Count == 0)
        {
            return 0;
        }

        var taken = outcome.Claims.Zip(flight.Claims)
            .Where(pair => pair.Second.Reason != BoardingReason.Scan)
            .SelectMany(pair => pair.First.Grants)
            .Select(grant => grant.TaskId);
        return outcome.Runs.Released.Except(taken).Count();
    }

    private void NoteSuccess()
    {
        if (_failuresInRow > 0)
        {
            logger.StoreRecovered(_failuresInRow);
            _failuresInRow = 0;
        }
    }

    private void Fail(Flight flight, Exception e)
    {
        logger.StoreFailed(e, flight.Commands);
        _tally.AddFailure(flight);
        _meter.AddFailure();
        var error = e as LongshoreException ?? new LongshoreException(
            ErrorCode.Unavailable,
            $"the store failed ({e.Message}); nothing is known to be stored, try again",
            inner: e);
        room.Fail(flight, error);
        foreach (var command in flight.Inserts.Concat<Command>(flight.Finishes).Concat(flight.Renewals))
        {
            command.Fail(error);
        }
    }

    private LongshoreException Unavailable() => new(
        ErrorCode.Unavailable,
        _refusing
            ? "the engine is stopping"
            : $"more than {Limits.PendingCommandsMax} items wait for the store; try again");
}
