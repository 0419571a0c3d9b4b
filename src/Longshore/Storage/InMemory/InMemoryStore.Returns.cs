using Longshore.Assignments;
using Longshore.Capabilities;
using Longshore.Events;
using Longshore.Tasks;

namespace Longshore.Storage.InMemory;

/// <content>Tasks that come back untried: rejected, not accepted in time, taken away; and new requirements.</content>
public sealed partial class InMemoryStore
{
    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<ChangeOutcome>> EvictAsync(
        IReadOnlyList<long> taskIds, string actor, string? reason, long? nowUs = null,
        CancellationToken ct = default) =>
        Atomically<IReadOnlyList<ChangeOutcome>>(
            nowUs, now => [.. taskIds.Select(id => Evict(id, actor, reason, now))]);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<ChangeOutcome>> ReclassifyAsync(
        IReadOnlyList<long> taskIds, IReadOnlyList<Requirement> requires, string reason, long? nowUs = null,
        CancellationToken ct = default) =>
        Atomically<IReadOnlyList<ChangeOutcome>>(
            nowUs, now => [.. taskIds.Select(id => Reclassify(id, requires, reason, now))]);

    private FinishOutcome Reject(TaskEntry entry, Finish finish, long nowUs)
    {
        var agent = entry.Claim!.Agent;
        var reason = finish.Reason ?? RejectReason.Other;
        var rules = RulesOf(entry.Task.Spec.Namespace);
        var ended = EndClaim(
            entry, AssignmentStatus.Rejected, nowUs, finish.Error, finish.Key,
            reason: reason);
        var keptUs = rules.ReofferRejected ? nowUs + rules.RejectCooldown.ToMicroseconds() : long.MaxValue;
        var untilUs = nowUs + rules.TaskCooldown.ToMicroseconds();
        var back = Return(ended, TaskOperation.Reject, new KeptPair(agent, keptUs, KeptCause.Rejected), untilUs, nowUs);
        back = back with { Task = back.Task with { Suspect = false } };
        _state.Put(back);
        var payload = EventPayloads.Rejected(
            back.Task.Epoch, agent, back.Task.State, reason.ToWire(), finish.Error);
        Record(new NewEvent(EventTypes.TaskRejected, ActorType.Agent, agent, back.Task.Id, payload), nowUs);
        return new FinishOutcome(ClaimWriteStatus.Accepted, back.Task.State, untilUs > nowUs ? untilUs : 0);
    }

    /// <summary>
    /// An offer ran out. Whoever let it is passed over for a while; a session that ended is not to blame.
    /// </summary>
    private LostClaim LoseOffer(TaskEntry entry, string why, long nowUs)
    {
        var agent = entry.Claim!.Agent;
        var isMissed = why == EndReasons.LeaseRanOut;

        // Nobody tried the task, so its loss says nothing about it (G7).
        var untried = entry with { Claim = entry.Claim with { Single = false } };
        var ended = EndClaim(
            untried, AssignmentStatus.Expired, nowUs, isMissed ? EndReasons.OfferRanOut : why,
            verdict: isMissed ? Verdict.Missed : Verdict.Nothing);
        var cooldownUs = RulesOf(entry.Task.Spec.Namespace).RejectCooldown.ToMicroseconds();
        var kept = isMissed && cooldownUs > 0
            ? new KeptPair(agent, nowUs + cooldownUs, KeptCause.Missed)
            : (KeptPair?)null;
        var back = Return(ended, TaskOperation.LoseOffer, kept, nowUs, nowUs);
        _state.Put(back);
        var payload = EventPayloads.Claim(back.Task.Epoch, agent, back.Task.State);
        Record(
            new NewEvent(EventTypes.TaskOfferExpired, ActorType.System, "longshore", back.Task.Id, payload), nowUs);
        return new LostClaim(back.Task.Id, back.Task.Epoch, agent, back.Task.State) { WasOffer = true };
    }

    private ChangeOutcome Evict(long id, string actor, string? reason, long nowUs)
    {
        if (_state.Find(id) is not { } entry)
        {
            return new ChangeOutcome(ChangeStatus.NotFound, default);
        }

        if (entry.Claim is null || TaskTransitions.Next(entry.Task.State, TaskOperation.Evict) is null)
        {
            return new ChangeOutcome(ChangeStatus.Refused, entry.Task.State);
        }

        var agent = entry.Claim!.Agent;
        var cooldownUs = RulesOf(entry.Task.Spec.Namespace).RejectCooldown.ToMicroseconds();
        var kept = cooldownUs > 0 ? new KeptPair(agent, nowUs + cooldownUs, KeptCause.Evicted) : (KeptPair?)null;
        var ended = EndClaim(entry, AssignmentStatus.Reassigned, nowUs, reason);
        var back = Return(ended, TaskOperation.Evict, kept, nowUs, nowUs);
        _state.Put(back);
        var payload = EventPayloads.Reason(reason);
        Record(new NewEvent(EventTypes.TaskEvicted, ActorType.Human, actor, id, payload), nowUs);
        var lost = new LostClaim(id, back.Task.Epoch, agent, back.Task.State);
        return new ChangeOutcome(ChangeStatus.Changed, back.Task.State, lost);
    }

    /// <summary>Back to the queue with its place and without the attempt, kept from an agent.</summary>
    private static TaskEntry Return(
        TaskEntry ended, TaskOperation operation, KeptPair? kept, long untilUs, long nowUs)
    {
        var back = Requeue(ended, operation, untilUs, nowUs);
        return back with
        {
            Task = back.Task with { Attempts = back.Task.Attempts - 1 },
            Kept = kept is { } pair ? back.Kept.RemoveAll(k => k.Agent == pair.Agent).Add(pair) : back.Kept,
        };
    }

    private ChangeOutcome Reclassify(long id, IReadOnlyList<Requirement> requires, string reason, long nowUs)
    {
        if (_state.Find(id) is not { } entry)
        {
            return new ChangeOutcome(ChangeStatus.NotFound, default);
        }

        if (entry.Task.State != TaskState.Created)
        {
            return new ChangeOutcome(ChangeStatus.Refused, entry.Task.State);
        }

        // What it asks for from now on takes the place of all steps.
        var spec = entry.Task.Asks with { Requires = requires };
        _state.Put(entry with { Task = entry.Task with { Spec = spec, Relaxing = null } });
        var payload = EventPayloads.Reason(reason);
        Record(new NewEvent(EventTypes.TaskReclassified, ActorType.System, "longshore", id, payload), nowUs);
        return new ChangeOutcome(ChangeStatus.Changed, entry.Task.State);
    }
}
