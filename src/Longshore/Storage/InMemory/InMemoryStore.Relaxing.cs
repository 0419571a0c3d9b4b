using Longshore.Events;
using Longshore.Matching;
using Longshore.Tasks;

namespace Longshore.Storage.InMemory;

/// <content>Requirements that relax with waiting time.</content>
public sealed partial class InMemoryStore
{
    /// <inheritdoc/>
    public ValueTask<RelaxOutcome> RelaxAsync(int limit, long? nowUs = null, CancellationToken ct = default) =>
        Atomically(nowUs, now =>
        {
            var due = _state.Open.Values.Concat(_state.Ended.Values)
                .Where(e => e.Task.Relaxing?.NextAt <= UnixTime.FromMicroseconds(now))
                .OrderBy(e => e.Task.Relaxing!.NextAt).ThenBy(e => e.Task.Id)
                .Take(limit)
                .ToList();
            return new RelaxOutcome(due.Count, due.Count(e => Relax(e, now)));
        });

    /// <inheritdoc/>
    public ValueTask<int> SkipStepsAsync(
        StepSkip skip, int limit, long? nowUs = null, CancellationToken ct = default) =>
        Atomically(nowUs, now =>
        {
            if (_state.Find(skip.TaskId) is not { IsReady: true, Task.Relaxing: { NextAt: not null } relaxing } one
                || relaxing.Step != skip.From || skip.To <= skip.From || skip.To > RelaxSteps.LastOf(one.Task.Spec))
            {
                return 0;
            }

            var alike = _state.Open.Values
                .Where(e => IsRelaxing(e) && AlikeKey(e).Equals(AlikeKey(one)))
                .Take(limit)
                .ToList();
            foreach (var entry in alike)
            {
                var (task, availableUs) = (entry.Task, entry.Task.AvailableAt.ToMicroseconds());
                GoTo(entry, RelaxSteps.SkippedTo(task.Spec, task.Relaxing!, skip.To, availableUs), now);
            }

            return alike.Count;
        });

    /// <inheritdoc/>
    public ValueTask<long?> NextRelaxAsync(CancellationToken ct = default) =>
        Atomically(null, _ => _state.Open.Values.Concat(_state.Ended.Values)
            .Min(e => e.Task.Relaxing?.NextAt)?.ToMicroseconds());

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<RelaxingGroup>> ListRelaxingAsync(int limit, CancellationToken ct = default) =>
        Atomically<IReadOnlyList<RelaxingGroup>>(null, _ =>
        [
            .. _state.Open.Values
                .Where(IsRelaxing)
                .GroupBy(AlikeKey)
                .Select(g => (First: g.First(), Count: g.Count()))
                .Select(g => new RelaxingGroup(
                    g.First.Task.Id, g.First.Task.Relaxing!.Step, g.Count, !g.First.Kept.IsEmpty))
                .OrderBy(g => g.TaskId)
                .Take(limit),
        ]);

    private static bool IsRelaxing(TaskEntry entry) => entry is { IsReady: true, Task.Relaxing.NextAt: not null };

    private static (ClassKey Class, int Priority, int Step, string Steps, long Kept) AlikeKey(TaskEntry entry)
    {
        var task = entry.Task;
        return (
            ClassKey.Of(task), task.Spec.Priority, task.Relaxing!.Step, RelaxJson.Write(task.Spec),
            entry.Kept.IsEmpty ? 0 : task.Id);
    }

    /// <summary>Whether a ready task asks for something else now.</summary>
    private bool Relax(TaskEntry entry, long nowUs)
    {
        var (task, present) = (entry.Task, entry.Task.Relaxing!);
        if (task.State.IsTerminal())
        {
            // Nobody asks any more; a retry looks again.
            _state.Put(entry with { Task = task with { Relaxing = present with { NextAt = null } } });
            return false;
        }

        GoTo(entry, RelaxSteps.AtInstant(task.Spec, present, task.AvailableAt.ToMicroseconds(), nowUs), nowUs);
        return entry.IsReady && _state.Find(task.Id)!.Task.Relaxing!.Step > present.Step;
    }

    private void GoTo(TaskEntry entry, Relaxation to, long nowUs)
    {
        var from = entry.Task.Relaxing!;
        _state.Put(entry with { Task = entry.Task with { Relaxing = to } });
        if (to.Step > from.Step)
        {
            var payload = EventPayloads.Relaxed(from, to, entry.Task.Spec);
            Record(new NewEvent(EventTypes.TaskRelaxed, ActorType.System, "longshore", entry.Task.Id, payload), nowUs);
        }
    }

    /// <summary>A task lives again: by its new instant of availability, from the step it has reached.</summary>
    private static Relaxation? Again(WorkTask task, long nowUs) =>
        task.Relaxing is { } relaxing ? relaxing with { NextAt = UnixTime.FromMicroseconds(nowUs) } : null;
}
