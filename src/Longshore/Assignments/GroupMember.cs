namespace Longshore.Assignments;

/// <summary>
/// Somebody who does or did one task of a group; rejected, expired and failed work does not count (T1.10).
/// </summary>
/// <param name="TaskId">The task.</param>
/// <param name="Step">Its step.</param>
/// <param name="Agent">Who.</param>
/// <param name="Principal">Who stands behind the agent now.</param>
/// <param name="IsDone">True when the task is done, false while it is held.</param>
public sealed record GroupMember(long TaskId, string? Step, string Agent, string? Principal, bool IsDone);
