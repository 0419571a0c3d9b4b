namespace Longshore.Schedules;

/// <summary>What becomes of ticks at which nobody could fire: no node ran, or the queue was full.</summary>
public enum MisfirePolicy
{
    /// <summary>The latest missed tick fires once, late.</summary>
    One = 0,

    /// <summary>Missed ticks never fire.</summary>
    Skip = 1,

    /// <summary>All of them fire, late: the latest hundred (<see cref="Tasks.Limits.MisfiresMax"/>).</summary>
    All = 2,
}
