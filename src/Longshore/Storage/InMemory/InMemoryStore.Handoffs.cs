using Longshore.Assignments;
using Longshore.Events;
using Longshore.Tasks;

namespace Longshore.Storage.InMemory;

/// <content>Passing tasks on.</content>
public sealed partial class InMemoryStore
{
    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<HandoffOutcome>> HandOffAsync(
        IReadOnlyList<NewHandoff> handoffs, long? nowUs = null, CancellationToken ct = default) =>
        Atomically<IReadOnlyList<HandoffOutcome>>(nowUs, now => [.. handoffs.Select(said => HandOff(said, now))]);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<ChangeOutcome>> WithdrawAsync(
        IReadOnlyList<long> taskIds, ActorType actorType, string actor, string? reason, long? nowUs = null,
        CancellationToken ct = default) =>
        Atomically<IReadOnlyList<ChangeOutcome>>(
            nowUs, now => [.. taskIds.Select(id => Withdraw(id, actorType, actor, reason, now))]);

    /// <inheritdoc/>
    ValueTask<Page<Handoff>> IHandoffStore.ListAsync(HandoffQuery query, CancellationToken ct) =>
        Atomically(null, _ =>
        {
            var after = Paging.AfterId(query.After) ?? 0;
            var found = _state.Handoffs.Values
                .Where(h => h.Id > after && (query.TaskId is null || h.TaskId == query.TaskId)
                    && (query.Status is null || h.Status == query.Status)
                    && (query.Namespace is null || _state.Find(h.TaskId)!.Task.Spec.Namespace == query.Namespace))
                .Take(query.Limit + 1);
            return Paging.PageOf([.. found], query.Limit, h => Paging.Mark(h.Id));
        });

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<Handoff>> ListOpenAsync(
        string? @namespace, int limit, CancellationToken ct = default) =>
        Atomically<IReadOnlyList<Handoff>>(null, _ =>
        [
            .. (from handoff in _state.Handoffs.Values
                where handoff.Status == HandoffStatus.Open
                let spec = _state.Find(handoff.TaskId)!.Task.Spec
                where @namespace is null || spec.Namespace == @namespace
                orderby handoff.Confidence descending, spec.Priority descending, handoff.Id
                select handoff).Take(limit),
        ]);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyDictionary<long, Handoff>> LatestAsync(
        IReadOnlyList<long> taskIds, CancellationToken ct = default) =>
        Atomically<IReadOnlyDictionary<long, Handoff>>(
            null, _ => taskIds.Distinct().Select(HandoffsOf).Where(own => own.Any())
                .ToDictionary(own => own.First().TaskId, own => own.Last()));

    private IEnumerable<Handoff> HandoffsOf(long taskId) => _state.Handoffs.Values.Where(h => h.TaskId == taskId);

    private HandoffOutcome HandOff(NewHandoff said, long nowUs)
    {
        if (_state.Find(said.TaskId) is not { } entry)
        {
            return new HandoffOutcome(HandoffWriteStatus.NotFound, default);
        }

        if (!Holds(entry, said.Epoch, nowUs))
        {
            var same = HandoffsOf(said.TaskId).FirstOrDefault(h => h.Repeats(said));
            var status = same is null ? HandoffWriteStatus.Stale : HandoffWriteStatus.Replayed;
            return new HandoffOutcome(status, entry.Task.State, same);
        }

        if (TaskTransitions.Next(entry.Task.State, TaskOperation.HandOff) is not { } state)
        {
            return new HandoffOutcome(HandoffWriteStatus.Refused, entry.Task.State);
        }

        var hops = HandoffsOf(said.TaskId).Count(h => h.Status == HandoffStatus.Accepted);
        if (hops >= RulesOf(entry.Task.Spec.Namespace).HandoffsMax)
        {
            return new HandoffOutcome(HandoffWriteStatus.TooManyHops, entry.Task.State);
        }

        var agent = entry.Claim!.Agent;
        var handoff = Handoff.Of(
            said, ++_state.LastHandoffId, agent, entry.Task.Spec.ConfidenceThreshold, nowUs);
        _state.Handoffs = _state.Handoffs.Add(handoff.Id, handoff);
        var ended = EndClaim(entry, AssignmentStatus.HandedOff, nowUs, error: null);
        var kept = new KeptPair(agent, long.MaxValue, KeptCause.HandedOff);
        var back = Return(ended, TaskOperation.HandOff, kept, nowUs, nowUs);
        _state.Put(back with
        {
            Task = back.Task with { State = state, Target = said.To, WasHandedOff = true, Suspect = false },
        });
        Saw(agent, nowUs);
        var payload = EventPayloads.HandedOff(handoff);
        Record(new NewEvent(EventTypes.TaskHandedOff, ActorType.Agent, agent, said.TaskId, payload), nowUs);
        return new HandoffOutcome(HandoffWriteStatus.HandedOff, state, handoff);
    }

    private ChangeOutcome Withdraw(long id, ActorType actorType, string actor, string? reason, long nowUs)
    {
        if (_state.Find(id) is not { } entry)
        {
            return new ChangeOutcome(ChangeStatus.NotFound, default);
        }

        if (TaskTransitions.Next(entry.Task.State, TaskOperation.Withdraw) is not { } state)
        {
            return new ChangeOutcome(ChangeStatus.Refused, entry.Task.State);
        }

        var back = Withdrawn(entry, nowUs);
        _state.Put(back with { Task = back.Task with { State = state } });
        var payload = EventPayloads.Reason(reason);
        Record(new NewEvent(EventTypes.HandoffWithdrawn, actorType, actor, id, payload), nowUs);
        return new ChangeOutcome(ChangeStatus.Changed, state);
    }

    /// <summary>Somebody takes the task; from now on it is as any other.</summary>
    private TaskEntry TakenOver(TaskEntry entry, string agent, long nowUs) => NotHandedOff(
        entry, h => h with { AcceptedAt = UnixTime.FromMicroseconds(nowUs), AcceptedBy = agent });

    /// <summary>Nobody will take the task by its hand-off, if it has an open one.</summary>
    private TaskEntry Withdrawn(TaskEntry entry, long nowUs) => NotHandedOff(
        entry, h => h with { WithdrawnAt = UnixTime.FromMicroseconds(nowUs) });

    private TaskEntry NotHandedOff(TaskEntry entry, Func<Handoff, Handoff> end)
    {
        if (entry.Task.Target is null)
        {
            return entry;
        }

        var open = HandoffsOf(entry.Task.Id).Last();
        _state.Handoffs = _state.Handoffs.SetItem(open.Id, end(open));
        return entry with
        {
            Task = entry.Task with { Target = null },
            Kept = entry.Kept.RemoveAll(k => k.Cause == KeptCause.HandedOff),
        };
    }
}
