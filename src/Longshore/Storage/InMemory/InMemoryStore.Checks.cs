using Longshore.Assignments;
using Longshore.Tasks;

namespace Longshore.Storage.InMemory;

/// <content>What must hold between any two verbs. Tests ask after every step.</content>
public sealed partial class InMemoryStore
{
    /// <summary>
    /// A task is open or ended and not both, held exactly while in progress, its live grant above all ended ones; an
    /// agent's load is its live claims. Answers what is broken; nothing when all is well.
    /// </summary>
    internal ValueTask<IReadOnlyList<string>> CheckInvariantsAsync() =>
        Atomically<IReadOnlyList<string>>(
            null, _ => [.. BrokenTasks(), .. BrokenOrder(), .. BrokenLoads(), .. BrokenProbes(), .. BrokenKeys()]);

    private IEnumerable<string> BrokenTasks()
    {
        foreach (var entry in _state.Open.Values.Concat(_state.Ended.Values))
        {
            var (id, state) = (entry.Task.Id, entry.Task.State);
            var isHeld = state is TaskState.InProgress or TaskState.Assigned
                || (state == TaskState.Blocked && entry.Claim is not null);
            if (_state.Open.ContainsKey(id) == state.IsTerminal() || _state.Ended.ContainsKey(id) != state.IsTerminal())
            {
                yield return $"task {id} is {state.ToWire()} and kept among the others";
            }

            if (entry.Claim is { } claim
                && ((claim.Status == AssignmentStatus.Assigned) != (state == TaskState.Assigned)
                    || (claim.Status == AssignmentStatus.Blocked) != (state == TaskState.Blocked)))
            {
                yield return $"task {id} is {state.ToWire()} and its claim is {claim.Status.ToWire()}";
            }

            if ((entry.Claim is not null) != isHeld || (entry.Task.LeaseUntil is not null) != isHeld)
            {
                yield return $"task {id} is {state.ToWire()} and its claim says otherwise";
            }

            var isHandedOff = state is TaskState.PendingHandoff or TaskState.Assigned && entry.Task.Target is not null;
            if (isHandedOff != (entry.Task.Target is not null)
                || isHandedOff != (HandoffsOf(id).Count(h => h.Status == HandoffStatus.Open) == 1))
            {
                yield return $"task {id} is {state.ToWire()} and its hand-offs say otherwise";
            }

            if ((state == TaskState.Blocked) != (!state.IsTerminal() && OpenBlockers(id) > 0))
            {
                yield return $"task {id} is {state.ToWire()} and has {OpenBlockers(id)} open blockers";
            }

            var epochs = entry.Claims.Select(c => c.Record.Epoch).ToList();
            if (epochs.Zip(epochs.Skip(1)).Any(e => e.First >= e.Second)
                || epochs.Exists(e => isHeld ? e >= entry.Task.Epoch : e > entry.Task.Epoch))
            {
                yield return $"task {id} has epoch {entry.Task.Epoch} and ended claims {string.Join(", ", epochs)}";
            }
        }
    }

    private IEnumerable<string> BrokenOrder()
    {
        var ready = _state.Open.Values.Where(e => e.IsReady).Select(e => (e.Rank, e.Task.Id)).Order();
        if (!_state.Ready.SequenceEqual(ready))
        {
            yield return "the order of what is ready is not that of the open tasks";
        }

        var due = from task in _state.Open.Values.Select(e => e.Task)
                  where task.Spec.Deadline is not null
                  select (task.Spec.Deadline!.Value, task.Id);
        if (!_state.Deadlines.SequenceEqual(due.Order()))
        {
            yield return "the deadlines kept are not those of the open tasks";
        }
    }

    private IEnumerable<string> BrokenProbes() =>
        from breaker in _state.Breakers.Values
        where breaker.ProbeTaskId is { } id
            && (_state.Find(id) is not { Claim: not null } entry || entry.Task.Epoch != breaker.ProbeEpoch)
        select $"breaker {breaker.Key} waits for a probe that is over";

    /// <summary>A live task that must hold its unique key does, so no two have one.</summary>
    private IEnumerable<string> BrokenKeys() =>
        from task in _state.Open.Values.Select(e => e.Task)
        where task.Spec.Unique is { } unique && (unique.While == UniqueWhile.Live || task.Epoch == 0)
            && _state.UniqueKeys.GetValueOrDefault(KeyOf(task.Spec)) != task.Id
        select $"task {task.Id} is live and does not hold its unique key";

    private IEnumerable<string> BrokenLoads()
    {
        foreach (var agent in _state.Agents.Values)
        {
            var live = HeldBy(agent.Name).Count;
            if (agent.Load != live)
            {
                yield return $"agent {agent.Name} has load {agent.Load} and {live} live claims";
            }
        }
    }
}
