using System.Buffers;
using System.Buffers.Text;

namespace Longshore.Sqlite.Verbs;

/// <summary>
/// The events of one type that a transaction notes, written as JSON lists of numbers: one row, or several when there
/// are more than a row's positions can tell apart.
/// </summary>
internal sealed class EventRows(string type)
{
    /// <summary>Most events in a row.</summary>
    public const int EventsMax = 1 << EventLog.PlaceBits;

    private readonly ArrayBufferWriter<byte> _open = new(4096);
    private readonly Queue<byte[]> _full = [];
    private int _events;

    public string Type { get; } = type;

    /// <summary>
    /// Adds an item that stands for <paramref name="events"/> events, at most <see cref="EventsMax"/>.
    /// </summary>
    public void Add(ReadOnlySpan<long> item, int events)
    {
        if (_events + events > EventsMax)
        {
            _full.Enqueue(Close());
        }

        _open.Write(_open.WrittenCount == 0 ? "[["u8 : ",["u8);
        for (var i = 0; i < item.Length; i++)
        {
            var span = _open.GetSpan(24);
            span[0] = (byte)',';
            var from = i == 0 ? 0 : 1;
            Utf8Formatter.TryFormat(item[i], span[from..], out var written);
            _open.Advance(written + from);
        }

        _open.Write("]"u8);
        _events += events;
    }

    /// <summary>Takes the next row's items, oldest first.</summary>
    public bool TryTake(out ReadOnlySpan<byte> items)
    {
        if (_full.TryDequeue(out var full))
        {
            items = full;
            return true;
        }

        if (_events == 0)
        {
            items = default;
            return false;
        }

        // The bytes stay readable until the next item is added.
        _open.Write("]"u8);
        items = _open.WrittenSpan;
        Clear();
        return true;
    }

    public void Clear()
    {
        _full.Clear();
        _open.ResetWrittenCount();
        _events = 0;
    }

    private byte[] Close()
    {
        _open.Write("]"u8);
        var items = _open.WrittenSpan.ToArray();
        _open.ResetWrittenCount();
        _events = 0;
        return items;
    }
}
