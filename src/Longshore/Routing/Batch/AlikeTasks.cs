namespace Longshore.Routing.Batch;

/// <summary>
/// Tasks that have the same arcs, as those of one task class have, but that one may be worth more than another by the
/// same everywhere. What moving them from one agent to another loses is the same for all at any prices, so a search
/// needs to look at only one of them.
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

            var same = alike.FindIndex(other => AreAlike(problem.ArcsOf(other), problem.ArcsOf(task)));
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

    private static bool AreAlike(ReadOnlySpan<Arc> one, ReadOnlySpan<Arc> other)
    {
        if (one.Length != other.Length)
        {
            return false;
        }

        for (var i = 0; i < one.Length; i++)
        {
            if (one[i].Agent != other[i].Agent
                || (long)one[i].Score - one[0].Score != (long)other[i].Score - other[0].Score)
            {
                return false;
            }
        }

        return true;
    }

    // FNV-1a over words instead of bytes: equal hashes are compared in full, so speed is all that counts.
    private static ulong Hash(ReadOnlySpan<Arc> arcs)
    {
        var hash = 14695981039346656037UL;
        foreach (var arc in arcs)
        {
            hash = (hash ^ (uint)arc.Agent) * 1099511628211UL;
            hash = (hash ^ (ulong)((long)arc.Score - arcs[0].Score)) * 1099511628211UL;
            hash ^= hash >> 29;
        }

        return hash;
    }
}
