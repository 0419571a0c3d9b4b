using Longshore.Matching;
using Longshore.Rules;
using Longshore.Sqlite.Interop;
using Longshore.Sqlite.Live;
using Longshore.Sqlite.Reading;
using Longshore.Storage;
using Longshore.Storage.Sql;
using Longshore.Tasks;

namespace Longshore.Sqlite.Verbs;

/// <summary>Stores new tasks: the body once, and a narrow row where it waits.</summary>
internal sealed class Inserter(
    Connection connection, SqlCatalog sql, LiveIndex live, Stages stages, Deadlines deadlines, ClassRows classes,
    TaskBodies bodies, RelaxVerbs relaxing, UniqueVerbs unique, EventLog events)
{
    private readonly Statement _task = connection.Prepare(sql["insert_task"]);
    private readonly Statement _addCode = connection.Prepare(sql["insert_code"]);
    private readonly Statement _addKey = connection.Prepare(sql["insert_key"]);
    private readonly Statement _findKey = connection.Prepare(sql["find_key"]);
    private readonly Statement _exists = connection.Prepare(sql["task_exists"]);

    /// <summary>Stores a task, or says why not.</summary>
    /// <param name="task">As submitted.</param>
    /// <param name="newFrom">Tasks from this id on came in the same batch.</param>
    /// <param name="nowUs">The instant.</param>
    public InsertOutcome Insert(NewTask task, long newFrom, long nowUs)
    {
        if ((Refusal(task) ?? unique.Collide(task, newFrom, nowUs)) is { } refused)
        {
            return refused;
        }

        var id = live.NextTaskId;
        var rules = live.Rules.Of(task.Namespace);
        if (task.Code is { } taken && rules.MaxPending is not null
            && bodies.FindByCode(task.Namespace, taken) is { } holder)
        {
            return new InsertOutcome(InsertStatus.DuplicateCode, holder);
        }

        if (live.Pending.Of(task.Namespace) >= rules.MaxPending)
        {
            return new InsertOutcome(InsertStatus.QueueFull, 0);
        }

        if (task.Code is { } code && _addCode.Bind(task.Namespace).Bind(code).Bind(id).Run() == 0)
        {
            return new InsertOutcome(InsertStatus.DuplicateCode, bodies.FindByCode(task.Namespace, code) ?? 0);
        }

        live.NextTaskId++;
        var place = PlaceOf(task, rules, id, nowUs);
        WriteBody(task, place, nowUs);
        if (task.IdempotencyKey is { } key)
        {
            _addKey.Bind(task.Namespace).Bind(key).Bind(id).BindBlob(TaskDigest.Of(task)).Run();
        }

        if (task.Deadline is { } deadline)
        {
            deadlines.Add(id, deadline.ToMicroseconds());
        }

        unique.Add(id, task, nowUs);
        relaxing.Add(id, task, place.AvailableUs);
        stages.Requeue(place, place.AvailableUs, nowUs);
        events.AddInserted(id);
        return new InsertOutcome(InsertStatus.Inserted, id);
    }

    /// <summary>Stores a step of a run; it waits until the run lets it go.</summary>
    public long AddWaiting(NewTask task, long nowUs)
    {
        var place = AddInRun(task, nowUs);
        relaxing.Add(place.Id, task, null);
        stages.AddParked(place, TaskState.Waiting);
        return place.Id;
    }

    /// <summary>Stores a task of a batch; it has no code, key or parent of its own.</summary>
    public long AddMember(NewTask task, long nowUs)
    {
        var place = AddInRun(task, nowUs);
        relaxing.Add(place.Id, task, place.AvailableUs);
        stages.Requeue(place, place.AvailableUs, nowUs);
        return place.Id;
    }

    private Place AddInRun(NewTask task, long nowUs)
    {
        var id = live.NextTaskId++;
        var place = PlaceOf(task, live.Rules.Of(task.Namespace), id, nowUs);
        place = place with { Flags = place.Flags | PlaceFlags.InRun };
        WriteBody(task, place, nowUs);
        if (task.Deadline is { } deadline)
        {
            deadlines.Add(id, deadline.ToMicroseconds());
        }

        events.AddInserted(id);
        return place;
    }

    private InsertOutcome? Refusal(NewTask task)
    {
        if (task.IdempotencyKey is { } key)
        {
            _findKey.Bind(task.Namespace).Bind(key);
            if (_findKey.Read())
            {
                var same = _findKey.Bytes(1).SequenceEqual(TaskDigest.Of(task));
                var first = _findKey.Long(0);
                _findKey.Reset();
                return new InsertOutcome(same ? InsertStatus.Existing : InsertStatus.KeyReused, first);
            }
        }

        if (task.ParentId is { } parent && First(_exists.Bind(parent)) == 0)
        {
            return new InsertOutcome(InsertStatus.ParentNotFound, 0);
        }

        return null;
    }

    private Place PlaceOf(NewTask task, NamespaceRules rules, long id, long nowUs)
    {
        var flags = (task.ParentId is null ? PlaceFlags.None : PlaceFlags.HasParent)
            | (task.Late == LatePolicy.Reject ? PlaceFlags.RejectLate : PlaceFlags.None)
            | (task.Deadline is null ? PlaceFlags.None : PlaceFlags.HasDeadline)
            | (task.Group is null ? PlaceFlags.None : PlaceFlags.Grouped)
            | (RelaxSteps.LastOf(task) == 0 ? PlaceFlags.None : PlaceFlags.Relaxing)
            | (task.Unique is null ? PlaceFlags.None : PlaceFlags.Unique)
            | (task.LimitKey is null ? PlaceFlags.None : PlaceFlags.Keyed)
            | (rules.Order == TaskOrder.PriorityFifo ? PlaceFlags.Fifo : PlaceFlags.None);
        var availableUs = Math.Max(nowUs, task.ReadyAt?.ToMicroseconds() ?? nowUs);
        var classId = classes.IdOf(ClassKey.Of(task));
        return new Place(id, classId, 0, 0, 0, 0, (byte)task.Priority, flags).AvailableFrom(availableUs);
    }

    private void WriteBody(NewTask task, in Place place, long nowUs) => _task
        .Bind(place.Id).Bind(place.ClassId).Bind(task.Code).Bind(task.Name).Bind(task.Description)
        .BindText(task.Payload.IsNone ? "{}"u8 : task.Payload.Utf8).Bind(task.ConfidenceThreshold).Bind(task.Priority)
        .Bind(task.ReadyAt?.ToMicroseconds()).Bind(task.Deadline?.ToMicroseconds()).Bind(task.Timeout?.ToMicroseconds())
        .Bind(task.MaxAttempts).Bind((long)task.Retry.Backoff).Bind(task.Retry.Delay.ToMicroseconds())
        .Bind(task.Retry.Cap.ToMicroseconds()).Bind((long)task.Late).Bind(task.EstimatedEffort?.ToMicroseconds())
        .Bind(task.ParentId).Bind(task.Workflow).Bind(task.WorkflowCursor)
        .BindText(task.Tags.Count == 0 ? default : JsonColumns.Write(task.Tags))
        .BindText(task.Metadata.Count == 0 ? default : JsonColumns.Write(task.Metadata))
        .Bind(task.CorrelationId).Bind(task.IdempotencyKey).Bind(nowUs).Bind(task.Group)
        .Bind(task.Unique is null ? null : UniqueJson.Write(task.Unique)).Bind(task.LimitKey).Run();

    private static long First(Statement statement)
    {
        var value = statement.Read() ? statement.Long(0) : 0;
        statement.Reset();
        return value;
    }
}
