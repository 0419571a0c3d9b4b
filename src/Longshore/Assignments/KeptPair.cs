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
}

/// <summary>A task that is kept from an agent.</summary>
/// <param name="Agent">From whom.</param>
/// <param name="UntilUs">Until when, in microseconds since 1970; <see cref="long.MaxValue"/> means for good.</param>
/// <param name="Cause">Why.</param>
public readonly record struct KeptPair(string Agent, long UntilUs, KeptCause Cause);
