namespace Longshore.Routing.Batch;

/// <summary>
/// Tasks that have the same arcs, as those of one task class have. They are worth the same everywhere at any prices,
/// so a search needs to look at only one of them.
/// </summary>
internal static class AlikeTasks
{
    /// <summary>For each task the number of its group, from 0, and how many groups there are.</summary>
    public static (int[] GroupOf, int Groups) Find(AssignmentProblem problem)
    {
        var groupOf = new int[problem.Tasks];
        var firstOf = new Dictionary<ulong, List<int>>();
        var groups = 0;
        for (var task = 0; task < problem.Tasks; task++)
        {
            var hash = Hash(problem.ArcsOf(task));
            if (!firstOf.TryGetValue(hash, out var alike))
            {
                firstOf[hash] = alike = [];
            }

            var same = alike.FindIndex(other => problem.ArcsOf(other).SequenceEqual(problem.ArcsOf(task)));
            if (same < 0)
            {
                alike.Add(task);
                groupOf[task] = groups++;
            }
            else
            {
                groupOf[task] = groupOf[alike[same]];
            }
        }

        return (groupOf, groups);
    }

    // FNV-1a over words instead of bytes: equal hashes are compared in full, so speed is all that counts.
    private static ulong Hash(ReadOnlySpan<Arc> arcs)
    {
        var hash = 14695981039346656037UL;
        foreach (var arc in arcs)
        {
            hash = (hash ^ (uint)arc.Agent) * 1099511628211UL;
            hash = (hash ^ (uint)arc.Score) * 1099511628211UL;
            hash ^= hash >> 29;
        }

        return hash;
    }
}
