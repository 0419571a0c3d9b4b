using Longshore.Assignments;
using Longshore.Tasks;

namespace Longshore.Client.Wire;

/// <summary>A circuit breaker.</summary>
public sealed record BreakerWire
{
    /// <summary>agent, agent_kind or task.</summary>
    public required string Scope { get; init; }

    /// <summary>closed, open or half_open, now.</summary>
    public required string State { get; init; }

    /// <summary>Whose.</summary>
    public string? Agent { get; init; }

    /// <summary>Doing tasks of this kind.</summary>
    public string? Kind { get; init; }

    /// <summary>The task guarded.</summary>
    public long? TaskId { get; init; }

    /// <summary>Failures since the last success.</summary>
    public int Failures { get; init; }

    /// <summary>How often it opened since it was last closed.</summary>
    public int Trips { get; init; }

    /// <summary>The latest failure.</summary>
    public DateTimeOffset LastFailureAt { get; init; }

    /// <summary>Until when it is, or was, open; missing while it is closed.</summary>
    public DateTimeOffset? OpenUntil { get; init; }

    /// <summary>The task that is out as a probe.</summary>
    public long? ProbeTaskId { get; init; }

    /// <summary>The epoch of the probe's grant.</summary>
    public int? ProbeEpoch { get; init; }

    /// <summary>The wire form of a breaker as it stands at an instant.</summary>
    public static BreakerWire Of(Breaker breaker, DateTimeOffset now) => new()
    {
        Scope = Words.Snake(breaker.Key.Scope),
        State = Words.Snake(breaker.StateAt(now.ToMicroseconds())),
        Agent = breaker.Key.Agent,
        Kind = breaker.Key.Kind,
        TaskId = breaker.Key.TaskId,
        Failures = breaker.Failures,
        Trips = breaker.Trips,
        LastFailureAt = UnixTime.FromMicroseconds(breaker.LastFailureUs),
        OpenUntil = breaker.OpenUntilUs is { } until ? UnixTime.FromMicroseconds(until) : null,
        ProbeTaskId = breaker.ProbeTaskId,
        ProbeEpoch = breaker.ProbeTaskId is null ? null : breaker.ProbeEpoch,
    };

    internal Breaker ToBreaker() =>
        new(new BreakerKey(Words.Parse<BreakerScope>(Scope, "scope"), Agent, Kind, TaskId))
        {
            Failures = Failures,
            Trips = Trips,
            LastFailureUs = LastFailureAt.ToMicroseconds(),
            OpenUntilUs = OpenUntil?.ToMicroseconds(),
            ProbeTaskId = ProbeTaskId,
            ProbeEpoch = ProbeEpoch ?? 0,
        };
}

/// <summary>Breakers with a failure to remember.</summary>
/// <param name="Breakers">By scope, agent, kind and task.</param>
public sealed record BreakerListWire(IReadOnlyList<BreakerWire> Breakers);

/// <summary>Closes a breaker: that of an agent, of an agent doing a kind, or of a task.</summary>
public sealed record ResetBreakerWire
{
    /// <summary>Whose.</summary>
    public string? Agent { get; init; }

    /// <summary>Doing tasks of this kind.</summary>
    public string? Kind { get; init; }

    /// <summary>The task guarded.</summary>
    public long? TaskId { get; init; }

    /// <summary>Who decides it; <c>api</c> when missing.</summary>
    public string? Actor { get; init; }

    /// <summary>For people.</summary>
    public string? Reason { get; init; }

    internal BreakerKey ToKey() => new(
        TaskId is not null ? BreakerScope.Task : Kind is not null ? BreakerScope.AgentKind : BreakerScope.Agent,
        Agent,
        Kind,
        TaskId);
}
