using Longshore.Events;
using Longshore.Rules;
using Longshore.Tasks;

namespace Longshore.Storage.InMemory;

/// <content>The hot verb, and inserting.</content>
public sealed partial class InMemoryStore
{
    /// <inheritdoc/>
    public ValueTask<TaskBatchOutcome> CommitAsync(TaskBatch batch, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(batch);
        return Atomically(batch.NowUs, nowUs =>
        {
            foreach (var e in batch.Events)
            {
                Record(e, nowUs);
            }

            foreach (var cursor in batch.Cursors)
            {
                _state.Cursors = _state.Cursors.SetItem((cursor.Namespace, cursor.Name), cursor.Agent);
            }

            var newFrom = _state.LastTaskId + 1;
            _freed = 0;
            var finishes = Outcomes.Of(batch.Finishes, finish => Finish(finish, nowUs));
            return new TaskBatchOutcome
            {
                Finishes = finishes,
                Runs = AdvanceRuns(nowUs),
                Inserts = Outcomes.Of(batch.Inserts, task => Insert(task, newFrom, nowUs)),
                Renewals = Outcomes.Of(batch.Renewals, renewal => Renew(renewal, nowUs)),
                Claims = Outcomes.Of(batch.Claims, request => Claim(request, nowUs)),
                Freed = _freed,
            };
        });
    }

    private InsertOutcome Insert(NewTask task, long newFrom, long nowUs)
    {
        if (task.IdempotencyKey is { } key && _state.InsertKeys.TryGetValue((task.Namespace, key), out var first))
        {
            var isSame = first.Digest.AsSpan().SequenceEqual(TaskDigest.Of(task));
            return new InsertOutcome(isSame ? InsertStatus.Existing : InsertStatus.KeyReused, first.TaskId);
        }

        if (task.ParentId is { } parent && _state.Find(parent) is null)
        {
            return new InsertOutcome(InsertStatus.ParentNotFound, 0);
        }

        if (task.Unique is not null && HolderOf(task, nowUs) is { } rival)
        {
            return Collide(task, rival, rival.Task.Id >= newFrom, nowUs);
        }

        if (task.Code is { } code && _state.Codes.TryGetValue((task.Namespace, code), out var holder))
        {
            return new InsertOutcome(InsertStatus.DuplicateCode, holder);
        }

        return IsFull(task.Namespace)
            ? new InsertOutcome(InsertStatus.QueueFull, 0)
            : new InsertOutcome(InsertStatus.Inserted, Add(task, nowUs));
    }

    private bool IsFull(string @namespace) => RulesOf(@namespace).MaxPending is { } max
        && max <= _state.Open.Values.Count(
            e => e.Task.Spec.Namespace == @namespace && e.Task.State.IsQueued());

    private long Add(NewTask task, long nowUs, TaskRun? run = null, bool isMember = false)
    {
        var id = ++_state.LastTaskId;
        if (task.Code is { } code)
        {
            _state.Codes = _state.Codes.Add((task.Namespace, code), id);
        }

        if (task.Group is { } group)
        {
            var members = _state.Groups.GetValueOrDefault((task.Namespace, group), []);
            _state.Groups = _state.Groups.SetItem((task.Namespace, group), members.Add(id));
        }

        if (task.IdempotencyKey is { } key)
        {
            _state.InsertKeys = _state.InsertKeys.Add((task.Namespace, key), (id, TaskDigest.Of(task)));
        }

        if (task.Unique is not null)
        {
            _state.UniqueKeys = _state.UniqueKeys.SetItem(KeyOf(task), id);
        }

        // A step of a run waits until the run lets it go; a task of a batch does not.
        var waits = run is not null && !isMember;
        var availableUs = Math.Max(nowUs, task.ReadyAt?.ToMicroseconds() ?? nowUs);
        _state.Put(new TaskEntry(new WorkTask
        {
            Id = id,
            Spec = task.Payload.IsNone ? task with { Payload = JsonText.EmptyObject } : task,
            State = waits ? TaskState.Waiting : TaskState.Created,
            Run = run,
            CreatedAt = UnixTime.FromMicroseconds(nowUs),
            AvailableAt = UnixTime.FromMicroseconds(availableUs),
            DeferredUntil = availableUs > nowUs ? UnixTime.FromMicroseconds(availableUs) : null,
            Relaxing = RelaxSteps.FirstOf(task, availableUs) is { } relaxing
                ? relaxing with { NextAt = waits ? null : relaxing.NextAt }
                : null,
        })
        {
            IsFifo = RulesOf(task.Namespace).Order == TaskOrder.PriorityFifo,
        });
        Record(new NewEvent(EventTypes.TaskCreated, ActorType.Human, "api", id), nowUs);
        return id;
    }
}
