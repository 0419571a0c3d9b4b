using Longshore.Agents;
using Longshore.Assignments;
using Longshore.Events;
using Longshore.Tasks;

namespace Longshore.Storage.InMemory;

/// <content>Circuit breakers.</content>
public sealed partial class InMemoryStore
{
    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<Breaker>> ListAsync(
        string? agent = null, bool openOnly = false, CancellationToken ct = default) =>
        Looking<IReadOnlyList<Breaker>>(null, _ => _state.Breakers.IsEmpty ? [] :
        [
            .. _state.Breakers.Values
                .Where(b => (agent is null || b.Key.Agent == agent) && (!openOnly || b.OpenUntilUs is not null))
                .OrderBy(b => b.Key.Scope)
                .ThenBy(b => b.Key.Agent, StringComparer.Ordinal)
                .ThenBy(b => b.Key.Kind, StringComparer.Ordinal)
                .ThenBy(b => b.Key.TaskId)
                .Take(Limits.PageMax),
        ]);

    /// <inheritdoc/>
    public ValueTask<bool> ResetAsync(
        BreakerKey key, string actor, string? reason, long? nowUs = null, CancellationToken ct = default) =>
        Atomically(nowUs, now =>
        {
            if (!_state.Breakers.ContainsKey(key))
            {
                return false;
            }

            _state.Breakers = _state.Breakers.Remove(key);
            if (key.TaskId is { } id && _state.Find(id) is { Task.State: TaskState.Quarantined } entry)
            {
                _state.Put(Freed(entry));
            }

            var payload = EventPayloads.Breaker(key.Agent, key.Kind, reason);
            Record(new NewEvent(EventTypes.BreakerReset, ActorType.Human, actor, key.TaskId, payload), now);
            return true;
        });

    /// <inheritdoc/>
    public ValueTask<int> CleanAsync(long failedBeforeUs, CancellationToken ct = default) =>
        Atomically(null, _ =>
        {
            var old = _state.Breakers.Values
                .Where(b => b.Key.TaskId is { } id
                    ? !_state.Open.ContainsKey(id)
                    : b.OpenUntilUs is null && b.LastFailureUs < failedBeforeUs)
                .ToList();
            _state.Breakers = _state.Breakers.RemoveRange(old.Select(b => b.Key));
            return old.Count;
        });

    private Breaker? BreakerOf(BreakerKey key) => _state.Breakers.GetValueOrDefault(key);

    private BreakerGate GateOf(BreakerKey key, long nowUs) => BreakerOf(key)?.GateAt(nowUs) ?? BreakerGate.Pass;

    /// <summary>What the end of a claim says of its agent, and of the agent doing tasks of this kind.</summary>
    private void Judge(TaskEntry ended, string agent, Verdict verdict, long nowUs)
    {
        Judge(new BreakerKey(BreakerScope.Agent, agent), ended.Task, verdict, nowUs);

        // Who missed an offer may still do the kind well; but if it was the kind's probe, that is over.
        var ofKind = verdict == Verdict.Missed ? Verdict.Nothing : verdict;
        Judge(new BreakerKey(BreakerScope.AgentKind, agent, ended.Task.Spec.Kind), ended.Task, ofKind, nowUs);
        if (Lessons.Of(verdict, ended.Task.Asks.Requires) is { } lesson)
        {
            Learn(agent, lesson, nowUs);
        }
    }

    private void Learn(string agent, Lesson lesson, long nowUs) => Change(
        agent, a => a with { Record = a.Record.Plus(lesson, a.Profile, nowUs, _options.ReputationHalfLife) });

    private void Judge(BreakerKey key, WorkTask task, Verdict verdict, long nowUs)
    {
        var limits = _options.Breakers.Of(key.Scope);
        var breaker = BreakerOf(key);
        if (limits.Threshold == 0 || (breaker is null && verdict is Verdict.Nothing or Verdict.Success))
        {
            return;
        }

        breaker ??= new Breaker(key);
        Keep(key, verdict switch
        {
            Verdict.Success => breaker.AfterSuccess(task.Id, task.Epoch),
            Verdict.Nothing => breaker.AfterNothing(task.Id, task.Epoch),
            _ => breaker.AfterFailure(limits, task.Id, task.Epoch, nowUs),
        });
    }

    private void Keep(BreakerKey key, Breaker? breaker) => _state.Breakers = breaker is null
        ? _state.Breakers.Remove(key)
        : _state.Breakers.SetItem(key, breaker);

    /// <summary>A grant of an agent or kind whose breaker is half-open is its probe.</summary>
    private void MarkProbe(string agent, WorkTask granted, long nowUs)
    {
        BreakerKey[] keys =
        [
            new(BreakerScope.Agent, agent), new(BreakerScope.AgentKind, agent, granted.Spec.Kind),
        ];
        foreach (var key in keys)
        {
            if (BreakerOf(key) is { } breaker && breaker.GateAt(nowUs) == BreakerGate.Probe)
            {
                Keep(key, breaker.WithProbe(granted.Id, granted.Epoch));
            }
        }
    }

    /// <summary>Opens a task's breaker; it comes back when that is over.</summary>
    private TaskEntry Trip(TaskEntry quarantined, long nowUs)
    {
        var key = new BreakerKey(BreakerScope.Task, TaskId: quarantined.Task.Id);
        var opened = (BreakerOf(key) ?? new Breaker(key)) with
        {
            Failures = quarantined.Task.Failures,
            LastFailureUs = nowUs,
        };
        opened = opened.Opened(_options.Breakers.Task, nowUs);
        Keep(key, opened);
        var until = UnixTime.FromMicroseconds(opened.OpenUntilUs!.Value);
        return quarantined with { Task = quarantined.Task with { DeferredUntil = until } };
    }

    private bool HasTripped(long taskId) => BreakerOf(new BreakerKey(BreakerScope.Task, TaskId: taskId)) is not null;

    private void ForgetTrips(long taskId) =>
        _state.Breakers = _state.Breakers.Remove(new BreakerKey(BreakerScope.Task, TaskId: taskId));

    private static TaskEntry Freed(TaskEntry quarantined) => quarantined with
    {
        Task = quarantined.Task with
        {
            State = After(quarantined.Task.State, TaskOperation.Probe),
            DeferredUntil = null,
        },
    };
}
