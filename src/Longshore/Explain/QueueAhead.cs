using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Explain;

/// <summary>Counts what stands before a task in the queue of those who can do it.</summary>
internal sealed class QueueAhead(IStore store)
{
    /// <summary>At most <see cref="Limits.ExplainedTasksMax"/> tasks of each class are counted.</summary>
    public async Task<int> CountAsync(WorkTask task, IReadOnlyList<Candidate> able, CancellationToken ct)
    {
        if (able.Count == 0)
        {
            return 0;
        }

        var heads = await store.Queries.ListHeadsAsync(
            task.Spec.Namespace, Limits.ExplainedTasksMax, Limits.BatchMax, ct).ConfigureAwait(false);
        var own = heads.FirstOrDefault(head => head.TaskId == task.Id);
        var before = own.TaskId == 0
            ? heads
            : [.. heads.Where(h => h.Rank < own.Rank || (h.Rank == own.Rank && h.TaskId < own.TaskId))];
        var ahead = 0;
        foreach (var group in before.GroupBy(head => head.ClassId))
        {
            var first = await store.Queries.GetTaskAsync(group.First().TaskId, ct).ConfigureAwait(false);
            if (first is not null && able.Any(c => TaskExplainer.CanEver(first.Asks, c)))
            {
                ahead += group.Count();
            }
        }

        return ahead;
    }
}
