using System.Globalization;
using System.Text;
using System.Text.Json;
using Longshore.Matching;
using Longshore.Postgres.Catalog;
using Longshore.Storage;
using Longshore.Tasks;
using Npgsql;

namespace Longshore.Postgres.Reading;

/// <summary>The columns of a place and of a task's body, in the one order in which every query asks for them.</summary>
internal static class TaskColumns
{
    /// <summary>Columns of a place: id, class, rank, epoch, attempts, failures, priority, flags.</summary>
    public const int PlaceCount = 8;

    /// <summary>The place that begins at a column; its class is the database's.</summary>
    public static Place Place(this NpgsqlDataReader row, int from) => new(
        row.GetInt64(from), row.GetInt32(from + 1), row.GetInt64(from + 2), row.GetInt32(from + 3),
        row.GetInt32(from + 4), row.GetInt32(from + 5), (byte)row.GetInt16(from + 6),
        (PlaceFlags)(ushort)row.GetInt16(from + 7));

    /// <summary>What was submitted; its columns begin with the payload.</summary>
    public static NewTask Body(this NpgsqlDataReader row, int from, in Place place, ClassCatalog classes)
    {
        var key = classes.Find(place.ClassId)
            ?? throw new InvalidOperationException($"class {place.ClassId} is not known yet");
        return new NewTask
        {
            Kind = key.Kind,
            Namespace = key.Namespace,
            Requires = key.Requires,
            MinimumMatch = key.MinimumMatch,
            Owner = key.Owner,
            Match = key.Match,
            Step = key.Step,
            Priority = place.Priority,
            Payload = row.Json(from),
            Code = row.TextOrNull(from + 1),
            Name = row.TextOrNull(from + 2),
            Description = row.TextOrNull(from + 3),
            ConfidenceThreshold = row.GetDouble(from + 4),
            ReadyAt = row.InstantOrNull(from + 5),
            Deadline = row.InstantOrNull(from + 6),
            Timeout = row.DurationOrNull(from + 7),
            MaxAttempts = row.GetInt32(from + 8),
            Retry = row.Policy(from + 9),
            Late = (LatePolicy)row.GetInt16(from + 12),
            EstimatedEffort = row.DurationOrNull(from + 13),
            ParentId = row.LongOrNull(from + 14),
            Workflow = row.TextOrNull(from + 15),
            WorkflowCursor = row.TextOrNull(from + 16),
            Tags = row.IsDBNull(from + 17) ? [] : row.GetFieldValue<string[]>(from + 17),
            Metadata = row.IsDBNull(from + 18)
                ? NewTask.EmptyMetadata
                : JsonSerializer.Deserialize<Dictionary<string, string>>(row.GetFieldValue<byte[]>(from + 18))!,
            CorrelationId = row.TextOrNull(from + 19),
            IdempotencyKey = row.TextOrNull(from + 20),
            Group = row.TextOrNull(from + 21),
        };
    }

    /// <summary>
    /// The task with what it asked for from the start, and how far that has relaxed; as it is when it never does.
    /// </summary>
    public static WorkTask WithRelaxation(this WorkTask task, NpgsqlDataReader row, int column)
    {
        if (row.IsDBNull(column))
        {
            return task;
        }

        var words = row.GetFieldValue<string?[]>(column);
        return task with
        {
            Spec = RelaxJson.Restore(task.Spec, words[3]!),
            Relaxing = new Relaxation(
                int.Parse(words[0]!, CultureInfo.InvariantCulture),
                words[1] is { } us ? UnixTime.FromMicroseconds(long.Parse(us, CultureInfo.InvariantCulture)) : null,
                RelaxJson.SkippedOf(int.Parse(words[2]!, CultureInfo.InvariantCulture))),
        };
    }

    /// <summary>The task with what it is unique by; as it is when it is not.</summary>
    public static WorkTask WithUnique(this WorkTask task, NpgsqlDataReader row, int column) => row.IsDBNull(column)
        ? task
        : task with { Spec = task.Spec with { Unique = UniqueJson.Read(row.GetString(column)) } };

    /// <summary>The task with the key that limits count it under; as it is when it has none.</summary>
    public static WorkTask WithLimitKey(this WorkTask task, NpgsqlDataReader row, int column) => row.IsDBNull(column)
        ? task
        : task with { Spec = task.Spec with { LimitKey = row.GetString(column) } };

    /// <summary>The task with the run that it is a step of; as it is when it is none.</summary>
    public static WorkTask WithRun(this WorkTask task, NpgsqlDataReader row, int column)
    {
        if (row.IsDBNull(column))
        {
            return task;
        }

        var words = row.GetFieldValue<string?[]>(column);
        var inputs = words[2] is { } json ? JsonText.Trusted(Encoding.UTF8.GetBytes(json)) : default;
        return task with
        {
            Run = new TaskRun(long.Parse(words[0]!, CultureInfo.InvariantCulture), words[1]!, inputs),
        };
    }

    /// <summary>The retry policy whose three columns begin here; the usual one is not stored.</summary>
    public static RetryPolicy Policy(this NpgsqlDataReader row, int from) => row.IsDBNull(from)
        ? RetryPolicy.Default
        : new RetryPolicy(
            (BackoffKind)row.GetInt16(from),
            TimeSpan.FromMicroseconds(row.GetInt64(from + 1)),
            TimeSpan.FromMicroseconds(row.GetInt64(from + 2)));
}
