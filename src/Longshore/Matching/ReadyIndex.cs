namespace Longshore.Matching;

/// <summary>
/// Every ready task of a node in memory, by class, with a heap over the classes' heads. Finds the best few for an
/// agent in microseconds, whatever the number of tasks. Not safe for concurrent use.
/// </summary>
internal sealed class ReadyIndex
{
    private const int Arity = 4;

    private RankedList?[] _lists = new RankedList?[64];

    // A 4-ary heap of the non-empty classes by their best task, and where each class stands in it (−1: nowhere).
    private int[] _heap = new int[64];
    private int[] _position = Enumerable.Repeat(-1, 64).ToArray();

    public int Count { get; private set; }

    /// <summary>How many classes have a ready task.</summary>
    public int ClassCount { get; private set; }

    public void Add(in Place place)
    {
        EnsureClass(place.ClassId);
        var list = _lists[place.ClassId] ??= new RankedList();
        list.Add(place);
        Count++;
        if (list.Count == 1)
        {
            _position[place.ClassId] = ClassCount;
            _heap[ClassCount] = place.ClassId;
            SiftUp(ClassCount++);
        }
        else if (list.Head.Id == place.Id)
        {
            SiftUp(_position[place.ClassId]);
        }
    }

    public void Remove(in Place place)
    {
        var list = _lists[place.ClassId]!;
        var wasHead = list.Head.Id == place.Id;
        list.Remove(place);
        Count--;
        if (list.Count == 0)
        {
            RemoveFromHeap(place.ClassId);
        }
        else if (wasHead)
        {
            SiftDown(_position[place.ClassId]);
        }
    }

    public void Clear()
    {
        Array.Clear(_lists);
        Array.Fill(_position, -1);
        Count = ClassCount = 0;
    }

    /// <summary>How many ready tasks a class has.</summary>
    public int CountOf(int classId) => classId < _lists.Length ? _lists[classId]?.Count ?? 0 : 0;

    internal RankedList? List(int classId) => classId < _lists.Length ? _lists[classId] : null;

    internal int HeapClass(int position) => _heap[position];

    internal static int FirstChild(int position) => (position * Arity) + 1;

    internal int LastChild(int position) => Math.Min((position * Arity) + Arity, ClassCount - 1);

    private void EnsureClass(int classId)
    {
        if (classId < _lists.Length)
        {
            return;
        }

        var size = Math.Max(classId + 1, _lists.Length * 2);
        var known = _position.Length;
        Array.Resize(ref _lists, size);
        Array.Resize(ref _heap, size);
        Array.Resize(ref _position, size);
        Array.Fill(_position, -1, known, size - known);
    }

    private void RemoveFromHeap(int classId)
    {
        var at = _position[classId];
        var last = _heap[--ClassCount];
        _position[classId] = -1;
        _lists[classId] = null;
        if (last != classId)
        {
            _heap[at] = last;
            _position[last] = at;
            SiftUp(at);
            SiftDown(_position[last]);
        }
    }

    private void SiftUp(int at)
    {
        var moving = _heap[at];
        while (at > 0)
        {
            var parent = (at - 1) / Arity;
            if (_lists[_heap[parent]]!.Head <= _lists[moving]!.Head)
            {
                break;
            }

            Put(at, _heap[parent]);
            at = parent;
        }

        Put(at, moving);
    }

    private void SiftDown(int at)
    {
        var moving = _heap[at];
        while (FirstChild(at) < ClassCount)
        {
            var best = FirstChild(at);
            for (var child = best + 1; child <= LastChild(at); child++)
            {
                if (_lists[_heap[child]]!.Head < _lists[_heap[best]]!.Head)
                {
                    best = child;
                }
            }

            if (_lists[moving]!.Head <= _lists[_heap[best]]!.Head)
            {
                break;
            }

            Put(at, _heap[best]);
            at = best;
        }

        Put(at, moving);
    }

    private void Put(int at, int classId)
    {
        _heap[at] = classId;
        _position[classId] = at;
    }
}
