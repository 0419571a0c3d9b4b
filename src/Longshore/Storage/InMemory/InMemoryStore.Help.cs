using Longshore.Assignments;
using Longshore.Events;
using Longshore.Help;
using Longshore.Tasks;

namespace Longshore.Storage.InMemory;

/// <content>Help requests, and what blockers do to their tasks.</content>
public sealed partial class InMemoryStore
{
    /// <inheritdoc/>
    public ValueTask<HelpOutcome> AskAsync(
        NewHelpRequest request, long? nowUs = null, CancellationToken ct = default) =>
        Atomically(nowUs, now => Ask(request, now));

    /// <inheritdoc/>
    public ValueTask<HelpOutcome> TakeAsync(
        long id, string helper, long? nowUs = null, CancellationToken ct = default) =>
        Atomically(nowUs, now => Answer(
            id, helper, EventTypes.HelpClaimed, now, (request, by, _) => HelpRules.Take(request, by),
            request => request with
            {
                ClaimedBy = helper,
                ClaimedAt = request.ClaimedAt ?? UnixTime.FromMicroseconds(now),
            }));

    /// <inheritdoc/>
    public ValueTask<HelpOutcome> ResolveAsync(
        long id, string by, string resolution, long? nowUs = null, CancellationToken ct = default) =>
        Atomically(nowUs, now => Answer(
            id, by, EventTypes.HelpResolved, now, HelpRules.Resolve,
            request => request with
            {
                ResolvedAt = UnixTime.FromMicroseconds(now),
                ResolvedBy = by,
                Resolution = resolution,
            }));

    /// <inheritdoc/>
    public ValueTask<HelpOutcome> CancelAsync(
        long id, string by, long? nowUs = null, CancellationToken ct = default) =>
        Atomically(nowUs, now => Answer(
            id, by, EventTypes.HelpCancelled, now, (request, actor, _) => HelpRules.Cancel(request, actor),
            request => request with { CancelledAt = UnixTime.FromMicroseconds(now) }));

    /// <inheritdoc/>
    ValueTask<HelpRequest?> IHelpStore.GetAsync(long id, CancellationToken ct) =>
        Atomically(null, _ => _state.Requests.GetValueOrDefault(id) is { } request ? Seen(request) : null);

    /// <inheritdoc/>
    ValueTask<Page<HelpRequest>> IHelpStore.ListAsync(HelpQuery query, CancellationToken ct) =>
        Atomically(null, _ =>
        {
            var after = Paging.AfterId(query.After) ?? 0;
            var found = _state.Requests.Values
                .Select(Seen)
                .Where(r => r.Id > after && (query.TaskId is null || r.TaskId == query.TaskId)
                    && (query.Agent is null || r.Agent == query.Agent)
                    && (query.Type is null || r.Type == query.Type)
                    && (!query.OpenOnly || r.IsOpen)
                    && (query.Namespace is null || _state.Find(r.TaskId)!.Task.Spec.Namespace == query.Namespace))
                .Take(query.Limit + 1);
            return Paging.PageOf([.. found], query.Limit, r => Paging.Mark(r.Id));
        });

    private IEnumerable<HelpRequest> RequestsOf(long taskId) => _state.Requests.Values.Where(r => r.TaskId == taskId);

    private int OpenBlockers(long taskId) => RequestsOf(taskId).Count(r => r.Type == HelpType.Blocker && r.IsOpen);

    /// <summary>As everybody sees it: closed when its task has ended.</summary>
    private HelpRequest Seen(HelpRequest request) =>
        request.IsOpen && _state.Find(request.TaskId)?.Task.EndedAt is { } ended
            ? request with { ClosedAt = ended }
            : request;

    private HelpOutcome Ask(NewHelpRequest asked, long nowUs)
    {
        if (!_state.Agents.ContainsKey(asked.Agent))
        {
            return new HelpOutcome(HelpWriteStatus.UnknownAgent);
        }

        if (_state.Find(asked.TaskId) is not { } entry)
        {
            return new HelpOutcome(HelpWriteStatus.NotFound);
        }

        var state = entry.Task.State;
        if (state.IsTerminal())
        {
            return new HelpOutcome(HelpWriteStatus.Refused, state);
        }

        if (RequestsOf(asked.TaskId).Count(r => r.IsOpen) >= Limits.OpenRequestsMax)
        {
            return new HelpOutcome(HelpWriteStatus.TooMany, state);
        }

        var isBlocker = asked.Type == HelpType.Blocker;
        if (isBlocker && (!Holds(entry, asked.Epoch ?? 0, nowUs) || entry.Claim!.Agent != asked.Agent))
        {
            return new HelpOutcome(HelpWriteStatus.Stale, state);
        }

        if (isBlocker && TaskTransitions.Next(state, TaskOperation.Block) is null)
        {
            return new HelpOutcome(HelpWriteStatus.Refused, state);
        }

        var request = HelpRequest.Of(asked, ++_state.LastRequestId, nowUs);
        _state.Requests = _state.Requests.Add(request.Id, request);
        Saw(asked.Agent, nowUs);
        RecordHelp(EventTypes.HelpRequested, ActorType.Agent, asked.Agent, request, nowUs);
        if (!isBlocker || state == TaskState.Blocked)
        {
            return new HelpOutcome(HelpWriteStatus.Done, state, request);
        }

        Block(_state.Find(asked.TaskId)!, nowUs);
        return new HelpOutcome(HelpWriteStatus.Done, TaskState.Blocked, request, TaskOperation.Block);
    }

