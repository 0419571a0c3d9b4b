using Longshore.Events;
using Longshore.Matching;
using Longshore.Sqlite.Interop;
using Longshore.Storage;
using Longshore.Storage.Sql;
using Longshore.Tasks;

namespace Longshore.Sqlite.Verbs;

/// <summary>Who holds which unique key, and what becomes of a task whose key another one holds.</summary>
internal sealed class UniqueVerbs(
    Connection connection, SqlCatalog sql, Stages stages, RelaxVerbs relaxing, EventLog events)
{
    private readonly Statement _add = connection.Prepare(sql["unique_add"]);
    private readonly Statement _holder = connection.Prepare(sql["unique_holder"]);
    private readonly Statement _ofTask = connection.Prepare(sql["unique_of_task"]);
    private readonly Statement _drop = connection.Prepare(sql["unique_drop"]);
    private readonly Statement _take = connection.Prepare(sql["unique_take"]);
    private readonly Statement _remove = connection.Prepare(sql["unique_remove"]);
    private readonly Statement _replace = connection.Prepare(sql["task_replace"]);
    private readonly Statement _attempts = connection.Prepare(sql["task_attempts"]);
    private readonly Statement _addAttempt = connection.Prepare(sql["task_add_attempt"]);

    /// <summary>A new unique task takes its key; whoever had it holds it no more.</summary>
    public void Add(long id, NewTask task, long nowUs)
    {
        if (task.Unique is { } unique)
        {
            _add.Bind(id).BindBlob(UniqueDigest.Of(task)).Bind(unique.While == UniqueWhile.Unstarted ? 1 : 0)
                .Bind(unique.UntilUs(nowUs)).Run();
        }
    }

    public void Remove(long id) => _remove.Bind(id).Run();

    /// <summary>
    /// What becomes of a unique task whose key is held; null when it is free, and then nobody has it any more.
    /// </summary>
    /// <param name="task">As submitted.</param>
    /// <param name="newFrom">Tasks from this id on came in the same batch: stored as they are in the end.</param>
    /// <param name="nowUs">The instant.</param>
    public InsertOutcome? Collide(NewTask task, long newFrom, long nowUs)
    {
        if (task.Unique is not { } unique || HolderOf(UniqueDigest.Of(task), nowUs) is not { } holder)
        {
            return null;
        }

        var id = holder.Place.Id;
        return unique.OnConflict switch
        {
            UniqueConflict.ReturnExisting => new InsertOutcome(InsertStatus.Deduplicated, id),
            UniqueConflict.Replace when Unique.IsReplaceable(holder.State, holder.Place.Epoch) =>
                Replace(holder, task, id >= newFrom, nowUs),
            UniqueConflict.AddAttempts => AddAttempt(holder, id >= newFrom, nowUs),
            _ => new InsertOutcome(InsertStatus.DuplicateTask, id),
        };
    }

    /// <summary>A task lives again and takes its key; answers who has it meanwhile, if somebody does.</summary>
    public long? TakeAgain(in Place place, long nowUs)
    {
        _ofTask.Bind(place.Id).Read();
        var (digest, unstarted) = (_ofTask.Bytes(0).ToArray(), _ofTask.Int(1) != 0);
        _ofTask.Reset();
        if (!Unique.IsHeldAgain(unstarted, place.Epoch))
        {
            return null;
        }

        if (HolderOf(digest, nowUs) is { Place.Id: var holder } && holder != place.Id)
        {
            return holder;
        }

        _take.Bind(place.Id).Run();
        return null;
    }

    /// <summary>Who holds a key now. Whoever only had it until now gives it up.</summary>
    private Standing? HolderOf(byte[] digest, long nowUs)
    {
        if (!_holder.BindBlob(digest).Read())
        {
            return null;
        }

        var (id, unstarted, untilUs) = (_holder.Long(0), _holder.Int(1) != 0, _holder.LongOrNull(2));
        _holder.Reset();
        var standing = stages.Find(id)!;
        if (untilUs > nowUs || (!standing.State.IsTerminal() && (!unstarted || standing.Place.Epoch == 0)))
        {
            return standing;
        }

        _drop.Bind(id).Run();
        return null;
    }

    private InsertOutcome Replace(Standing holder, NewTask by, bool isNew, long nowUs)
    {
        var readyUs = by.ReadyAt?.ToMicroseconds();
        var availableUs = readyUs > nowUs ? readyUs.Value : Math.Min(holder.Place.AvailableUs, nowUs);
        var place = (holder.Place with { Priority = (byte)by.Priority }).AvailableFrom(availableUs);
        stages.Remove(holder);
        stages.Requeue(place, availableUs, nowUs);
        _replace.Bind(place.Id).BindText(by.Payload.IsNone ? "{}"u8 : by.Payload.Utf8).Bind(by.Priority).Bind(readyUs)
            .Run();
        if ((place.Flags & PlaceFlags.Relaxing) != 0)
        {
            relaxing.Again(place.Id, isNew ? relaxing.FirstDue(place.Id, availableUs) : nowUs);
        }

        Note(EventTypes.TaskReplaced, place, isNew, nowUs);
        return new InsertOutcome(InsertStatus.Replaced, place.Id);
    }

    private InsertOutcome AddAttempt(Standing holder, bool isNew, long nowUs)
    {
        var id = holder.Place.Id;
        _attempts.Bind(id).Read();
        var isFull = _attempts.Int(0) >= Limits.AttemptsMax;
        _attempts.Reset();
        if (isFull || holder.State.IsTerminal())
        {
            return new InsertOutcome(InsertStatus.Deduplicated, id);
        }

        _addAttempt.Bind(id).Run();
        Note(EventTypes.TaskAttemptsAdded, holder.Place, isNew, nowUs);
        return new InsertOutcome(InsertStatus.AttemptsAdded, id);
    }

    private void Note(string type, in Place holder, bool isNew, long nowUs)
    {
        if (!isNew)
        {
            events.AddSingle(new NewEvent(type, ActorType.Human, "api", holder.Id), nowUs, holder.Epoch);
        }
    }
}
