using Longshore.Assignments;
using Npgsql;

namespace Longshore.Postgres.Reading;

/// <summary>The columns of a breaker, in the one order in which every query asks for them.</summary>
internal static class BreakerColumns
{
    /// <summary>Failures, trips, latest failure, until when it is open, the probe's task and epoch.</summary>
    public static Breaker Breaker(this NpgsqlDataReader row, int from, BreakerKey key) => new(key)
    {
        Failures = row.GetInt32(from),
        Trips = row.GetInt32(from + 1),
        LastFailureUs = row.GetInt64(from + 2),
        OpenUntilUs = row.LongOrNull(from + 3),
        ProbeTaskId = row.LongOrNull(from + 4),
        ProbeEpoch = row.GetInt32(from + 5),
    };

    /// <summary>The same without a probe, if there is one: a task's.</summary>
    public static Breaker? TaskBreakerOrNull(this NpgsqlDataReader row, int from, long taskId) => row.IsDBNull(from)
        ? null
        : new Breaker(new BreakerKey(BreakerScope.Task, TaskId: taskId))
        {
            Failures = row.GetInt32(from),
            Trips = row.GetInt32(from + 1),
            LastFailureUs = row.GetInt64(from + 2),
            OpenUntilUs = row.LongOrNull(from + 3),
        };
}
