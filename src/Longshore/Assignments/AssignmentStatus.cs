namespace Longshore.Assignments;

/// <summary>Where an assignment, the record of one agent holding one task, is in its life (S1.31).</summary>
public enum AssignmentStatus
{
    /// <summary>Completed. Final.</summary>
    Submitted = 0,

    /// <summary>Failed by its holder. Final.</summary>
    Failed = 1,

    /// <summary>An offer or lease ran out, or session or task ended under it. Final.</summary>
    Expired = 2,

    /// <summary>Given back. Final.</summary>
    Released = 3,

    /// <summary>Postponed. Final.</summary>
    Snoozed = 4,

    /// <summary>The task was called off. Final.</summary>
    Cancelled = 5,

    /// <summary>Declined by its agent, with a reason. Final.</summary>
    Rejected = 6,

    /// <summary>Taken away by an administrator. Final.</summary>
    Reassigned = 7,

    /// <summary>Passed on to another capability or agent. Final.</summary>
    HandedOff = 8,

    /// <summary>Offered, not yet accepted. Live.</summary>
    Assigned = 16,

    /// <summary>Accepted, not yet started. Live.</summary>
    Accepted = 17,

    /// <summary>Being worked on. Live.</summary>
    InProgress = 18,

    /// <summary>Waits for help, with its lease paused. Live.</summary>
    Blocked = 19,
}

/// <summary>Facts about statuses that code and wire share.</summary>
public static class AssignmentStatuses
{
    /// <summary>True for assigned, accepted, in_progress and blocked: the agent holds the task.</summary>
    public static bool IsLive(this AssignmentStatus status) => status >= AssignmentStatus.Assigned;

    /// <summary>The snake_case word; every status has one, and each reads back (T1.2).</summary>
    public static string ToWire(this AssignmentStatus status) => status switch
    {
        AssignmentStatus.Submitted => "submitted",
        AssignmentStatus.Failed => "failed",
        AssignmentStatus.Expired => "expired",
        AssignmentStatus.Released => "released",
        AssignmentStatus.Snoozed => "snoozed",
        AssignmentStatus.Cancelled => "cancelled",
        AssignmentStatus.Rejected => "rejected",
        AssignmentStatus.Reassigned => "reassigned",
        AssignmentStatus.HandedOff => "handed_off",
        AssignmentStatus.Assigned => "assigned",
        AssignmentStatus.Accepted => "accepted",
        AssignmentStatus.InProgress => "in_progress",
        AssignmentStatus.Blocked => "blocked",
        _ => throw new ArgumentOutOfRangeException(nameof(status), status, null),
    };
}
