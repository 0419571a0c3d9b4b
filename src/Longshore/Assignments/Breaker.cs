namespace Longshore.Assignments;

/// <summary>What a circuit breaker guards.</summary>
public enum BreakerScope
{
    /// <summary>An agent, whatever it does.</summary>
    Agent = 0,

    /// <summary>An agent doing tasks of one kind (one agent fails many: a bad agent).</summary>
    AgentKind = 1,

    /// <summary>One task (several agents fail it: a bad task).</summary>
    Task = 2,
}

/// <summary>How a breaker stands.</summary>
public enum BreakerState
{
    /// <summary>Work goes through; failures are counted.</summary>
    Closed = 0,

    /// <summary>Nothing goes through.</summary>
    Open = 1,

    /// <summary>Its time is up: one task at a time goes through, as a probe.</summary>
    HalfOpen = 2,
}

/// <summary>What a breaker guards, exactly.</summary>
/// <param name="Scope">The sort of thing.</param>
/// <param name="Agent">The agent; null for a task's.</param>
/// <param name="Kind">The kind, for an agent and kind.</param>
/// <param name="TaskId">The task, for a task's.</param>
public sealed record BreakerKey(BreakerScope Scope, string? Agent = null, string? Kind = null, long? TaskId = null);

/// <summary>
/// A circuit breaker: closed until <c>threshold</c> failures in a row, then open for a time, then half-open: one probe.
/// Success of the probe closes it, failure opens it for twice as long (T0.29). Durable and shared by all nodes.
/// </summary>
/// <param name="Key">What it guards.</param>
public sealed record Breaker(BreakerKey Key)
{
    private const int TripsMax = 30;

    /// <summary>Failures since the last success.</summary>
    public int Failures { get; init; }

    /// <summary>How often it opened since it was last closed.</summary>
    public int Trips { get; init; }

    /// <summary>The latest failure, in microseconds since 1970.</summary>
    public long LastFailureUs { get; init; }

    /// <summary>Until when it is open; null while it is closed.</summary>
    public long? OpenUntilUs { get; init; }

    /// <summary>The task that is out as a probe.</summary>
    public long? ProbeTaskId { get; init; }

    /// <summary>The epoch of the probe's grant.</summary>
    public int ProbeEpoch { get; init; }

    /// <summary>How it stands at an instant.</summary>
    public BreakerState StateAt(long nowUs) => OpenUntilUs is not { } until
        ? BreakerState.Closed
        : until > nowUs ? BreakerState.Open : BreakerState.HalfOpen;

    /// <summary>Whether anything, or one probe, may go through.</summary>
    internal BreakerGate GateAt(long nowUs) => StateAt(nowUs) switch
    {
        BreakerState.Closed => BreakerGate.Pass,
        BreakerState.HalfOpen when ProbeTaskId is null => BreakerGate.Probe,
        _ => BreakerGate.Shut,
    };

    internal bool IsProbe(long taskId, int epoch) => ProbeTaskId == taskId && ProbeEpoch == epoch;

    internal Breaker WithProbe(long taskId, int epoch) => this with { ProbeTaskId = taskId, ProbeEpoch = epoch };

    /// <summary>A failure. Of what was granted before it opened, only the count grows.</summary>
    internal Breaker AfterFailure(BreakerLimits limits, long taskId, int epoch, long nowUs)
    {
        var counted = this with { Failures = Failures + 1, LastFailureUs = nowUs };
        var opens = OpenUntilUs is null ? counted.Failures >= limits.Threshold : IsProbe(taskId, epoch);
        return opens ? counted.Opened(limits, nowUs) : counted;
    }

    /// <summary>A success; null when nothing is left to remember.</summary>
    internal Breaker? AfterSuccess(long taskId, int epoch) =>
        OpenUntilUs is null || IsProbe(taskId, epoch) ? null : this;

    /// <summary>The probe came back without a verdict: another may go.</summary>
    internal Breaker AfterNothing(long taskId, int epoch) =>
        IsProbe(taskId, epoch) ? this with { ProbeTaskId = null, ProbeEpoch = 0 } : this;

    /// <summary>Opens, the longer the oftener.</summary>
    internal Breaker Opened(BreakerLimits limits, long nowUs)
    {
        var wait = Math.Min(
            limits.ResetMax.TotalMicroseconds, limits.ResetAfter.TotalMicroseconds * Math.Pow(2, Trips));
        return this with
        {
            Trips = Math.Min(Trips + 1, TripsMax),
            OpenUntilUs = nowUs + (long)wait,
            ProbeTaskId = null,
            ProbeEpoch = 0,
        };
    }
}

/// <summary>What a breaker lets through.</summary>
internal enum BreakerGate
{
    /// <summary>Everything.</summary>
    Pass = 0,

    /// <summary>One task, as a probe.</summary>
    Probe = 1,

    /// <summary>Nothing.</summary>
    Shut = 2,
}
