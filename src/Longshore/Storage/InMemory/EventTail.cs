using System.Collections;
using Longshore.Events;

namespace Longshore.Storage.InMemory;

/// <summary>
/// The event log: what was recorded lately, in order. A copy is a snapshot, since what one appends lies behind the end
/// of the other; only the latest, or one that the others are given up for, may be appended to.
/// </summary>
/// <param name="Items">Room for events, shared by copies.</param>
/// <param name="Start">Where the first one is.</param>
/// <param name="End">Behind the last one.</param>
internal readonly record struct EventTail(EventRecord[] Items, int Start, int End) : IEnumerable<EventRecord>
{
    private const int RoomMin = 16;

    /// <summary>A log of nothing.</summary>
    public static EventTail Empty { get; } = new([], 0, 0);

    /// <summary>The log with one more.</summary>
    public EventTail Plus(EventRecord record)
    {
        var items = Items;
        var (start, end) = (Start, End);
        if (end == items.Length)
        {
            items = new EventRecord[Math.Max(RoomMin, 2 * (end - start))];
            Array.Copy(Items, start, items, 0, end - start);
            (start, end) = (0, end - start);
        }

        items[end] = record;
        return new EventTail(items, start, end + 1);
    }

    /// <summary>The log without what happened before an instant.</summary>
    public EventTail Since(DateTimeOffset before)
    {
        EventRecord[] kept = [.. this.Where(record => record.At >= before)];
        return new EventTail(kept, 0, kept.Length);
    }

    /// <summary>From the oldest to the latest.</summary>
    public IEnumerator<EventRecord> GetEnumerator() =>
        new ArraySegment<EventRecord>(Items, Start, End - Start).AsEnumerable().GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
