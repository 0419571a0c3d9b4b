using Longshore.Events;
using Longshore.Sqlite.Interop;
using Longshore.Storage.Sql;
using Longshore.Tasks;

namespace Longshore.Sqlite.Verbs;

/// <summary>
/// Appends events inside the writer's transaction. What happens to many tasks at once becomes one row for each type;
/// what is rare becomes a row of its own, which one task's history finds by its index.
/// </summary>
internal sealed class EventLog
{
    /// <summary>An event's position is its row's number and, in the lowest bits, its place in the row.</summary>
    public const int PlaceBits = 14;

    private readonly Statement _add;

    // In the order in which a batch does things, so that no reader sees a task claimed before it was created.
    private readonly EventRows _ready = new(EventTypes.TaskReady);
    private readonly EventRows _completed = new(EventTypes.TaskCompleted);
    private readonly EventRows _failed = new(EventTypes.TaskFailed);
    private readonly EventRows _snoozed = new(EventTypes.TaskSnoozed);
    private readonly EventRows _released = new(EventTypes.TaskReleased);
    private readonly EventRows _created = new(EventTypes.TaskCreated);
    private readonly EventRows _claimed = new(EventTypes.TaskClaimed);
    private readonly EventRows[] _rows;
    private long _firstInserted;
    private long _lastInserted;

    public EventLog(Connection connection, SqlCatalog sql)
    {
        _add = connection.Prepare(sql["event_add"]);
        _rows = [_ready, _completed, _failed, _snoozed, _released, _created, _claimed];
    }

    /// <summary>Notes a hot event: claimed, completed, failed, snoozed, released.</summary>
    public void AddHot(string type, long taskId, int epoch, long agentId, TaskState state)
    {
        var rows = type switch
        {
            EventTypes.TaskClaimed => _claimed,
            EventTypes.TaskCompleted => _completed,
            EventTypes.TaskFailed => _failed,
            EventTypes.TaskSnoozed => _snoozed,
            EventTypes.TaskReleased => _released,
            _ => throw new ArgumentOutOfRangeException(nameof(type), type, null),
        };
        rows.Add([taskId, epoch, agentId, (int)state], events: 1);
    }

    /// <summary>Notes that a deferred task came back to the queue.</summary>
    public void AddReady(long taskId) => _ready.Add([taskId], events: 1);

    /// <summary>Notes an inserted task; ids come in order, so that a batch becomes a range.</summary>
    public void AddInserted(long taskId)
    {
        if (_firstInserted != 0 && taskId == _lastInserted + 1 && taskId - _firstInserted < EventRows.EventsMax)
        {
            _lastInserted = taskId;
            return;
        }

        CloseRange();
        _firstInserted = _lastInserted = taskId;
    }

    /// <summary>Appends one event of its own.</summary>
    public void AddSingle(NewEvent e, long nowUs, int? epoch = null) => _add
        .Bind(nowUs).Bind(e.Type).Bind((long)e.ActorType).Bind(e.Actor).Bind(e.TaskId).Bind(epoch)
        .BindText(e.Payload.Utf8).Bind(e.CorrelationId).BindNull().Run();

    /// <summary>Writes what the batch noted; the last thing a verb does.</summary>
    public void Flush(long nowUs)
    {
        CloseRange();
        foreach (var rows in _rows)
        {
            var actorType = rows.Type switch
            {
                EventTypes.TaskCreated => ActorType.Human,
                EventTypes.TaskReady => ActorType.System,
                _ => ActorType.Agent,
            };
            var actor = actorType switch { ActorType.Human => "api", ActorType.System => "longshore", _ => null };
            while (rows.TryTake(out var items))
            {
                _add.Bind(nowUs).Bind(rows.Type).Bind((long)actorType).Bind(actor).BindNull().BindNull().BindNull()
                    .BindNull().BindText(items).Run();
            }
        }
    }

    /// <summary>Forgets what a failed transaction noted.</summary>
    public void Discard()
    {
        _firstInserted = 0;
        foreach (var rows in _rows)
        {
            rows.Clear();
        }
    }

    private void CloseRange()
    {
        if (_firstInserted != 0)
        {
            _created.Add([_firstInserted, _lastInserted], events: (int)(_lastInserted - _firstInserted) + 1);
            _firstInserted = 0;
        }
    }
}
