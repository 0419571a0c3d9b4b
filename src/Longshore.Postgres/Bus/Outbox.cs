using Longshore.Events;
using Longshore.Tasks;

namespace Longshore.Postgres.Bus;

/// <summary>
/// What waits to be told to other nodes: one event for each namespace, and the rest in order. What is too much becomes
/// one hint to look at everything. Not for several threads.
/// </summary>
internal sealed class Outbox
{
    private const string Everywhere = "";
    private readonly Dictionary<string, TaskReadyEvent> _ready = new(StringComparer.Ordinal);
    private readonly HashSet<ReadinessEvent> _others = [];

    public int Count => _ready.Count + _others.Count;

    public void Add(ReadinessEvent happened)
    {
        var joins = happened is TaskReadyEvent { Namespace: { } name } && _ready.ContainsKey(name);
        if (Count >= Limits.SignalsMax && !joins)
        {
            happened = new TaskReadyEvent { Origin = happened.Origin };
        }

        if (happened is not TaskReadyEvent ready)
        {
            _others.Add(happened);
            return;
        }

        var key = ready.Namespace ?? Everywhere;
        _ready[key] = _ready.TryGetValue(key, out var waiting) ? Joined(waiting, ready) : ready;
    }

    /// <summary>Takes everything out.</summary>
    public IReadOnlyList<ReadinessEvent> Take()
    {
        List<ReadinessEvent> taken = [.. _others, .. _ready.Values];
        _others.Clear();
        _ready.Clear();
        return taken;
    }

    private static TaskReadyEvent Joined(TaskReadyEvent one, TaskReadyEvent other)
    {
        var isKnown = one.ReadySteps > 0 && other.ReadySteps > 0;
        var namesAll = one.TaskIds.Count > 0 && other.TaskIds.Count > 0
            && one.TaskIds.Count + other.TaskIds.Count <= Limits.SignalledTasksMax;
        return one with
        {
            TaskIds = namesAll ? [.. one.TaskIds.Union(other.TaskIds)] : [],
            ReadySteps = isKnown ? (int)Math.Min(int.MaxValue, (long)one.ReadySteps + other.ReadySteps) : 0,
            Priority = Math.Max(one.Priority, other.Priority),
        };
    }
}
