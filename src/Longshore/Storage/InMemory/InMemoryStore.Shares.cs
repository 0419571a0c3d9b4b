using Longshore.Agents;
using Longshore.Rules;
using Longshore.Tasks;

namespace Longshore.Storage.InMemory;

/// <content>Sharing between namespaces by weight.</content>
public sealed partial class InMemoryStore
{
    /// <summary>The agent chooses among namespaces of which one at least has a share.</summary>
    private bool IsShared(Agent agent, ClaimRequest request) =>
        request.By == ClaimedBy.Agent && request.TaskIds.Count == 0 && agent.Profile.Namespaces.Count > 1
        && agent.Profile.Namespaces.Any(name => RulesOf(name).Share is not null);

    private string GroupOf(NewTask spec) => RulesOf(spec.Namespace).Share is null ? ShareTags.Others : spec.Namespace;

    /// <summary>
    /// The order in which a claim looks at candidates: their own, or, where it is shared, that of the group whose turn
    /// it is.
    /// </summary>
    private sealed class Turns(InMemoryStore store, IEnumerable<TaskEntry> candidates, bool isShared)
    {
        private readonly List<(string Group, IEnumerator<TaskEntry> Tasks)> _queues = isShared
            ? [.. candidates.GroupBy(e => store.GroupOf(e.Task.Spec)).Select(g => (g.Key, g.GetEnumerator()))]
            : [(ShareTags.Others, candidates.GetEnumerator())];

        public TaskEntry? Next()
        {
            while (_queues.Count > 0)
            {
                var next = _queues.Count == 1 ? _queues[0]
                    : _queues.MinBy(queue => store._state.Shares.TurnOf(queue.Group), ShareTurn.Order);
                if (next.Tasks.MoveNext())
                {
                    return next.Tasks.Current;
                }

                _queues.Remove(next);
            }

            return null;
        }

        /// <summary>What was looked at last is given out.</summary>
        public void Take(TaskEntry taken)
        {
            if (isShared)
            {
                var spec = taken.Task.Spec;
                store._state.Shares = store._state.Shares.Served(
                    store.GroupOf(spec), store.RulesOf(spec.Namespace).Share ?? 1);
            }
        }
    }
}
