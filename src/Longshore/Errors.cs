namespace Longshore;

/// <summary>
/// What went wrong, as a stable word that programs may switch on. HTTP and CLI show it in snake_case.
/// </summary>
public enum ErrorCode
{
    /// <summary>A value given by the caller breaks a rule; <see cref="LongshoreException.Field"/> says which.</summary>
    InvalidInput,

    /// <summary>The task, agent or page named does not exist.</summary>
    NotFound,

    /// <summary>The code is taken by another task of the namespace.</summary>
    DuplicateCode,

    /// <summary>Another live task holds the unique key; the message names it.</summary>
    DuplicateTask,

    /// <summary>The idempotency key was used before with different content.</summary>
    IdempotencyKeyReused,

    /// <summary>The claim no longer holds: a later grant exists, or the task ended (G2).</summary>
    StaleClaim,

    /// <summary>The state machine refuses this operation in the task's present state.</summary>
    WrongState,

    /// <summary>The agent exists but may not take work now (blocked, draining, offline).</summary>
    AgentUnavailable,

    /// <summary>Nobody reviews work of their own.</summary>
    OwnWork,

    /// <summary>The reviewer has reviewed this work before.</summary>
    AlreadyReviewed,

    /// <summary>The task was handed off as often as the rules of its namespace allow.</summary>
    HopLimit,

    /// <summary>It is not for this agent to do: its own escalation, or somebody else's request.</summary>
    NotAllowed,

    /// <summary>No registered agent could ever do the task, and the rules refuse such tasks.</summary>
    NobodyCan,

    /// <summary>The server cannot take work now: stopping, or a bounded queue is full. Try again.</summary>
    Unavailable,

    /// <summary>As many tasks wait in the namespace as its rules allow. Try again when some are done.</summary>
    QueueFull,

    /// <summary>The store was written by a newer Longshore, or belongs to another process.</summary>
    StoreUnusable,
}

/// <summary>
/// The one exception of Longshore's public surface: says what is wrong, where, and what would be right.
/// </summary>
public sealed class LongshoreException : Exception
{
    /// <summary>Creates the error.</summary>
    /// <param name="code">The stable code.</param>
    /// <param name="message">One sentence for a person.</param>
    /// <param name="field">The input field at fault, in wire spelling (<c>tasks[3].payload</c>), if one is.</param>
    /// <param name="inner">The cause, if any.</param>
    public LongshoreException(ErrorCode code, string message, string? field = null, Exception? inner = null)
        : base(message, inner)
    {
        Code = code;
        Field = field;
    }

    /// <summary>The stable code.</summary>
    public ErrorCode Code { get; }

    /// <summary>The input field at fault, in wire spelling, if one is.</summary>
    public string? Field { get; }

    internal static LongshoreException Invalid(string field, string message) =>
        new(ErrorCode.InvalidInput, $"{field}: {message}", field);
}
