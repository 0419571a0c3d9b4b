using System.Diagnostics;
using System.Globalization;
using Longshore.Storage;
using Longshore.Tasks;
using Longshore.Telemetry;

namespace Longshore.Engine;

/// <summary>Running what the lane holds, and stopping it.</summary>
internal sealed partial class Lane
{
    // What has been held back from others so long without being started is given back.
    private static readonly TimeSpan HoldMax = TimeSpan.FromSeconds(1);

    /// <summary>Tells the run of a grant that its claim ended. True when the grant was here.</summary>
    public bool Lose(long taskId, int epoch)
    {
        lock (_gate)
        {
            var held = All().FirstOrDefault(h => h.Task.Id == taskId && h.Grant.Epoch == epoch);
            if (held is not null)
            {
                StopHeld(held, StopCause.Lost);
            }

            return held is not null;
        }
    }

    /// <summary>
    /// Adds what should be renewed because its lease was last extended before <paramref name="before"/>.
    /// </summary>
    public void CollectRenewals(Func<TimeSpan, long> before, List<HeldTask> due)
    {
        lock (_gate)
        {
            var limit = before(_lease);
            due.AddRange(All().Where(h => h.RenewedAt <= limit && h.Cause != StopCause.Lost));
        }
    }

    /// <summary>Gives back what waits too long behind runs that take longer than expected.</summary>
    public void GiveBackOverheld()
    {
        var released = new List<HeldTask>();
        lock (_gate)
        {
            if (_buffer.TryPeek(out var oldest) && _clock.GetElapsedTime(oldest.Since) > HoldMax)
            {
                var now = _clock.GetTimestamp();
                _times.AtLeast(_slots.Max(h => h is null ? 0 : now - h.Since));
                TakeBuffer(released);
            }
        }

        Release(released, "was held too long without being started");
    }

    /// <summary>Gives back what was not started: the node is cut off from the store.</summary>
    public void GiveBackUnstarted()
    {
        var released = new List<HeldTask>();
        lock (_gate)
        {
            TakeBuffer(released);
        }

        Release(released, "the node was cut off from the store before it was started");
    }

    /// <summary>Loses what runs under a lease that ran out, as far as this node knows.</summary>
    public void LoseLapsed()
    {
        List<HeldTask> lapsed;
        lock (_gate)
        {
            lapsed = [.. _slots.OfType<HeldTask>().Where(h => _clock.GetElapsedTime(h.RenewedAt) > _lease)];
        }

        foreach (var held in lapsed)
        {
            Lose(held.Task.Id, held.Grant.Epoch);
        }
    }

    /// <summary>Starts nothing more, and gives back what was not started.</summary>
    public void Drain()
    {
        var released = new List<HeldTask>();
        lock (_gate)
        {
            _stopping = true;
            TakeBuffer(released);
        }

        Host.Engine.Room.Leave(this);
        Release(released, "the host stops");
    }

    /// <summary>Tells everything that still runs to stop.</summary>
    public void StopRunning()
    {
        lock (_gate)
        {
            foreach (var held in _slots)
            {
                if (held is not null)
                {
                    StopHeld(held, StopCause.Shutdown);
                }
            }
        }
    }

    /// <summary>How many runs have lasted since this was last asked. For one caller.</summary>
    public int CountLasting()
    {
        lock (_gate)
        {
            var lasting = 0;
            for (var slot = 0; slot < _slots.Length; slot++)
            {
                lasting += _slots[slot] is { } held && held == _seen[slot] ? 1 : 0;
                _seen[slot] = _slots[slot];
            }

            return lasting;
        }
    }

    private bool TryTakeIn(IReadOnlyList<Grant> grants)
    {
        int starts;
        lock (_gate)
        {
            if (_stopping)
            {
                return false;
            }

            var now = _clock.GetTimestamp();
            foreach (var grant in grants)
            {
                _buffer.Enqueue(new HeldTask(grant, this, now));
            }

            Host.OnHeld(grants.Count);
            starts = Math.Min(_free.Count, _buffer.Count);
        }

        for (var i = 0; i < starts; i++)
        {
            StartRun();
        }

        return true;
    }

    private void StartRun() =>
        ThreadPool.UnsafeQueueUserWorkItem(static lane => _ = lane.RunAsync(), this, preferLocal: false);

    private async Task RunAsync()
    {
        var held = First(out var slot);
        while (held is not null)
        {
            Finish? finish;
            held.Since = _clock.GetTimestamp();
            var span = Spans.StartRun(held.Task, Host.Name);
            try
            {
                finish = await _options.Executor.ExecuteAsync(held.Task, held, held.Token).ConfigureAwait(false);
            }
            catch (Exception e)
            {
                span?.AddException(e);
                finish = FinishAfter(held, e);
            }

            var elapsed = _clock.GetTimestamp() - held.Since;
            var isOurs = held.TryEnd();
            EndSpan(span, isOurs, finish);
            if (!isOurs)
            {
                // Abandoned meanwhile: the slot is somebody else's by now.
                return;
            }

            // The slot has its next task before the finish is sent: the claim that travels with the finish then asks
            // for exactly what there is room for.
            var next = Next(slot, elapsed);
            Measure(held, elapsed);
            Host.OnEnded();
            Settle(held, finish);
            held.Dispose();
            held = next;
        }
    }

    private HeldTask? First(out int slot)
    {
        lock (_gate)
        {
            return _free.TryPop(out slot) ? Occupy(slot) : null;
        }
    }

    private HeldTask? Next(int slot, long elapsed)
    {
        lock (_gate)
        {
            _times.Add(elapsed);
            return Occupy(slot);
        }
    }

