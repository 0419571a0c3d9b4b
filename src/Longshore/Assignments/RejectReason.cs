namespace Longshore.Assignments;

/// <summary>Why an agent declines a task (S1.71). The text beside it says more; other needs one.</summary>
public enum RejectReason
{
    /// <summary>Anything else, as the text says.</summary>
    Other = 0,

    /// <summary>The agent should not judge this.</summary>
    ConflictOfInterest = 1,

    /// <summary>It is not clear what to do.</summary>
    UnclearInstructions = 2,

    /// <summary>Something needed is not there.</summary>
    MissingContext = 3,

    /// <summary>The agent does not know enough about it.</summary>
    OutsideExpertise = 4,

    /// <summary>No time.</summary>
    ScheduleConflict = 5,

    /// <summary>Tools do not work.</summary>
    TechnicalIssues = 6,
}

/// <summary>The wire words of reasons.</summary>
public static class RejectReasons
{
    /// <summary>The snake_case word.</summary>
    public static string ToWire(this RejectReason reason) => reason switch
    {
        RejectReason.Other => "other",
        RejectReason.ConflictOfInterest => "conflict_of_interest",
        RejectReason.UnclearInstructions => "unclear_instructions",
        RejectReason.MissingContext => "missing_context",
        RejectReason.OutsideExpertise => "outside_expertise",
        RejectReason.ScheduleConflict => "schedule_conflict",
        RejectReason.TechnicalIssues => "technical_issues",
        _ => throw new ArgumentOutOfRangeException(nameof(reason), reason, null),
    };
}
