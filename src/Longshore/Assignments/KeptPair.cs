namespace Longshore.Assignments;

/// <summary>Why a task is kept from an agent for a while.</summary>
public enum KeptCause
{
    /// <summary>The agent rejected it.</summary>
    Rejected = 0,

    /// <summary>The agent let an offer of it run out.</summary>
    Missed = 1,

    /// <summary>An administrator took it from the agent.</summary>
    Evicted = 2,

    /// <summary>The agent handed it off, and nobody has taken it yet; its whole principal is kept from it.</summary>
    HandedOff = 3,
}

/// <summary>A task that is kept from an agent.</summary>
/// <param name="Agent">From whom.</param>
/// <param name="UntilUs">Until when, in microseconds since 1970; <see cref="long.MaxValue"/> means for good.</param>
/// <param name="Cause">Why.</param>
/// <param name="Principal">Who stands behind the agent, where that is kept from it too.</param>
public readonly record struct KeptPair(string Agent, long UntilUs, KeptCause Cause, string? Principal = null)
{
    /// <summary>Whether this keeps the task from an agent at an instant.</summary>
    internal bool KeepsFrom(string agent, string? principal, long nowUs) => UntilUs > nowUs
        && (Agent == agent || (Cause == KeptCause.HandedOff && Principal is not null && Principal == principal));
}
