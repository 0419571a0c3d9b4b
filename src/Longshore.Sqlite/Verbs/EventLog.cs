using System.Buffers;
using System.Buffers.Text;
using Longshore.Events;
using Longshore.Sqlite.Interop;
using Longshore.Storage.Sql;
using Longshore.Tasks;

namespace Longshore.Sqlite.Verbs;

/// <summary>
/// Appends events inside the writer's transaction. What happens to many tasks at once becomes one row for each
/// type; what is rare becomes a row of its own, which one task's history finds by its index.
/// </summary>
internal sealed class EventLog(Connection connection, SqlCatalog sql)
{
    private readonly Statement _add = connection.Prepare(sql["event_add"]);
    private readonly Dictionary<string, ArrayBufferWriter<byte>> _batches = new(StringComparer.Ordinal);
    private long _firstInserted;
    private long _lastInserted;

    /// <summary>Notes a hot event: claimed, completed, failed, snoozed, released.</summary>
    public void AddHot(string type, long taskId, int epoch, long agentId, TaskState state)
    {
        var items = BatchOf(type);
        Open(items);
        Number(items, taskId);
        Number(items, epoch, comma: true);
        Number(items, agentId, comma: true);
        Number(items, (int)state, comma: true);
        items.Write("]"u8);
    }

    /// <summary>Notes that a deferred task came back to the queue.</summary>
    public void AddReady(long taskId)
    {
        var items = BatchOf(EventTypes.TaskReady);
        Open(items);
        Number(items, taskId);
        items.Write("]"u8);
    }

    /// <summary>Notes an inserted task; ids come in order, so that a batch becomes a range.</summary>
    public void AddInserted(long taskId)
    {
        if (_firstInserted == 0)
        {
            _firstInserted = _lastInserted = taskId;
        }
        else if (taskId == _lastInserted + 1)
        {
            _lastInserted = taskId;
        }
        else
        {
            CloseRange();
            _firstInserted = _lastInserted = taskId;
        }
    }

    /// <summary>Appends one event of its own.</summary>
    public void AddSingle(NewEvent e, long nowUs, int? epoch = null) => _add
        .Bind(nowUs).Bind(e.Type).Bind((long)e.ActorType).Bind(e.Actor).Bind(e.TaskId).Bind(epoch)
        .BindText(e.Payload.Utf8).Bind(e.CorrelationId).BindNull().Run();

    /// <summary>Writes what the batch noted; the last thing a verb does.</summary>
    public void Flush(long nowUs)
    {
        CloseRange();
        foreach (var (type, items) in _batches)
        {
            if (items.WrittenCount == 0)
            {
                continue;
            }

            items.Write("]"u8);
            var actorType = type switch
            {
                EventTypes.TaskCreated => ActorType.Human,
                EventTypes.TaskReady => ActorType.System,
                _ => ActorType.Agent,
            };
            var actor = actorType switch { ActorType.Human => "api", ActorType.System => "longshore", _ => null };
            _add.Bind(nowUs).Bind(type).Bind((long)actorType).Bind(actor).BindNull().BindNull().BindNull().BindNull()
                .BindText(items.WrittenSpan).Run();
            items.ResetWrittenCount();
        }
    }

    /// <summary>Forgets what a failed transaction noted.</summary>
    public void Discard()
    {
        _firstInserted = 0;
        foreach (var items in _batches.Values)
        {
            items.ResetWrittenCount();
        }
    }

    private void CloseRange()
    {
        if (_firstInserted == 0)
        {
            return;
        }

        var items = BatchOf(EventTypes.TaskCreated);
        Open(items);
        Number(items, _firstInserted);
        Number(items, _lastInserted, comma: true);
        items.Write("]"u8);
        _firstInserted = 0;
    }

    private ArrayBufferWriter<byte> BatchOf(string type)
    {
        if (!_batches.TryGetValue(type, out var items))
        {
            _batches.Add(type, items = new ArrayBufferWriter<byte>(4096));
        }

        return items;
    }

    private static void Open(ArrayBufferWriter<byte> items) => items.Write(items.WrittenCount == 0 ? "[["u8 : ",["u8);

    private static void Number(ArrayBufferWriter<byte> items, long value, bool comma = false)
    {
        var span = items.GetSpan(24);
        if (comma)
        {
            span[0] = (byte)',';
        }

        Utf8Formatter.TryFormat(value, span[(comma ? 1 : 0)..], out var written);
        items.Advance(written + (comma ? 1 : 0));
    }
}
