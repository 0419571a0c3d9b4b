namespace Longshore.Assignments;

/// <summary>The record of one agent holding one task: live, or ended.</summary>
/// <param name="TaskId">The task.</param>
/// <param name="Epoch">Which grant.</param>
/// <param name="Agent">Who holds or held it.</param>
/// <param name="GrantedAt">From.</param>
/// <param name="EndedAt">To; null while it is live.</param>
/// <param name="Status">Where it is in its life.</param>
/// <param name="Error">Why, if it ended badly or before its time.</param>
/// <param name="Reason">Why it was rejected, if it was.</param>
public sealed record Assignment(
    long TaskId,
    int Epoch,
    string Agent,
    DateTimeOffset GrantedAt,
    DateTimeOffset? EndedAt,
    AssignmentStatus Status,
    string? Error,
    RejectReason? Reason = null)
{
    /// <summary>
    /// More about the error, such as the stack of an exception; told with the assignments of one task only.
    /// </summary>
    public string? ErrorDetail { get; init; }
}
