using Longshore.Workflows;
using Npgsql;

namespace Longshore.Postgres.Reading;

/// <summary>The columns of runs and their steps, in the one order in which every query asks for them.</summary>
internal static class RunColumns
{
    /// <summary>Whether no step of the run has a condition or overlaps.</summary>
    public const int PlainAt = 15;

    public static WorkflowRun Run(NpgsqlDataReader row) => new()
    {
        Id = row.GetInt64(0),
        Namespace = row.GetString(1),
        Code = row.GetString(2),
        Workflow = row.GetString(3),
        Version = row.GetInt32(4),
        Input = row.Json(5),
        OnFailure = (FailurePolicy)row.GetInt16(6),
        State = (RunState)row.GetInt16(7),
        Reason = row.TextOrNull(8),
        Steps = row.GetInt32(9),
        Open = row.GetInt32(10),
        Failed = row.GetInt32(11),
        CorrelationId = row.TextOrNull(12),
        StartedAt = row.Instant(13),
        EndedAt = row.InstantOrNull(14),
        Cancelled = row.GetInt32(16),
        Batch = (BatchStage)row.GetInt16(17),
    };

    public static RunStep Step(NpgsqlDataReader row) => new()
    {
        TaskId = row.GetInt64(0),
        RunId = row.GetInt64(1),
        Place = row.GetInt32(2),
        Name = row.GetString(3),
        Role = (StepRole)row.GetInt16(4),
        Outcome = (StepOutcome)row.GetInt16(5),
        Open = row.GetInt32(6),
        Led = row.GetInt32(7),
        Of = row.LongOrNull(8),
        Asked = row.GetInt32(9),
        Terms = row.IsDBNull(10) ? StepTerms.Usual : StepTerms.Read(row.GetFieldValue<byte[]>(10)),
    };

    public static (long TaskId, long DependsOn) Dependency(NpgsqlDataReader row) => (row.GetInt64(0), row.GetInt64(1));
}
