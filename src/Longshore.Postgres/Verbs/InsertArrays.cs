using System.Text.Json;
using Longshore.Matching;
using Longshore.Postgres.Catalog;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Postgres.Verbs;

/// <summary>
/// New tasks as one array for each column. A column in which every task has the usual value is not sent at all.
/// </summary>
internal static class InsertArrays
{
    /// <summary>Adds the statement that stores the tasks; they have these classes.</summary>
    public static Round AddInserts(
        this Round round, string sql, IReadOnlyList<NewTask> tasks, int[] classIds, KnownRules rules, long? nowUs,
        PlaceFlags all = PlaceFlags.None)
    {
        T[] All<T>(Func<NewTask, T> value)
        {
            var values = new T[tasks.Count];
            for (var i = 0; i < values.Length; i++)
            {
                values[i] = value(tasks[i]);
            }

            return values;
        }

        T[]? Unless<T>(Predicate<NewTask> usual, Func<NewTask, T> value)
        {
            for (var i = 0; i < tasks.Count; i++)
            {
                if (!usual(tasks[i]))
                {
                    return All(value);
                }
            }

            return null;
        }

        var hasKeys = Unless(t => t.IdempotencyKey is null, t => t.IdempotencyKey);
        var hasCodes = Unless(t => t.Code is null, t => t.Code);
        var hasGroups = Unless(t => t.Group is null, t => t.Group);
        return round.Add(sql)
            .With(classIds)
            .With(All(t => (short)t.Priority))
            .With(All(t => Urgency.HeadStartUs(
                rules.IsFifo(t.Namespace), t.Priority, TaskState.Created, 0, t.ParentId is not null)))
            .With(All(t => (short)(Flags(t, rules.IsFifo(t.Namespace)) | all)))
            .WithJson(Unless(t => t.Payload.IsNone, t => t.Payload.IsNone ? null : t.Payload.Memory.ToArray()))
            .With(hasCodes)
            .With(Unless(t => t.Name is null, t => t.Name))
            .With(Unless(t => t.Description is null, t => t.Description))
            .With(Unless(t => t.ConfidenceThreshold.Equals(0.7), t => (double?)t.ConfidenceThreshold))
            .With(Unless(t => t.ReadyAt is null, t => t.ReadyAt?.ToMicroseconds()))
            .With(Unless(t => t.Deadline is null, t => t.Deadline?.ToMicroseconds()))
            .With(Unless(t => t.Timeout is null, t => t.Timeout?.ToMicroseconds()))
            .With(Unless(t => t.MaxAttempts == 5, t => (int?)t.MaxAttempts))
            .With(Unless(UsualRetry, t => UsualRetry(t) ? null : (short?)t.Retry.Backoff))
            .With(Unless(UsualRetry, t => UsualRetry(t) ? null : (long?)t.Retry.Delay.ToMicroseconds()))
            .With(Unless(UsualRetry, t => UsualRetry(t) ? null : (long?)t.Retry.Cap.ToMicroseconds()))
            .With(Unless(t => t.Late == LatePolicy.AcceptIfNotReplaced, t => (short?)t.Late))
            .With(Unless(t => t.EstimatedEffort is null, t => t.EstimatedEffort?.ToMicroseconds()))
            .With(Unless(t => t.ParentId is null, t => t.ParentId))
            .With(Unless(t => t.Workflow is null, t => t.Workflow))
            .With(Unless(t => t.WorkflowCursor is null, t => t.WorkflowCursor))
            .WithJson(Unless(t => t.Tags.Count == 0, t => t.Tags.Count == 0 ? null : Json(t.Tags)))
            .WithJson(Unless(t => t.Metadata.Count == 0, t => t.Metadata.Count == 0 ? null : Json(t.Metadata)))
            .With(Unless(t => t.CorrelationId is null, t => t.CorrelationId))
            .With(hasKeys)
            .With(hasKeys is null && hasCodes is null && hasGroups is null ? null : All(t => t.Namespace))
            .With(hasKeys is null ? null : All(t => t.IdempotencyKey is null ? null : TaskDigest.Of(t)))
            .With(hasGroups)
            .With((long?)rules.Version)
            .With(nowUs);
    }

    /// <summary>Adds by what steps their requirements relax, and for how long the first holds.</summary>
    public static Round WithSteps(this Round round, List<NewTask>? tasks) => round
        .With(tasks is null
            ? null
            : (string?[])[.. tasks.Select(t => RelaxSteps.LastOf(t) == 0 ? null : RelaxJson.Write(t))])
        .With(tasks is null
            ? null
            : (long?[])[.. tasks.Select(t => RelaxSteps.LastOf(t) == 0
                ? (long?)null
                : RelaxSteps.AfterOf(t, 1).ToMicroseconds())]);

    /// <summary>Adds the keys under which limits count them.</summary>
    public static Round WithLimitKeys(this Round round, List<NewTask> tasks) => round.With(
        tasks.Exists(t => t.LimitKey is not null) ? (string?[])[.. tasks.Select(t => t.LimitKey)] : null);

    /// <summary>Adds what they are unique by, and how long they have it.</summary>
    public static Round WithKeys(this Round round, List<NewTask> tasks)
    {
        var isUsual = tasks.TrueForAll(t => t.Unique is null || UniqueJson.Write(t.Unique) == "{}");
        return round
            .With((byte[]?[])[.. tasks.Select(t => t.Unique is null ? null : UniqueDigest.Of(t))])
            .With(isUsual ? null : (bool?[])[.. tasks.Select(t => t.Unique?.While == UniqueWhile.Unstarted)])
            .With(isUsual ? null : (long?[])[.. tasks.Select(t => t.Unique?.Window?.ToMicroseconds())])
            .With(isUsual ? null : (string?[])[.. tasks.Select(t => t.Unique is { } u ? UniqueJson.Write(u) : null)]);
    }

    private static bool UsualRetry(NewTask task) => task.Retry == RetryPolicy.Default;

    private static PlaceFlags Flags(NewTask task, bool isFifo) =>
        (task.ParentId is null ? PlaceFlags.None : PlaceFlags.HasParent)
        | (task.Late == LatePolicy.Reject ? PlaceFlags.RejectLate : PlaceFlags.None)
        | (task.Deadline is null ? PlaceFlags.None : PlaceFlags.HasDeadline)
        | (task.Group is null ? PlaceFlags.None : PlaceFlags.Grouped)
        | (RelaxSteps.LastOf(task) == 0 ? PlaceFlags.None : PlaceFlags.Relaxing)
        | (task.Unique is null ? PlaceFlags.None : PlaceFlags.Unique)
        | (task.LimitKey is null ? PlaceFlags.None : PlaceFlags.Keyed)
        | (isFifo ? PlaceFlags.Fifo : PlaceFlags.None);

    private static byte[] Json<T>(T value) => JsonSerializer.SerializeToUtf8Bytes(value);
}
