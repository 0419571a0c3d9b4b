using Longshore.Sqlite.Interop;
using Longshore.Tasks;
using Longshore.Workflows;

namespace Longshore.Sqlite.Reading;

/// <summary>The columns of runs and their steps, in the one order in which every query asks for them.</summary>
internal static class RunRows
{
    public static WorkflowRun ReadRun(this Statement row) => new()
    {
        Id = row.Long(0),
        Namespace = row.Text(1)!,
        Code = row.Text(2)!,
        Workflow = row.Text(3)!,
        Version = row.Int(4),
        Input = row.Json(5),
        OnFailure = (FailurePolicy)row.Int(6),
        State = (RunState)row.Int(7),
        Reason = row.Text(8),
        Steps = row.Int(9),
        Open = row.Int(10),
        Failed = row.Int(11),
        CorrelationId = row.Text(12),
        StartedAt = UnixTime.FromMicroseconds(row.Long(13)),
        EndedAt = row.LongOrNull(14) is { } ended ? UnixTime.FromMicroseconds(ended) : null,
        Cancelled = row.Int(15),
        Batch = (BatchStage)row.Int(16),
    };

    public static RunStep ReadStep(this Statement row) => new()
    {
        TaskId = row.Long(0),
        RunId = row.Long(1),
        Place = row.Int(2),
        Name = row.Text(3)!,
        Role = (StepRole)row.Int(4),
        Outcome = (StepOutcome)row.Int(5),
        Open = row.Int(6),
        Led = row.Int(7),
        Of = row.LongOrNull(8),
        Asked = row.Int(9),
        Terms = StepTerms.Read(row.Bytes(10)),
    };

    /// <summary>Reads the one row there may be.</summary>
    public static T? One<T>(this Statement statement, Func<Statement, T> read)
        where T : class
    {
        var found = statement.Read() ? read(statement) : null;
        statement.Reset();
        return found;
    }

    /// <summary>Reads every row.</summary>
    public static List<T> All<T>(this Statement statement, Func<Statement, T> read)
    {
        var all = new List<T>();
        while (statement.Read())
        {
            all.Add(read(statement));
        }

        return all;
    }
}
