using Longshore.Assignments;
using Longshore.Sqlite.Interop;
using Longshore.Sqlite.Live;

namespace Longshore.Sqlite.Reading;

/// <summary>The columns of a breaker, in their one order.</summary>
internal static class BreakerColumns
{
    public static Statement Bind(this Statement statement, BreakerKey key, LiveIndex live) => statement
        .Bind((long)key.Scope).Bind(key.Agent is null ? 0 : live.IdOf(key.Agent) ?? 0).Bind(key.Kind ?? "")
        .Bind(key.TaskId ?? 0);

    public static Breaker ReadBreaker(this Statement row, LiveIndex live)
    {
        var scope = (BreakerScope)row.Int(0);
        var key = scope == BreakerScope.Task
            ? new BreakerKey(scope, TaskId: row.Long(3))
            : new BreakerKey(
                scope, live.NameOf(row.Long(1)), scope == BreakerScope.AgentKind ? row.Text(2) : null);
        return new Breaker(key)
        {
            Failures = row.Int(4),
            Trips = row.Int(5),
            LastFailureUs = row.Long(6),
            OpenUntilUs = row.LongOrNull(7),
            ProbeTaskId = row.LongOrNull(8),
            ProbeEpoch = row.Int(9),
        };
    }
}
