using Longshore.Events;
using Longshore.Storage;
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

/// <summary>The record of one ended claim.</summary>
/// <param name="Epoch">Which grant.</param>
/// <param name="Agent">Who held it.</param>
/// <param name="GrantedAt">From.</param>
/// <param name="EndedAt">To.</param>
/// <param name="Outcome">submitted, failed, expired, released, snoozed or cancelled.</param>
/// <param name="Error">Why, if it ended badly.</param>
public sealed record AssignmentWire(
    int Epoch, string Agent, DateTimeOffset GrantedAt, DateTimeOffset EndedAt, string Outcome, string? Error)
{
    internal static AssignmentWire Of(Assignment a) =>
        new(a.Epoch, a.Agent, a.GrantedAt, a.EndedAt, Words.Snake(a.Outcome), a.Error);

    internal Assignment ToAssignment(long taskId) =>
        new(taskId, Epoch, Agent, GrantedAt, EndedAt, Words.Parse<AssignmentOutcome>(Outcome, "outcome"), Error);
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
