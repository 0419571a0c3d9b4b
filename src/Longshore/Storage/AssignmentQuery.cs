using Longshore.Assignments;
using Longshore.Tasks;

namespace Longshore.Storage;

/// <summary>Which assignments to list, ordered by task and grant. Filters combine with "and".</summary>
public sealed record AssignmentQuery
{
    /// <summary>Only of this agent.</summary>
    public string? Agent { get; init; }

    /// <summary>Only of this task.</summary>
    public long? TaskId { get; init; }

    /// <summary>
    /// Only these statuses; empty means any. Live ones are found at once; ended ones of an agent cost a walk over what
    /// is kept.
    /// </summary>
    public IReadOnlyList<AssignmentStatus> Statuses { get; init; } = [];

    /// <summary>The <see cref="Page{T}.Next"/> of the page before.</summary>
    public string? After { get; init; }

    /// <summary>Items on the page, 1 to <see cref="Limits.PageMax"/>.</summary>
    public int Limit { get; init; } = 50;
}
