using Longshore.Schedules;
using Longshore.Tasks;

namespace Longshore.Tests.Schedules;

public sealed class ScheduleValidationTests
{
    private static readonly NewTask Task = new() { Kind = "k" };
    private static readonly Schedule Good = new() { Name = "s", Cron = "@daily", Task = Task };

    public static TheoryData<Schedule, string, string> Bad => new()
    {
        { Good with { Name = " " }, "name", "is required and cannot be blank" },
        { Good with { Name = "a/b" }, "name", "'a/b' contains a slash, which a path cannot hold" },
        { Good with { Cron = null }, "cron", "give cron, or every_seconds" },
        { Good with { Every = TimeSpan.FromHours(1) }, "cron", "give cron or every_seconds, not both" },
        {
            Good with { Cron = null, Every = TimeSpan.FromMilliseconds(999) }, "every_seconds",
            "must be from 1 to 315360000 seconds"
        },
        {
            Good with { TimeZone = "Mars/Base" }, "time_zone",
            "'Mars/Base' is no time zone; use an IANA name such as Europe/Paris, or UTC"
        },
        {
            Good with { StartAtOnce = true }, "start_at_once",
            "cannot be given: it belongs to every_seconds; cron says when itself"
        },
        {
            Good with { Jitter = TimeSpan.FromDays(2) }, "jitter_seconds", "must be from 0 to 86400 seconds, not 172800"
        },
        {
            Good with { Jitter = TimeSpan.FromHours(1), ExpireAfter = TimeSpan.FromHours(1) }, "expire_after_seconds",
            "must be longer than the jitter: a task would expire before it is ready"
        },
        {
            Good with { Task = Task with { Code = "c" } }, "task.code",
            "cannot be given: each tick makes a task of its own"
        },
        {
            Good with { Task = Task with { IdempotencyKey = "c" } }, "task.idempotency_key",
            "cannot be given: the tick is the key"
        },
        {
            Good with { Task = Task with { Namespace = "other" } }, "task.namespace",
            "is 'other', the schedule's 'default'; leave it out"
        },
        { Good with { Task = Task with { Priority = 11 } }, "task.priority", "must be from 0 to 10, not 11" },
    };

    [Theory]
    [MemberData(nameof(Bad))]
    public void Says_what_is_wrong(Schedule schedule, string field, string message) =>
        ((Action)(() => Checked(schedule))).ShouldBeRefused(field, message);

    [Fact]
    public void The_task_takes_the_namespace_of_its_schedule() =>
        Checked(Good with { Namespace = "n" }).Task.Namespace.ShouldBe("n");

    private static Schedule Checked(Schedule schedule) =>
        ScheduleValidation.Checked(schedule, DateTimeOffset.UnixEpoch);
}
