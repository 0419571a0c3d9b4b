using Longshore.Assignments;
using Longshore.Events;
using Longshore.Tasks;
using Longshore.Workflows;

namespace Longshore.Storage.InMemory;

/// <content>Changes by somebody other than the holder, and by time.</content>
public sealed partial class InMemoryStore
{
    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<ChangeOutcome>> CancelAsync(
        IReadOnlyList<long> taskIds, string? reason, long? nowUs = null, CancellationToken ct = default) =>
        Atomically<IReadOnlyList<ChangeOutcome>>(nowUs, now => [.. taskIds.Select(id => Cancel(id, reason, now))]);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<ChangeOutcome>> RetryAsync(
        IReadOnlyList<long> taskIds, long? nowUs = null, CancellationToken ct = default) =>
        Atomically<IReadOnlyList<ChangeOutcome>>(nowUs, now => [.. taskIds.Select(id => Retry(id, now))]);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<ChangeOutcome>> ReprioritiseAsync(
        IReadOnlyList<long> taskIds, int priority, long? nowUs = null, CancellationToken ct = default) =>
        Atomically<IReadOnlyList<ChangeOutcome>>(
            nowUs, now => [.. taskIds.Select(id => Reprioritise(id, priority, now))]);

    /// <inheritdoc/>
    public ValueTask<int> StageAsync(int limit, long? nowUs = null, CancellationToken ct = default) =>
        Atomically(nowUs, now =>
        {
            var due = _state.Open.Values
                .Where(e => e.Task.DeferredUntil <= UnixTime.FromMicroseconds(now))
                .OrderBy(e => e.Task.DeferredUntil).ThenBy(e => e.Task.Id)
                .Take(limit)
                .ToList();
            foreach (var entry in due)
            {
                _state.Put(entry.Task.State == TaskState.Quarantined
                    ? Freed(entry)
                    : entry with { Task = entry.Task with { DeferredUntil = null } });
                Record(new NewEvent(EventTypes.TaskReady, ActorType.System, "longshore", entry.Task.Id), now);
            }

            return due.Count;
        });

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<LostClaim>> RescueAsync(
        int limit, long? nowUs = null, CancellationToken ct = default) =>
        Atomically<IReadOnlyList<LostClaim>>(nowUs, now =>
        {
            var lapsed = _state.Open.Values
                .Where(e => e.Task.LeaseUntil <= UnixTime.FromMicroseconds(now))
                .OrderBy(e => e.Task.LeaseUntil).ThenBy(e => e.Task.Id)
                .Take(limit)
                .ToList();
            return WithRuns(lapsed.Select(e => Lose(e, EndReasons.LeaseRanOut, now)), now);
        });

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<LostClaim>> ExpireAsync(
        int limit, long? nowUs = null, CancellationToken ct = default) =>
        Atomically<IReadOnlyList<LostClaim>>(nowUs, now =>
        {
            var at = UnixTime.FromMicroseconds(now);
            if (_state.Deadlines.IsEmpty || _state.Deadlines.Min.Deadline > at)
            {
                return [];
            }

            var passed = _state.Deadlines.TakeWhile(d => d.Deadline <= at)
                .Select(d => _state.Open[d.Id])
                .Where(e => TaskTransitions.Next(e.Task.State, TaskOperation.Expire) is not null)
                .Take(limit)
                .ToList();
            return WithRuns(passed.Select(e => Expire(e, now)), now);
        });

    /// <inheritdoc/>
    public ValueTask<PruneOutcome> PruneAsync(PrunePlan plan, int limit, CancellationToken ct = default) =>
        Atomically(null, _ =>
        {
            var old = _state.Ended.Values
                .Where(e => IsOver(e.Task) && e.Task.Run is null)
                .OrderBy(e => e.Task.EndedAt).ThenBy(e => e.Task.Id)
                .Take(limit)
                .ToList();
            foreach (var task in old.Select(e => e.Task))
            {
                Remove(task);
            }

            var before = UnixTime.FromMicroseconds(plan.EventsBeforeUs);
            _state.Log = _state.Log.Since(before);
            return new PruneOutcome(old.Count, old.Count == limit);

            bool IsOver(WorkTask task) => task.EndedAt!.Value.ToMicroseconds()
                < plan.BeforeUs(task.Spec.Namespace, task.Spec.Kind, task.State);
        });

    /// <inheritdoc/>
    public ValueTask<long?> NextDueAsync(CancellationToken ct = default) =>
        Atomically(null, _ => _state.Open.Values.Min(e => e.Task.DeferredUntil)?.ToMicroseconds());

    private void Remove(WorkTask task)
    {
        _state.Handoffs = _state.Handoffs.RemoveRange(HandoffsOf(task.Id).Select(h => h.Id));
        _state.Requests = _state.Requests.RemoveRange(RequestsOf(task.Id).Select(r => r.Id));
        _state.Ended = _state.Ended.Remove(task.Id);
        if (task.Spec.Code is { } code)
        {
            _state.Codes = _state.Codes.Remove((task.Spec.Namespace, code));
        }

        if (task.Spec.Group is { } group)
        {
            var members = _state.Groups[(task.Spec.Namespace, group)].Remove(task.Id);
            _state.Groups = members.IsEmpty
                ? _state.Groups.Remove((task.Spec.Namespace, group))
                : _state.Groups.SetItem((task.Spec.Namespace, group), members);
        }

        if (task.Spec.Unique is not null && _state.UniqueKeys.GetValueOrDefault(KeyOf(task.Spec)) == task.Id)
        {
            _state.UniqueKeys = _state.UniqueKeys.Remove(KeyOf(task.Spec));
        }

        if (task.Spec.IdempotencyKey is { } key)
        {
            _state.InsertKeys = _state.InsertKeys.Remove((task.Spec.Namespace, key));
        }
    }

