using Longshore.Tasks;

namespace Longshore.Schedules;

/// <summary>
/// A rhythm in which tasks are enqueued: once per tick, however many nodes share the store. Exactly one of
/// <see cref="Cron"/> and <see cref="Every"/> is given.
/// </summary>
public sealed record Schedule
{
    /// <summary>Unique in its namespace.</summary>
    public required string Name { get; init; }

    /// <summary>Tenant, project or queue family, of the schedule and of its tasks.</summary>
    public string Namespace { get; init; } = "default";

    /// <summary>
    /// What is enqueued. Its metadata gains <c>schedule</c> and <c>tick</c>; it has no code, idempotency key, ready
    /// instant or deadline of its own.
    /// </summary>
    public required NewTask Task { get; init; }

    /// <summary>When, as a <see cref="CronExpression"/>.</summary>
    public string? Cron { get; init; }

    /// <summary>By which clocks the cron expression is read: an IANA name such as <c>Europe/Paris</c>.</summary>
    public string TimeZone { get; init; } = "UTC";

    /// <summary>Time between two ticks, at least <see cref="Limits.ScheduleEveryMin"/>.</summary>
    public TimeSpan? Every { get; init; }

    /// <summary>An interval begins with a tick at once instead of after its first span (S2.38).</summary>
    public bool StartAtOnce { get; init; }

    /// <summary>
    /// Tasks become ready up to so much after the tick, spread evenly but always alike for the same tick, so that many
    /// schedules of midnight do not all begin at midnight.
    /// </summary>
    public TimeSpan Jitter { get; init; }

    /// <summary>What becomes of missed ticks.</summary>
    public MisfirePolicy Misfire { get; init; }

    /// <summary>A tick that fires later than this was missed; a minute by default.</summary>
    public TimeSpan MisfireAfter { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>A task expires so long after its tick.</summary>
    public TimeSpan? ExpireAfter { get; init; }

    /// <summary>It does not tick until resumed. What would have ticked meanwhile is not made up for.</summary>
    public bool IsPaused { get; init; }
}

/// <summary>A schedule as it stands.</summary>
/// <param name="Definition">What was decided.</param>
/// <param name="Version">Grows with each change.</param>
/// <param name="NextTick">When it ticks next; null when paused.</param>
/// <param name="LastTick">Which tick fired last; null when none did.</param>
/// <param name="LastTaskId">The task that the last tick enqueued.</param>
/// <param name="Ticks">How many tasks it enqueued.</param>
public sealed record ScheduleStatus(
    Schedule Definition, long Version, DateTimeOffset? NextTick, DateTimeOffset? LastTick, long? LastTaskId,
    long Ticks);
