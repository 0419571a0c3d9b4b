namespace Longshore.Engine;

/// <summary>Why a claim ended without its holder's doing.</summary>
internal enum LossCause
{
    /// <summary>Its lease ran out.</summary>
    Lease = 0,

    /// <summary>Its agent registered under a new session.</summary>
    Session = 1,

    /// <summary>The task's deadline passed.</summary>
    Deadline = 2,

    /// <summary>Somebody called the task off.</summary>
    Cancelled = 3,

    /// <summary>The agent signed off and gave it back.</summary>
    SignedOff = 4,

    /// <summary>An administrator took it away.</summary>
    Evicted = 5,

    /// <summary>Its holder passed the task on.</summary>
    HandedOff = 6,
}
