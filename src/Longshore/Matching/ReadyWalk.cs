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

    private readonly PriorityQueue<Step, Place> _frontier = new();
    private EligibleClasses _eligible = null!;

    /// <summary>
    /// Starts over. <paramref name="classes"/> come from <paramref name="eligible"/>; <paramref name="expected"/>
    /// is how many tasks are wanted.
    /// </summary>
    public void Start(EligibleClasses eligible, List<int> classes, bool allKinds, int expected)
    {
        _frontier.Clear();
        _eligible = eligible;
        if (allKinds && (long)classes.Count * classes.Count > (long)DescentCost * expected * index.ClassCount)
        {
            if (index.ClassCount > 0)
            {
                PushHeapNode(0);
            }

            return;
        }

        foreach (var classId in classes)
        {
            if (index.List(classId) is { } list)
            {
                _frontier.Enqueue(new Step(classId, 0, 0, -1), list.Head);
            }
        }
    }

    /// <summary>The next best task; false when there is none left.</summary>
    public bool Next(out Place place)
    {
        while (_frontier.TryDequeue(out var step, out place))
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

            int chunk = step.Chunk, offset = step.Offset;
            var list = index.List(step.ClassId)!;
            if (list.MoveNext(ref chunk, ref offset))
            {
                _frontier.Enqueue(new Step(step.ClassId, chunk, offset, -1), list.At(chunk, offset));
            }

            return true;
        }

        return false;
    }

    private void PushHeapNode(int position)
    {
        var classId = index.HeapClass(position);
        _frontier.Enqueue(new Step(classId, 0, 0, position), index.List(classId)!.Head);
    }

    private readonly record struct Step(int ClassId, int Chunk, int Offset, int HeapPosition);
}