    private void Block(TaskEntry entry, long nowUs)
    {
        var holdUs = nowUs + RulesOf(entry.Task.Spec.Namespace).BlockedHoldMax.ToMicroseconds();
        var leftUs = Math.Max(0, entry.Task.LeaseUntil!.Value.ToMicroseconds() - nowUs);
        _state.Put(entry with
        {
            Task = entry.Task with
            {
                State = After(entry.Task.State, TaskOperation.Block),
                LeaseUntil = UnixTime.FromMicroseconds(holdUs),
            },
            Claim = entry.Claim! with { Status = AssignmentStatus.Blocked, PausedUs = leftUs, Key = null },
        });
        Record(new NewEvent(EventTypes.TaskBlocked, ActorType.Agent, entry.Claim.Agent, entry.Task.Id), nowUs);
    }

    /// <summary>One step in a request's life, if it may be done.</summary>
    private HelpOutcome Answer(
        long id, string by, string type, long nowUs, Func<HelpRequest, HelpActor, string?, HelpWriteStatus> rule,
        Func<HelpRequest, HelpRequest> change)
    {
        if (_state.Requests.GetValueOrDefault(id) is not { } written)
        {
            return new HelpOutcome(HelpWriteStatus.NotFound);
        }

        var request = Seen(written);
        var state = _state.Find(request.TaskId)!.Task.State;
        var agent = _state.Agents.GetValueOrDefault(by);
        var actor = new HelpActor(by, agent?.Profile.Principal, agent is not null);
        var status = rule(request, actor, _state.Agents[request.Agent].Profile.Principal);
        if (status != HelpWriteStatus.Done)
        {
            return new HelpOutcome(status, state, request);
        }

        var changed = change(request);
        if (changed == request)
        {
            return new HelpOutcome(status, state, request);
        }

        _state.Requests = _state.Requests.SetItem(id, changed);
        Saw(by, nowUs);
        var sort = actor.IsAgent ? ActorType.Agent : ActorType.Human;
        RecordHelp(type, sort, by, changed, nowUs);
        if (changed.IsOpen || changed.Type != HelpType.Blocker || OpenBlockers(request.TaskId) > 0)
        {
            return new HelpOutcome(status, state, changed);
        }

        var operation = Unblock(_state.Find(request.TaskId)!, sort, by, nowUs);
        return new HelpOutcome(status, _state.Find(request.TaskId)!.Task.State, changed, operation);
    }

    private TaskOperation Unblock(TaskEntry entry, ActorType sort, string by, long nowUs)
    {
        var operation = entry.Claim is null ? TaskOperation.Reopen : TaskOperation.Unblock;
        var next = entry with { Task = entry.Task with { State = After(entry.Task.State, operation) } };
        if (next.Claim is { } claim)
        {
            var untilUs = nowUs + HelpRules.LeaseAfterUs(claim.PausedUs);
            next = next with
            {
                Task = next.Task with { LeaseUntil = UnixTime.FromMicroseconds(untilUs) },
                Claim = claim with { Status = AssignmentStatus.InProgress, PausedUs = 0 },
            };
        }

        _state.Put(next);
        var payload = EventPayloads.State(next.Task.State);
        Record(new NewEvent(EventTypes.TaskUnblocked, sort, by, entry.Task.Id, payload), nowUs);
        return operation;
    }

    /// <summary>A blocked task loses its holder and waits without one; nothing speaks against either.</summary>
    private LostClaim EndHold(TaskEntry entry, string why, long nowUs)
    {
        var agent = entry.Claim!.Agent;
        var reason = why == EndReasons.LeaseRanOut ? EndReasons.HeldTooLong : why;
        var untried = entry with { Claim = entry.Claim with { Single = false } };
        var ended = EndClaim(untried, AssignmentStatus.Expired, nowUs, reason);
        var parked = Return(ended, TaskOperation.EndHold, null, nowUs, nowUs);
        parked = parked with { Task = parked.Task with { Suspect = false } };
        _state.Put(parked);
        var (id, epoch) = (entry.Task.Id, entry.Task.Epoch);
        var payload = EventPayloads.Claim(epoch, agent, parked.Task.State);
        Record(new NewEvent(EventTypes.TaskHoldEnded, ActorType.System, "longshore", id, payload), nowUs);
        return new LostClaim(id, epoch, agent, parked.Task.State);
    }

    /// <summary>What was asked before a task ended stays closed when it begins anew.</summary>
    private void CloseRequests(WorkTask task, long nowUs)
    {
        if (task.State.IsTerminal())
        {
            foreach (var request in RequestsOf(task.Id).Where(r => r.IsOpen).ToList())
            {
                var closed = request with { ClosedAt = task.EndedAt ?? UnixTime.FromMicroseconds(nowUs) };
                _state.Requests = _state.Requests.SetItem(request.Id, closed);
            }
        }
    }

    private void RecordHelp(string type, ActorType sort, string by, HelpRequest request, long nowUs)
    {
        var payload = EventPayloads.Help(request.Id, request.Type.ToWire());
        Record(new NewEvent(type, sort, by, request.TaskId, payload), nowUs);
    }
}