    private ChangeOutcome Cancel(long id, string? reason, long nowUs)
    {
        if (_state.Find(id) is not { } entry)
        {
            return new ChangeOutcome(ChangeStatus.NotFound, default);
        }

        if (TaskTransitions.Next(entry.Task.State, TaskOperation.Cancel) is null)
        {
            return new ChangeOutcome(ChangeStatus.Refused, entry.Task.State);
        }

        var (state, lost) = End(entry, TaskOperation.Cancel, AssignmentStatus.Cancelled, reason, nowUs);
        Record(
            new NewEvent(EventTypes.TaskCancelled, ActorType.Human, "api", id, EventPayloads.Reason(reason)), nowUs);
        return new ChangeOutcome(ChangeStatus.Changed, state, lost, Runs: AdvanceRuns(nowUs).IfAny);
    }

    private ChangeOutcome Reprioritise(long id, int priority, long nowUs)
    {
        if (_state.Find(id) is not { } entry)
        {
            return new ChangeOutcome(ChangeStatus.NotFound, default);
        }

        if (!entry.Task.State.IsQueued())
        {
            return new ChangeOutcome(ChangeStatus.Refused, entry.Task.State);
        }

        var spec = entry.Task.Spec with { Priority = priority };
        _state.Put(entry with { Task = entry.Task with { Spec = spec } });
        var payload = EventPayloads.Priority(priority);
        Record(new NewEvent(EventTypes.TaskReprioritised, ActorType.Human, "api", id, payload), nowUs);
        return new ChangeOutcome(ChangeStatus.Changed, entry.Task.State);
    }

    private LostClaim Expire(TaskEntry entry, long nowUs)
    {
        var (state, lost) = End(
            entry, TaskOperation.Expire, AssignmentStatus.Expired, EndReasons.DeadlinePassed, nowUs);
        Record(new NewEvent(EventTypes.TaskExpired, ActorType.System, "longshore", entry.Task.Id), nowUs);
        return lost ?? new LostClaim(entry.Task.Id, 0, null, state);
    }

    /// <summary>Ends a task over its holder's head, if it has one.</summary>
    private (TaskState State, LostClaim? Lost) End(
        TaskEntry entry, TaskOperation operation, AssignmentStatus status, string? why, long nowUs)
    {
        var agent = entry.Claim?.Agent;
        var free = agent is null ? entry : EndClaim(entry, status, nowUs, why);
        free = Withdrawn(free, nowUs);
        var ended = Close(free, operation, agent, nowUs, why);
        _state.Put(ended);
        ForgetTrips(ended.Task.Id);
        var lost = agent is null ? null : new LostClaim(ended.Task.Id, ended.Task.Epoch, agent, ended.Task.State);
        return (ended.Task.State, lost);
    }

    private ChangeOutcome Retry(long id, long nowUs)
    {
        if (_state.Find(id) is not { } entry)
        {
            return new ChangeOutcome(ChangeStatus.NotFound, default);
        }

        // What a run has ended is begun anew with the run; what a batch has, alone.
        var step = entry.Task.Run is not null && entry.Task.State.IsTerminal() ? _state.RunSteps[id] : null;
        if (TaskTransitions.Next(entry.Task.State, TaskOperation.Retry) is not { } state
            || (step is not null && !_state.Runs[step.RunId].IsBatch))
        {
            return new ChangeOutcome(ChangeStatus.Refused, entry.Task.State);
        }

        if (entry.Task is { Spec.Unique: { } unique } again && again.State.IsTerminal()
            && Unique.IsHeldAgain(unique.While == UniqueWhile.Unstarted, again.Epoch))
        {
            if (HolderOf(again.Spec, nowUs) is { Task.Id: var holder } && holder != id)
            {
                return new ChangeOutcome(ChangeStatus.KeyTaken, again.State, HolderId: holder);
            }

            _state.UniqueKeys = _state.UniqueKeys.SetItem(KeyOf(again.Spec), id);
        }

        ForgetTrips(id);
        CloseRequests(entry.Task, nowUs);
        _state.Put(entry with
        {
            Kept = [],
            Task = entry.Task with
            {
                State = state,
                Attempts = 0,
                Failures = 0,
                Suspect = false,
                AvailableAt = UnixTime.FromMicroseconds(nowUs),
                DeferredUntil = null,
                Agent = null,
                EndedAt = null,
                Error = entry.LastError,
                Relaxing = Again(entry.Task, nowUs),
            },
        });
        Record(new NewEvent(EventTypes.TaskRetried, ActorType.Human, "api", id), nowUs);
        if (step is not null)
        {
            new BatchAdvance(new MemoryLedger(this, nowUs)).Again(step);
        }

        return new ChangeOutcome(ChangeStatus.Changed, state);
    }
}