    private HeldTask? Occupy(int slot)
    {
        while (_buffer.TryDequeue(out var next))
        {
            if (next.Cause == StopCause.None)
            {
                var now = _clock.GetTimestamp();
                _slots[slot] = next;
                next.Start(now, now + Ticks(_options.TimeoutOf(next.Task)));
                ArmTimer(next.StopAt, now);
                return next;
            }

            // Its claim ended while it waited here.
            next.TryEnd();
            Host.OnEnded();
            Host.OnSettled();
        }

        _slots[slot] = null;
        _free.Push(slot);
        return null;
    }

    private void Measure(HeldTask held, long elapsed)
    {
        var runTime = Host.Engine.Metrics.RunTime;
        if (runTime.Enabled)
        {
            runTime.Record(
                (double)elapsed / _clock.TimestampFrequency,
                Host.Engine.Metrics.Kind(held.Task.Spec.Kind));
        }
    }

    private static void EndSpan(Activity? span, bool isOurs, Finish? finish)
    {
        if (span is not null)
        {
            var outcome = !isOurs ? "abandoned" : finish is null ? "lost" : finish.Kind.ToString().ToLowerInvariant();
            var error = finish is { Kind: FinishKind.Fail } ? finish.Error
                : outcome is "abandoned" or "lost" ? $"the claim was {outcome}" : null;
            Spans.End(span, outcome, error);
        }
    }

    private void Settle(HeldTask held, Finish? finish)
    {
        if (held.Cause == StopCause.Lost || finish is null)
        {
            // Nobody wants the result any more; but there is room now.
            Host.OnSettled();
            Host.Engine.Room.Ask(this);
            Host.AskForFull();
            return;
        }

        held.Send(finish);
    }

    private Finish? FinishAfter(HeldTask held, Exception e) => held.Cause switch
    {
        StopCause.Lost => null,
        StopCause.Timeout => Failed(held, TimeoutText(held)),
        StopCause.Shutdown when e is OperationCanceledException => Released(held, "the host stops"),
        _ => Failed(held, $"{e.GetType().Name}: {e.Message}", e),
    };

    private void OnTimer()
    {
        var abandoned = new List<HeldTask>();
        lock (_gate)
        {
            _timerAt = long.MaxValue;
            var now = _clock.GetTimestamp();
            for (var slot = 0; slot < _slots.Length; slot++)
            {
                if (_slots[slot] is not { } held || held.HasEnded)
                {
                    continue;
                }

                if (held.StopAt <= now && held.Cause == StopCause.None)
                {
                    StopHeld(held, StopCause.Timeout);
                }
                else if (held.StopAt <= now && held.TryEnd())
                {
                    _slots[slot] = null;
                    _free.Push(slot);
                    abandoned.Add(held);
                    continue;
                }

                ArmTimer(held.StopAt, now);
            }
        }

        abandoned.ForEach(Abandon);
    }

    private void Abandon(HeldTask held)
    {
        LogAbandoned(held.Task.Id, held.Task.Spec.Kind, _options.AbandonAfter);
        Host.OnEnded();
        Settle(held, held.Cause == StopCause.Shutdown
            ? Released(held, "the host stops")
            : Failed(held, TimeoutText(held) + "; the handler ignored its cancellation and was abandoned"));
        StartRun();
    }

    private void StopHeld(HeldTask held, StopCause cause)
    {
        held.Stop(cause);
        var now = _clock.GetTimestamp();
        held.StopAt = now + Ticks(_options.AbandonAfter);
        ArmTimer(held.StopAt, now);
    }

    private void ArmTimer(long at, long now)
    {
        if (at < _timerAt)
        {
            _timerAt = at;
            _timer.Change(
                TimeSpan.FromSeconds(Math.Max(0, at - now) / (double)_clock.TimestampFrequency) + TimerGrain,
                Timeout.InfiniteTimeSpan);
        }
    }

    private void TakeBuffer(List<HeldTask> taken)
    {
        while (_buffer.TryDequeue(out var held))
        {
            if (held.TryEnd())
            {
                taken.Add(held);
            }
        }
    }

    private void Release(List<HeldTask> released, string why)
    {
        foreach (var held in released)
        {
            Host.OnEnded();
            Settle(held, Released(held, why));
        }
    }

    private IEnumerable<HeldTask> All() => _slots.OfType<HeldTask>().Concat(_buffer).Where(h => !h.HasEnded);

    private string TimeoutText(HeldTask held) => string.Create(
        CultureInfo.InvariantCulture,
        $"timed out after {_clock.GetElapsedTime(held.Since).TotalSeconds:0.0##} s "
        + $"(limit {_options.TimeoutOf(held.Task).TotalSeconds:0.###} s)");

    private long Ticks(TimeSpan time) => (long)(time.TotalSeconds * _clock.TimestampFrequency);

    private static Finish Failed(HeldTask held, string error, Exception? e = null) => new()
    {
        TaskId = held.Task.Id,
        Epoch = held.Grant.Epoch,
        Kind = FinishKind.Fail,
        Error = error.Length > Limits.ErrorLengthMax ? error[..Limits.ErrorLengthMax] : error,
        ErrorDetail = e?.ToString() is { } stack
            ? stack[..Math.Min(stack.Length, Limits.ErrorDetailLengthMax)]
            : null,
    };

    private static Finish Released(HeldTask held, string why) => new()
    {
        TaskId = held.Task.Id,
        Epoch = held.Grant.Epoch,
        Kind = FinishKind.Release,
        Error = why,
    };

    // Timers have whole milliseconds and may be a little early.
    private static readonly TimeSpan TimerGrain = TimeSpan.FromMilliseconds(1);
}
