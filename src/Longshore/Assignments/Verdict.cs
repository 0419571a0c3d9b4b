namespace Longshore.Assignments;

/// <summary>What the end of a claim says of its agent.</summary>
internal enum Verdict
{
    /// <summary>Nothing: given back, postponed, called off, or the task's own fault.</summary>
    Nothing = 0,

    /// <summary>It does this well.</summary>
    Success = 1,

    /// <summary>It failed at this kind of task.</summary>
    Failure = 2,

    /// <summary>It let an offer run out: it may not be there at all.</summary>
    Missed = 3,
}
