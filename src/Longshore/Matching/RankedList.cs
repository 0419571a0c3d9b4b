using System.Diagnostics;

namespace Longshore.Matching;

/// <summary>
/// The ready tasks of one class in the order they are given out. Sorted chunks: tasks mostly arrive at the end and
/// leave at the front, both O(1); anything else moves at most one chunk.
/// </summary>
internal sealed class RankedList
{
    private const int ChunkMax = 512;

    // Most classes fit one small chunk; with hundreds of thousands of them every object counts.
    private Chunk[] _chunks = [new Chunk(1)];
    private int _used = 1;

    public int Count { get; private set; }

    public ref readonly Place Head => ref _chunks[0].At(0);

    /// <summary>Entry <paramref name="offset"/> of chunk <paramref name="chunk"/>: what a walk stands on.</summary>
    public ref readonly Place At(int chunk, int offset) => ref _chunks[chunk].At(offset);

    /// <summary>Steps a walk on; false at the end.</summary>
    public bool MoveNext(ref int chunk, ref int offset)
    {
        if (++offset < _chunks[chunk].Count)
        {
            return true;
        }

        offset = 0;
        return ++chunk < _used;
    }

    public void Add(in Place place)
    {
        Count++;
        var at = FindChunk(place);
        var chunk = _chunks[at];
        if (chunk.Count == ChunkMax)
        {
            if (at == _used - 1 && place > chunk.At(ChunkMax - 1))
            {
                InsertChunk(_used, chunk = new Chunk(ChunkMax));
            }
            else
            {
                var upper = chunk.SplitUpper();
                InsertChunk(at + 1, upper);
                chunk = place > upper.At(0) ? upper : chunk;
            }
        }

        chunk.Insert(place);
    }

    /// <summary>Removes the entry with this rank and id.</summary>
    public void Remove(in Place place)
    {
        var at = FindChunk(place);
        var chunk = _chunks[at];
        chunk.Remove(place);
        Count--;
        if (chunk.Count == 0 && _used > 1)
        {
            _used--;
            _chunks.AsSpan((at + 1)..(_used + 1)).CopyTo(_chunks.AsSpan(at));
        }
    }

    private void InsertChunk(int at, Chunk chunk)
    {
        if (_used == _chunks.Length)
        {
            Array.Resize(ref _chunks, _used * 2);
        }

        _chunks.AsSpan(at.._used).CopyTo(_chunks.AsSpan(at + 1));
        _chunks[at] = chunk;
        _used++;
    }

    private int FindChunk(in Place place)
    {
        int low = 0, high = _used - 1;
        while (low < high)
        {
            var middle = (low + high + 1) >> 1;
            if (_chunks[middle].At(0) <= place)
            {
                low = middle;
            }
            else
            {
                high = middle - 1;
            }
        }

        return low;
    }

    private sealed class Chunk(int capacity)
    {
        private Place[] _items = new Place[capacity];
        private int _start;

        public int Count { get; private set; }

        public ref readonly Place At(int index) => ref _items[_start + index];

        public void Insert(in Place place)
        {
            if (_start + Count == _items.Length)
            {
                MakeRoom();
            }

            var at = Count == 0 || place > At(Count - 1) ? Count : Search(place);
            var items = _items.AsSpan(_start);
            items[at..Count].CopyTo(items[(at + 1)..]);
            items[at] = place;
            Count++;
        }

        public void Remove(in Place place)
        {
            var at = Search(place);
            Debug.Assert(at < Count && At(at).Id == place.Id, "removed from the index what was not in it");
            Count--;
            if (at == 0)
            {
                _start++;
                return;
            }

            var items = _items.AsSpan(_start);
            items[(at + 1)..(Count + 1)].CopyTo(items[at..]);
        }

        public Chunk SplitUpper()
        {
            var half = Count / 2;
            var upper = new Chunk(ChunkMax);
            _items.AsSpan(_start + half, Count - half).CopyTo(upper._items);
            upper.Count = Count - half;
            Count = half;
            return upper;
        }

        private void MakeRoom()
        {
            var target = _start > _items.Length / 4
                ? _items
                : new Place[Math.Min(ChunkMax, _items.Length * 2)];
            _items.AsSpan(_start, Count).CopyTo(target);
            _items = target;
            _start = 0;
        }

        private int Search(in Place place)
        {
            int low = 0, high = Count;
            while (low < high)
            {
                var middle = (low + high) >> 1;
                if (At(middle) < place)
                {
                    low = middle + 1;
                }
                else
                {
                    high = middle;
                }
            }

            return low;
        }
    }
}
