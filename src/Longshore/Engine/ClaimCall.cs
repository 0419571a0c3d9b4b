using Longshore.Storage;

namespace Longshore.Engine;

/// <summary>A caller of the façade asks for work, and waits for it up to a time.</summary>
internal sealed class ClaimCall(ClaimRequest request, TimeSpan wait, TimeProvider clock, WaitingRoom room)
    : Claimant(request.Agent, request.Kinds), IDisposable
{
    private readonly TaskCompletionSource<IReadOnlyList<Grant>> _source =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    private readonly long _started = clock.GetTimestamp();
    private readonly Lock _timerGate = new();
    private ITimer? _timer;
    private bool _disposed;
    private volatile bool _waitIsOver = wait <= TimeSpan.Zero;

    public Task<IReadOnlyList<Grant>> Completion => _source.Task;

    public override int Want => request.Max;

    public override bool TakesNewTasks => request.TaskIds.Count == 0;

    public override bool ShowsWaiting => true;

    public override ClaimRequest? NextRequest() => _source.Task.IsCompleted ? null : request;

    public override ClaimantNext Answer(ClaimOutcome outcome)
    {
        switch (outcome.Status)
        {
            case ClaimStatus.Granted:
                return _source.TrySetResult(outcome.Grants) ? ClaimantNext.Done : ClaimantNext.GiveBack;
            case ClaimStatus.UnknownAgent:
                _source.TrySetException(new LongshoreException(
                    ErrorCode.NotFound, $"there is no agent '{Agent}'; register it first", "agent"));
                return ClaimantNext.Done;
            case ClaimStatus.Unavailable:
                _source.TrySetException(new LongshoreException(
                    ErrorCode.AgentUnavailable, $"agent '{Agent}' is blocked, draining or offline", "agent"));
                return ClaimantNext.Done;
            case ClaimStatus.BreakerOpen:
                _source.TrySetException(new LongshoreException(
                    ErrorCode.AgentUnavailable,
                    $"the breaker of agent '{Agent}' is open after too many failures, or its probe is still out; "
                    + "ask again later, or have it reset",
                    "agent"));
                return ClaimantNext.Done;
            default:
                if (_waitIsOver)
                {
                    _source.TrySetResult([]);
                }

                return _source.Task.IsCompleted ? ClaimantNext.Done : ClaimantNext.Park;
        }
    }

    public override void OnParked()
    {
        if (_waitIsOver)
        {
            // The time ran out while the claim was on the way.
            OnTimeout();
            return;
        }

        var left = wait - clock.GetElapsedTime(_started);
        lock (_timerGate)
        {
            if (!_disposed && _timer is null)
            {
                _timer = clock.CreateTimer(
                    static call => ((ClaimCall)call!).OnTimeout(),
                    this,
                    left < TimeSpan.Zero ? TimeSpan.Zero : left,
                    Timeout.InfiniteTimeSpan);
            }
        }
    }

    public override void OnClosed() => _source.TrySetResult([]);

    public override void Fail(LongshoreException error) => _source.TrySetException(error);

    /// <summary>The caller goes away. A grant that is on the way will be given back.</summary>
    public void Cancel(CancellationToken ct)
    {
        _source.TrySetCanceled(ct);
        room.Leave(this);
    }

    public void Dispose()
    {
        lock (_timerGate)
        {
            _disposed = true;
            _timer?.Dispose();
        }
    }

    private void OnTimeout()
    {
        _waitIsOver = true;
        if (room.LeaveIfParked(this))
        {
            _source.TrySetResult([]);
        }
    }
}
