using Longshore.Assignments;
using Longshore.Matching;
using Longshore.Tasks;

namespace Longshore.Postgres.Verbs;

/// <summary>The stage tables.</summary>
internal enum Stage
{
    Ready,
    Claims,
    Deferred,
    Parked,
    Finished,
}

/// <summary>Where a task is: its row in a stage table, and what its body says about attempts.</summary>
internal sealed record Standing(Stage Stage, TaskState State, Place Place)
{
    /// <summary>Deferred, or quarantined by its breaker: until when.</summary>
    public long? UntilUs { get; init; }

    /// <summary>Held: offered, accepted or in progress.</summary>
    public AssignmentStatus Status { get; init; }

    /// <summary>Held: the live claim. Finished: the claim that ended with the task, if one did.</summary>
    public ClaimRecord? Claim { get; init; }

    /// <summary>Held: until when.</summary>
    public long LeaseUs { get; init; }

    /// <summary>Blocked: how long its lease will be.</summary>
    public long PausedUs { get; init; }

    /// <summary>Handed off, or offered so: the class to which it goes back.</summary>
    public int? OwnClass { get; init; }

    /// <summary>What it is unique by, if it is.</summary>
    public byte[]? Digest { get; init; }

    /// <summary>Unique only until it is first given to an agent.</summary>
    public bool Unstarted { get; init; }

    /// <summary>Ended: who has its unique key meanwhile.</summary>
    public long? Rival { get; init; }

    /// <summary>Finished: who held it then.</summary>
    public int? AgentId { get; init; }

    /// <summary>Finished: when.</summary>
    public long EndedUs { get; init; }

    public JsonText Result { get; init; }

    public string? Error { get; init; }

    public string Namespace { get; init; } = "";

    public string Kind { get; init; } = "";

    public int MaxAttempts { get; init; }

    public RetryPolicy Retry { get; init; } = RetryPolicy.Default;

    /// <summary>
    /// False once an offer ran out, or the lease of a task that refuses late writes; others hold until somebody notices
    /// (G2).
    /// </summary>
    public bool HoldsAt(int epoch, long nowUs) => Stage == Stage.Claims && Place.Epoch == epoch
        && ((!IsOffer && (Place.Flags & PlaceFlags.RejectLate) == 0) || LeaseUs > nowUs);

    public bool IsOffer => Status == AssignmentStatus.Assigned;
}

/// <summary>A claim: live, or ended, when it has an outcome.</summary>
internal sealed record ClaimRecord(long TaskId, int Epoch, int AgentId, string Agent, long GrantedUs, bool Single)
{
    public long EndedUs { get; init; }

    public AssignmentStatus Outcome { get; init; }

    public string? Error { get; init; }

    public RejectReason? Reason { get; init; }

    public string? Key { get; init; }

    /// <summary>It counts among the failures of its agent on this task.</summary>
    public bool IsFailure =>
        Outcome == AssignmentStatus.Failed || (Outcome == AssignmentStatus.Expired && Single);
}
