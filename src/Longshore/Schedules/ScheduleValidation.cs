using Longshore.Tasks;

namespace Longshore.Schedules;

/// <summary>The boundary for schedules: what passes here can tick.</summary>
internal static class ScheduleValidation
{
    /// <summary>Checks a schedule and brings its task to canonical form.</summary>
    /// <exception cref="LongshoreException">invalid_input: what is wrong, where, and what would be right.</exception>
    public static Schedule Checked(Schedule schedule, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        TaskValidation.Word(schedule.Name, "name");
        TaskValidation.Word(schedule.Namespace, "namespace");
        if (schedule.Name.Contains('/', StringComparison.Ordinal))
        {
            throw LongshoreException.Invalid("name", $"'{schedule.Name}' contains a slash, which a path cannot hold");
        }

        CheckTimes(schedule);
        if (!Enum.IsDefined(schedule.Misfire))
        {
            throw LongshoreException.Invalid("misfire", "is none of one, skip, all");
        }

        CheckSpan(schedule.Jitter, "jitter_seconds");
        CheckSpan(schedule.MisfireAfter, "misfire_after_seconds");
        TaskValidation.Duration(schedule.ExpireAfter, "expire_after_seconds");
        if (schedule.ExpireAfter <= schedule.Jitter)
        {
            throw LongshoreException.Invalid(
                "expire_after_seconds", "must be longer than the jitter: a task would expire before it is ready");
        }

        var task = schedule.Task ?? throw LongshoreException.Invalid("task", "is required");
        Forbid(task.Code is not null, "task.code", "each tick makes a task of its own");
        Forbid(task.IdempotencyKey is not null, "task.idempotency_key", "the tick is the key");
        Forbid(task.ReadyAt is not null, "task.ready_at", "a task is ready at its tick; spread ticks by a jitter");
        Forbid(task.Deadline is not null, "task.deadline", "use expire_after_seconds, counted from the tick");
        if (task.Namespace != schedule.Namespace && task.Namespace != "default")
        {
            throw LongshoreException.Invalid(
                "task.namespace", $"is '{task.Namespace}', the schedule's '{schedule.Namespace}'; leave it out");
        }

        var kept = TaskValidation.Checked(task with { Namespace = schedule.Namespace }, now, "task.");

        // With what a tick adds it must still be a valid task.
        TaskValidation.Range(kept.Metadata.Count, 0, Limits.MetadataMax - 2, "task.metadata.length");
        return schedule with { Task = kept, Cron = schedule.Cron?.Trim() };
    }

    private static void CheckTimes(Schedule schedule)
    {
        if (schedule.Cron is null == schedule.Every is null)
        {
            throw LongshoreException.Invalid(
                "cron", schedule.Cron is null ? "give cron, or every_seconds" : "give cron or every_seconds, not both");
        }

        if (schedule.Every is { } every)
        {
            if (every < Limits.ScheduleEveryMin || every > Limits.DurationMax)
            {
                throw LongshoreException.Invalid(
                    "every_seconds",
                    $"must be from {Limits.ScheduleEveryMin.TotalSeconds:0} to {Limits.DurationMax.TotalSeconds:0} "
                    + "seconds");
            }

            return;
        }

        CronExpression.Parse(schedule.Cron!);
        Forbid(schedule.StartAtOnce, "start_at_once", "it belongs to every_seconds; cron says when itself");
        if (!TimeZoneInfo.TryFindSystemTimeZoneById(schedule.TimeZone ?? "", out _))
        {
            throw LongshoreException.Invalid(
                "time_zone", $"'{schedule.TimeZone}' is no time zone; use an IANA name such as Europe/Paris, or UTC");
        }
    }

    private static void CheckSpan(TimeSpan span, string field)
    {
        if (span < TimeSpan.Zero || span > Limits.LeaseMax)
        {
            throw LongshoreException.Invalid(
                field, $"must be from 0 to {Limits.LeaseMax.TotalSeconds:0} seconds, not {span.TotalSeconds}");
        }
    }

    private static void Forbid(bool isThere, string field, string why)
    {
        if (isThere)
        {
            throw LongshoreException.Invalid(field, "cannot be given: " + why);
        }
    }
}
