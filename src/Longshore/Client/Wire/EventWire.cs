using Longshore.Assignments;
using Longshore.Events;
using Longshore.Tasks;

namespace Longshore.Client.Wire;

/// <summary>Something that happened.</summary>
public sealed record EventWire
{
    /// <summary>Grows along the log; resume after it.</summary>
    public required long Position { get; init; }

    /// <summary>When.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>What.</summary>
    public required string Type { get; init; }

    /// <summary>agent, system or human.</summary>
    public required string ActorType { get; init; }

    /// <summary>Who.</summary>
    public required string Actor { get; init; }

    /// <summary>The task concerned.</summary>
    public long? TaskId { get; init; }

    /// <summary>Details.</summary>
    public JsonText? Payload { get; init; }

    /// <summary>Cause.</summary>
    public string? CorrelationId { get; init; }

    internal static EventWire Of(EventRecord happened) => new()
    {
        Position = happened.Position,
        At = happened.At,
        Type = happened.Type,
        ActorType = Words.Snake(happened.ActorType),
        Actor = happened.Actor,
        TaskId = happened.TaskId,
        Payload = happened.Payload.IsNone ? null : happened.Payload,
        CorrelationId = happened.CorrelationId,
    };

    internal EventRecord ToEvent() => new(
        Position,
        At,
        Type,
        Words.Parse<ActorType>(ActorType, "actor_type"),
        Actor,
        TaskId,
        Payload ?? default,
        CorrelationId);
}

/// <summary>Events, in order.</summary>
/// <param name="Events">The events.</param>
public sealed record EventListWire(IReadOnlyList<EventWire> Events);

/// <summary>The record of one agent holding one task.</summary>
/// <param name="TaskId">The task.</param>
/// <param name="Epoch">Which grant.</param>
/// <param name="Agent">Who holds or held it.</param>
/// <param name="GrantedAt">From.</param>
/// <param name="EndedAt">To; missing while it is live.</param>
/// <param name="Status">
/// assigned, accepted, in_progress; submitted, failed, expired, released, snoozed, cancelled, rejected, reassigned or
/// handed_off.
/// </param>
/// <param name="Error">Why, if it ended badly.</param>
/// <param name="Reason">Why it was rejected, if it was.</param>
public sealed record AssignmentWire(
    long TaskId, int Epoch, string Agent, DateTimeOffset GrantedAt, DateTimeOffset? EndedAt, string Status,
    string? Error, string? Reason)
{
    /// <summary>More about the error, such as a stack; with the assignments of one task only.</summary>
    public string? ErrorDetail { get; init; }

    internal static AssignmentWire Of(Assignment a) =>
        new(a.TaskId, a.Epoch, a.Agent, a.GrantedAt, a.EndedAt, a.Status.ToWire(), a.Error, a.Reason?.ToWire())
        {
            ErrorDetail = a.ErrorDetail,
        };

    internal Assignment ToAssignment() => new(
        TaskId, Epoch, Agent, GrantedAt, EndedAt, Words.Parse<AssignmentStatus>(Status, "status"), Error,
        Reason is null ? null : Words.Parse<RejectReason>(Reason, "reason"))
    { ErrorDetail = ErrorDetail };
}

/// <summary>The ended claims of a task.</summary>
/// <param name="Assignments">Oldest first.</param>
public sealed record AssignmentListWire(IReadOnlyList<AssignmentWire> Assignments);

/// <summary>An error (RFC 9457).</summary>
public sealed record ProblemWire
{
    /// <summary>Always <c>about:blank</c>: the code says it all.</summary>
    public string Type { get; init; } = "about:blank";

    /// <summary>The error in two or three words.</summary>
    public string? Title { get; init; }

    /// <summary>The HTTP status.</summary>
    public int Status { get; init; }

    /// <summary>What is wrong, where, and what would be right.</summary>
    public string? Detail { get; init; }

    /// <summary>The stable code: <c>invalid_input</c>, <c>stale_claim</c> …</summary>
    public string? Code { get; init; }

    /// <summary>The field at fault.</summary>
    public string? Field { get; init; }
}
