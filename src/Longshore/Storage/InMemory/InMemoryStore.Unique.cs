using Longshore.Events;
using Longshore.Tasks;

namespace Longshore.Storage.InMemory;

/// <content>Unique keys.</content>
public sealed partial class InMemoryStore
{
    private static string KeyOf(NewTask task) => Convert.ToHexString(UniqueDigest.Of(task));

    /// <summary>Who holds the key of a unique task now.</summary>
    private TaskEntry? HolderOf(NewTask task, long nowUs) =>
        _state.UniqueKeys.TryGetValue(KeyOf(task), out var id) && _state.Find(id) is { Task: var holder } entry
        && holder.Spec.Unique!.Holds(holder.State, holder.Epoch, holder.CreatedAt.ToMicroseconds(), nowUs)
            ? entry
            : null;

    /// <summary>What becomes of a task whose key another one holds.</summary>
    /// <param name="task">As submitted.</param>
    /// <param name="holder">Who holds its key.</param>
    /// <param name="isNew">The holder came in the same batch: it is stored as it is in the end.</param>
    /// <param name="nowUs">The instant.</param>
    private InsertOutcome Collide(NewTask task, TaskEntry holder, bool isNew, long nowUs)
    {
        var held = holder.Task;
        var status = task.Unique!.OnConflict switch
        {
            UniqueConflict.ReturnExisting => InsertStatus.Deduplicated,
            UniqueConflict.Replace when Unique.IsReplaceable(held.State, held.Epoch) => InsertStatus.Replaced,
            UniqueConflict.AddAttempts =>
                held.State.IsTerminal() || held.Spec.MaxAttempts >= Limits.AttemptsMax
                    ? InsertStatus.Deduplicated
                    : InsertStatus.AttemptsAdded,
            _ => InsertStatus.DuplicateTask,
        };
        if (status == InsertStatus.Replaced)
        {
            _state.Put(Replace(holder, task, isNew, nowUs));
            NoteCollision(EventTypes.TaskReplaced, held.Id, isNew, nowUs);
        }
        else if (status == InsertStatus.AttemptsAdded)
        {
            _state.Put(holder with
            {
                Task = held with { Spec = held.Spec with { MaxAttempts = held.Spec.MaxAttempts + 1 } },
            });
            NoteCollision(EventTypes.TaskAttemptsAdded, held.Id, isNew, nowUs);
        }

        return new InsertOutcome(status, held.Id);
    }

    private static TaskEntry Replace(TaskEntry holder, NewTask by, bool isNew, long nowUs)
    {
        var spec = holder.Task.Spec with
        {
            Payload = by.Payload.IsNone ? JsonText.EmptyObject : by.Payload,
            Priority = by.Priority,
            ReadyAt = by.ReadyAt,
        };
        var readyUs = by.ReadyAt?.ToMicroseconds() ?? nowUs;
        var availableUs = readyUs > nowUs ? readyUs : Math.Min(holder.Task.AvailableAt.ToMicroseconds(), nowUs);
        return holder with
        {
            Task = holder.Task with
            {
                Spec = spec,
                AvailableAt = UnixTime.FromMicroseconds(availableUs),
                DeferredUntil = availableUs > nowUs ? UnixTime.FromMicroseconds(availableUs) : null,
                Relaxing = isNew ? RelaxSteps.FirstOf(spec, availableUs) : Again(holder.Task, nowUs),
            },
        };
    }

    private void NoteCollision(string type, long id, bool isNew, long nowUs)
    {
        if (!isNew)
        {
            Record(new NewEvent(type, ActorType.Human, "api", id), nowUs);
        }
    }
}
