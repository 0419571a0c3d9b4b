using Longshore.Schedules;

namespace Longshore.Client.Wire;

/// <summary>A schedule to make. Durations are seconds; what is missing is as it is by default.</summary>
public record ScheduleWire
{
    /// <summary>Unique in its namespace; the path says it over HTTP.</summary>
    public string? Name { get; init; }

    /// <summary>Of the schedule and its tasks; the path says it over HTTP.</summary>
    public string? Namespace { get; init; }

    /// <summary>What is enqueued at each tick.</summary>
    public required NewTaskWire Task { get; init; }

    /// <summary>When: minute hour day-of-month month day-of-week, with seconds in front if wanted.</summary>
    public string? Cron { get; init; }

    /// <summary>By which clocks the cron expression is read; UTC when missing.</summary>
    public string? TimeZone { get; init; }

    /// <summary>Time between ticks, instead of a cron expression.</summary>
    public double? EverySeconds { get; init; }

    /// <summary>An interval begins with a tick at once.</summary>
    public bool? StartAtOnce { get; init; }

    /// <summary>Tasks become ready up to so much after the tick.</summary>
    public double? JitterSeconds { get; init; }

    /// <summary>What becomes of missed ticks: one, skip or all.</summary>
    public string? Misfire { get; init; }

    /// <summary>A tick that fires later than this was missed; 60 when missing.</summary>
    public double? MisfireAfterSeconds { get; init; }

    /// <summary>A task expires so long after its tick.</summary>
    public double? ExpireAfterSeconds { get; init; }

    /// <summary>It does not tick until resumed.</summary>
    public bool? Paused { get; init; }

    /// <summary>Grows with each change; when it is sent, only that version is replaced, 0 meaning none.</summary>
    public long? Version { get; init; }

    /// <summary>The schedule meant.</summary>
    /// <exception cref="LongshoreException">invalid_input.</exception>
    public Schedule ToSchedule()
    {
        var usual = new Schedule { Name = Name ?? "", Task = Task.ToNewTask("task.") };
        return usual with
        {
            Namespace = Namespace ?? usual.Namespace,
            Cron = Cron,
            TimeZone = TimeZone ?? usual.TimeZone,
            Every = Words.SecondsOrNull(EverySeconds, "every_seconds"),
            StartAtOnce = StartAtOnce ?? usual.StartAtOnce,
            Jitter = Words.SecondsOrNull(JitterSeconds, "jitter_seconds") ?? usual.Jitter,
            Misfire = Misfire is null ? usual.Misfire : Words.Parse<MisfirePolicy>(Misfire, "misfire"),
            MisfireAfter = Words.SecondsOrNull(MisfireAfterSeconds, "misfire_after_seconds") ?? usual.MisfireAfter,
            ExpireAfter = Words.SecondsOrNull(ExpireAfterSeconds, "expire_after_seconds"),
            IsPaused = Paused ?? usual.IsPaused,
        };
    }

    /// <summary>The wire form of a schedule to make.</summary>
    public static ScheduleWire Of(Schedule schedule) =>
        Fill(new ScheduleWire { Task = NewTaskWire.Of(schedule.Task) }, schedule);

    private protected static T Fill<T>(T wire, Schedule schedule)
        where T : ScheduleWire => wire with
        {
            Name = schedule.Name,
            Namespace = schedule.Namespace,
            Cron = schedule.Cron,
            TimeZone = schedule.TimeZone,
            EverySeconds = schedule.Every?.TotalSeconds,
            StartAtOnce = schedule.StartAtOnce,
            JitterSeconds = schedule.Jitter.TotalSeconds,
            Misfire = Words.Snake(schedule.Misfire),
            MisfireAfterSeconds = schedule.MisfireAfter.TotalSeconds,
            ExpireAfterSeconds = schedule.ExpireAfter?.TotalSeconds,
            Paused = schedule.IsPaused,
        };
}

/// <summary>A schedule as it stands.</summary>
public sealed record ScheduleStatusWire : ScheduleWire
{
    /// <summary>When it ticks next; missing when it rests.</summary>
    public DateTimeOffset? NextTick { get; init; }

    /// <summary>Which tick fired last.</summary>
    public DateTimeOffset? LastTick { get; init; }

    /// <summary>The task that it enqueued.</summary>
    public long? LastTaskId { get; init; }

    /// <summary>How many tasks it enqueued.</summary>
    public long Ticks { get; init; }

    /// <summary>The wire form of a schedule.</summary>
    public static ScheduleStatusWire Of(ScheduleStatus status) => Fill(
        new ScheduleStatusWire { Task = NewTaskWire.Of(status.Definition.Task) }, status.Definition) with
    {
        Version = status.Version,
        NextTick = status.NextTick,
        LastTick = status.LastTick,
        LastTaskId = status.LastTaskId,
        Ticks = status.Ticks,
    };

    /// <summary>The schedule meant.</summary>
    public ScheduleStatus ToStatus() => new(ToSchedule(), Version ?? 0, NextTick, LastTick, LastTaskId, Ticks);
}

/// <summary>What was enqueued out of turn.</summary>
/// <param name="TaskId">The task.</param>
public sealed record TriggeredWire(long TaskId);

/// <summary>Coming ticks.</summary>
/// <param name="Ticks">In order, in UTC.</param>
public sealed record TickListWire(IReadOnlyList<DateTimeOffset> Ticks);
