namespace Longshore.Matching;

/// <summary>
/// Walks the ready tasks an agent may do, best first, without changing the index. Two ways to start, the cheaper is
/// taken: look at the head of each eligible class, or descend the heap of all heads and pass over those that are
/// not eligible; with E of C classes eligible the second visits about k·C/E heads for k tasks, so neither is ever
/// worse than √(k·C). One instance is reused; its owner guards it together with the index.
/// </summary>
internal sealed class ReadyWalk(ReadyIndex index)
{
    // How much dearer a visit in the descent is than a look at a head.
    private const int DescentCost = 20;

    private readonly PriorityQueue<Step, Order> _frontier = new();
    private EligibleClasses _eligible = null!;
    private Predicate<int>? _isShut;

    /// <summary>Starts over.</summary>
    /// <param name="eligible">What the agent may do, caught up with the classes.</param>
    /// <param name="among">The classes of the wanted kinds; null for all the eligible ones.</param>
    /// <param name="expected">How many tasks are wanted.</param>
    /// <param name="isShut">Classes that are left out as a whole from the moment this says so; null for none.</param>
    public void Start(EligibleClasses eligible, List<int>? among, int expected, Predicate<int>? isShut = null)
    {
        _frontier.Clear();
        _eligible = eligible;
        _isShut = isShut;
        var list = among ?? eligible.List;
        if (list is null || (among is null && IsDescentCheaper(list.Count, expected)))
        {
            if (index.ClassCount > 0)
            {
                PushHeapNode(0);
            }

            return;
        }

        foreach (var classId in list)
        {
            if (index.List(classId) is { } ready)
            {
                Push(new Step(classId, 0, 0, -1), ready.Head);
            }
        }
    }

    /// <summary>The next best task; false when there is none left.</summary>
    public bool Next(out Place place)
    {
        while (_frontier.TryDequeue(out var step, out _))
        {
            if (step.HeapPosition >= 0)
            {
                var last = index.LastChild(step.HeapPosition);
                for (var child = ReadyIndex.FirstChild(step.HeapPosition); child <= last; child++)
                {
                    PushHeapNode(child);
                }

                if (!_eligible.Contains(step.ClassId))
                {
                    continue;
                }
            }

            if (_isShut?.Invoke(step.ClassId) == true)
            {
                continue;
            }

            int chunk = step.Chunk, offset = step.Offset;
            var list = index.List(step.ClassId)!;
            place = list.At(chunk, offset);
            if (list.MoveNext(ref chunk, ref offset))
            {
                Push(new Step(step.ClassId, chunk, offset, -1), list.At(chunk, offset));
            }

            return true;
        }

        place = default;
        return false;
    }

    private bool IsDescentCheaper(int eligible, int expected) =>
        (long)eligible * eligible > (long)DescentCost * expected * index.ClassCount;

    private void PushHeapNode(int position)
    {
        var classId = index.HeapClass(position);
        Push(new Step(classId, 0, 0, position), index.List(classId)!.Head);
    }

    private void Push(Step step, in Place place) => _frontier.Enqueue(step, new Order(place.Rank, place.Id));

    private readonly record struct Order(long Rank, long Id) : IComparable<Order>
    {
        public int CompareTo(Order other) => Rank != other.Rank ? Rank.CompareTo(other.Rank) : Id.CompareTo(other.Id);

        public static bool operator <(Order left, Order right) => left.CompareTo(right) < 0;

        public static bool operator >(Order left, Order right) => left.CompareTo(right) > 0;

        public static bool operator <=(Order left, Order right) => left.CompareTo(right) <= 0;

        public static bool operator >=(Order left, Order right) => left.CompareTo(right) >= 0;
    }

    private readonly record struct Step(int ClassId, int Chunk, int Offset, int HeapPosition);
}
