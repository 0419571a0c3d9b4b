using Longshore.Matching;
using Longshore.Sqlite.Interop;
using Longshore.Sqlite.Live;
using Longshore.Storage;
using Longshore.Storage.Sql;
using Longshore.Tasks;
using Longshore.Workflows;

namespace Longshore.Sqlite.Reading;

/// <summary>Reads a task's wide row.</summary>
internal sealed class TaskBodies(
    Connection connection, SqlCatalog sql, LiveIndex live, HeldMembers? held = null)
{
    private readonly Statement _body = connection.Prepare(sql["task_body"]);
    private readonly Statement _lastError = connection.Prepare(sql["task_last_error"]);
    private readonly Statement _draft = connection.Prepare(sql["draft_get"]);
    private readonly Statement _relaxing = connection.Prepare(sql["relaxing_read"]);
    private readonly Statement _part = connection.Prepare(sql["run_step_part"]);
    private readonly Statement _inputs = connection.Prepare(sql["step_inputs"]);
    private readonly Statement _findCode = connection.Prepare(sql["find_code"]);

    /// <summary>The id of the task to which a code was given; automatic codes are not asked for here.</summary>
    public long? FindByCode(string @namespace, string code)
    {
        long? id = _findCode.Bind(@namespace).Bind(code).Read() ? _findCode.Long(0) : null;
        _findCode.Reset();
        return id;
    }

    /// <summary>Why the latest claim that ended badly did; null when none did.</summary>
    public string? LastError(long id)
    {
        var error = _lastError.Bind(id).Read() ? _lastError.Text(0) : null;
        _lastError.Reset();
        return error;
    }

    /// <summary>What a holder saved of unfinished work; only asked of tasks flagged as having a draft.</summary>
    public JsonText Draft(in Place place)
    {
        if ((place.Flags & PlaceFlags.HasDraft) == 0)
        {
            return default;
        }

        var draft = _draft.Bind(place.Id).Read() ? _draft.Json(0) : default;
        _draft.Reset();
        return draft;
    }

    /// <summary>Of which run a task is a step; only asked of tasks flagged as being one.</summary>
    public TaskRun? Run(in Place place) => Part(place).Run;

    /// <summary>The same of a task that is granted, with the results of the steps before it.</summary>
    public TaskRun? Grant(in Place place)
    {
        var (run, role, isOfBatch) = Part(place);
        if (run is null)
        {
            return null;
        }

        if (!isOfBatch)
        {
            return run with
            {
                Inputs = StepInputs.Of(_inputs.Bind(place.Id).All(row => (row.Text(0)!, row.Json(1)))),
            };
        }

        if (role == StepRole.Step)
        {
            held?.Add(place.Id, run.Id);
        }

        return run with { Inputs = JsonText.EmptyObject };
    }

    /// <summary>What was submitted, when, and how far its requirements have relaxed.</summary>
    public TaskBody? Read(in Place place)
    {
        if (Read(place.Id) is not { } body)
        {
            return null;
        }

        if ((place.Flags & PlaceFlags.Relaxing) == 0 || !_relaxing.Bind(place.Id).Read())
        {
            return new TaskBody(body.Spec, body.CreatedUs, null);
        }

        var relaxed = new TaskBody(
            RelaxJson.Restore(body.Spec, _relaxing.Text(3)!), body.CreatedUs, _relaxing.ReadRelaxation());
        _relaxing.Reset();
        return relaxed;
    }

    /// <summary>
    /// The body as it is stored, of the class of its first step, and when it was submitted; null when there is no such
    /// task.
    /// </summary>
    public (NewTask Spec, long CreatedUs)? Read(long id)
    {
        var row = _body.Bind(id);
        if (!row.Read())
        {
            return null;
        }

        ClassKey key;
        lock (live.Gate)
        {
            key = live.Classes[row.Int(0)].Key;
        }

        var spec = new NewTask
        {
            Kind = key.Kind,
            Namespace = key.Namespace,
            Requires = key.Requires,
            MinimumMatch = key.MinimumMatch,
            Owner = key.Owner,
            Match = key.Match,
            Step = key.Step,
            Group = row.Text(24),
            Code = row.Text(1),
            Name = row.Text(2),
            Description = row.Text(3),
            Payload = row.Json(4),
            ConfidenceThreshold = row.Double(5),
            Priority = row.Int(6),
            ReadyAt = Instant(row, 7),
            Deadline = Instant(row, 8),
            Timeout = Duration(row, 9),
            MaxAttempts = row.Int(10),
            Retry = Policy(row.Int(11), row.Long(12), row.Long(13)),
            Late = (LatePolicy)row.Int(14),
            EstimatedEffort = Duration(row, 15),
            ParentId = row.LongOrNull(16),
            Workflow = row.Text(17),
            WorkflowCursor = row.Text(18),
            Tags = row.IsNull(19) ? [] : JsonColumns.ReadWords(row.Bytes(19)),
            Metadata = row.IsNull(20) ? NewTask.EmptyMetadata : JsonColumns.ReadPairs(row.Bytes(20)),
            CorrelationId = row.Text(21),
            IdempotencyKey = row.Text(22),
            LimitKey = row.Text(26),
            Unique = row.Text(25) is { } unique ? UniqueJson.Read(unique) : null,
        };
        var createdUs = row.Long(23);
        row.Reset();
        return (spec, createdUs);
    }

    /// <summary>The policy of these columns; the usual one is shared.</summary>
    public static RetryPolicy Policy(int backoff, long delayUs, long capUs)
    {
        var usual = RetryPolicy.Default;
        return backoff == (int)usual.Backoff && delayUs == usual.Delay.ToMicroseconds()
            && capUs == usual.Cap.ToMicroseconds()
            ? usual
            : new RetryPolicy(
                (BackoffKind)backoff, TimeSpan.FromMicroseconds(delayUs), TimeSpan.FromMicroseconds(capUs));
    }

    private (TaskRun? Run, StepRole Role, bool IsOfBatch) Part(in Place place)
    {
        if ((place.Flags & PlaceFlags.InRun) == 0)
        {
            return default;
        }

        _part.Bind(place.Id).Read();
        var part = (new TaskRun(_part.Long(0), _part.Text(1)!, default), (StepRole)_part.Int(2), _part.Int(3) != 0);
        _part.Reset();
        return part;
    }

    private static DateTimeOffset? Instant(Statement row, int column) =>
        row.LongOrNull(column) is { } us ? UnixTime.FromMicroseconds(us) : null;

    private static TimeSpan? Duration(Statement row, int column) =>
        row.LongOrNull(column) is { } us ? TimeSpan.FromMicroseconds(us) : null;
}

/// <summary>What was submitted, when, and how far its requirements have relaxed.</summary>
internal sealed record TaskBody(NewTask Spec, long CreatedUs, Relaxation? Relaxing);
