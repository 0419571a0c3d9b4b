namespace Longshore.Assignments;

/// <summary>The lifecycle of assignments: one pure table. What it does not allow is refused by name (T1.3).</summary>
public static class AssignmentTransitions
{
    private static readonly AssignmentStatus[] EndsOfOffers =
    [
        AssignmentStatus.Rejected, AssignmentStatus.Expired, AssignmentStatus.Reassigned,
        AssignmentStatus.Released, AssignmentStatus.Cancelled,
    ];

    private static readonly AssignmentStatus[] EndsOfWork =
    [
        .. EndsOfOffers, AssignmentStatus.Submitted, AssignmentStatus.Failed, AssignmentStatus.Snoozed,
        AssignmentStatus.HandedOff,
    ];

    private static readonly AssignmentStatus[] EndsOfHolds =
    [
        AssignmentStatus.Expired, AssignmentStatus.Reassigned, AssignmentStatus.Released, AssignmentStatus.Cancelled,
    ];

    /// <summary>Whether an assignment may go from one status to another. Final statuses go nowhere.</summary>
    public static bool Allows(AssignmentStatus from, AssignmentStatus to) => from switch
    {
        AssignmentStatus.Assigned => to is AssignmentStatus.Accepted or AssignmentStatus.InProgress
            || EndsOfOffers.Contains(to),
        AssignmentStatus.Accepted => to is AssignmentStatus.InProgress or AssignmentStatus.Blocked
            || EndsOfWork.Contains(to),
        AssignmentStatus.InProgress => to == AssignmentStatus.Blocked || EndsOfWork.Contains(to),
        AssignmentStatus.Blocked => to == AssignmentStatus.InProgress || EndsOfHolds.Contains(to),
        _ => false,
    };

    /// <summary>Why it may not, for people.</summary>
    public static string Refusal(AssignmentStatus from, AssignmentStatus to) => from switch
    {
        AssignmentStatus.Assigned when !EndsOfOffers.Contains(to) =>
            $"the offer is not accepted yet; accept it before it can be {to.ToWire()}",
        AssignmentStatus.Blocked =>
            $"the task is blocked; resolve or cancel its blockers before it can be {to.ToWire()}",
        _ when from.IsLive() => $"an assignment that is {from.ToWire()} cannot become {to.ToWire()}",
        _ => $"the assignment is {from.ToWire()}, which is final",
    };
}
