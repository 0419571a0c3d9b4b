using Longshore.Events;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Engine;

/// <summary>Something a caller wants of the store; it travels in a <see cref="Flight"/> together with others.</summary>
internal abstract class Command
{
    /// <summary>How many items it adds to a batch, claims counted as the tasks they may yield.</summary>
    public abstract int Size { get; }

    /// <summary>
    /// Whether a full queue refuses it. What a handler host sends is not: its amount is bounded by what the host holds,
    /// and refusing a result would mean doing the work again.
    /// </summary>
    public virtual bool IsRefusable => true;

    /// <summary>True when it must not share a flight, because it may be what makes flights fail.</summary>
    public virtual bool TravelsAlone => false;

    /// <summary>Puts its items on board. Called by the processor's loop only.</summary>
    public abstract void Enter(Flight flight, WaitingRoom room);

    /// <summary>The store failed, or the engine is stopping: nothing is known to have happened.</summary>
    public abstract void Fail(LongshoreException error);
}

/// <summary>Inserts tasks: one command, however many they are.</summary>
internal sealed class InsertCommand(IReadOnlyList<NewTask> tasks) : Command
{
    private readonly TaskCompletionSource<IReadOnlyList<InsertOutcome>> _source =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<IReadOnlyList<InsertOutcome>> Completion => _source.Task;

    public override int Size => tasks.Count;

    public override void Enter(Flight flight, WaitingRoom room)
    {
        flight.Inserts.Add(this);
        flight.Batch.Inserts.AddRange(tasks);
    }

    public override void Fail(LongshoreException error) => _source.TrySetException(error);

    /// <summary>Takes its share of the outcomes, from <paramref name="from"/> on.</summary>
    public void Complete(IReadOnlyList<InsertOutcome> outcomes, int from)
    {
        var own = new InsertOutcome[tasks.Count];
        for (var i = 0; i < own.Length; i++)
        {
            own[i] = outcomes[from + i];
        }

        _source.TrySetResult(own);
    }
}

/// <summary>Ends a claim.</summary>
internal abstract class FinishCommand : Command
{
    public abstract Finish Finish { get; }

    public override int Size => 1;

    public override void Enter(Flight flight, WaitingRoom room)
    {
        flight.Finishes.Add(this);
        flight.Batch.Finishes.Add(Finish);
        room.NoteFinish(Finish, RoomIsKnown);
    }

    public abstract void Complete(FinishOutcome outcome);

    /// <summary>True when whoever sends it sees by himself that room became free.</summary>
    protected virtual bool RoomIsKnown => false;
}

/// <summary>A caller of the façade ends a claim.</summary>
internal sealed class FinishCall(Finish finish) : FinishCommand
{
    private readonly TaskCompletionSource<FinishOutcome> _source =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    public override Finish Finish => finish;

    public Task<FinishOutcome> Completion => _source.Task;

    public override void Complete(FinishOutcome outcome) => _source.TrySetResult(outcome);

    public override void Fail(LongshoreException error) => _source.TrySetException(error);
}

/// <summary>Gives back a grant whose caller has gone. If that fails, the lease runs out.</summary>
internal sealed class GiveBack(Grant grant, string reason) : FinishCommand
{
    public override Finish Finish { get; } =
        new() { TaskId = grant.TaskId, Epoch = grant.Epoch, Kind = FinishKind.Release, Error = reason };

    public override bool IsRefusable => false;

    public override void Complete(FinishOutcome outcome)
    {
        // Nobody is left who would want to know.
    }

    public override void Fail(LongshoreException error)
    {
        // See above.
    }
}

/// <summary>Extends leases.</summary>
internal abstract class RenewCommand : Command
{
    public abstract IReadOnlyList<Renewal> Renewals { get; }

    public override int Size => Renewals.Count;

    public override void Enter(Flight flight, WaitingRoom room)
    {
        flight.Renewals.Add(this);
        flight.Batch.Renewals.AddRange(Renewals);
    }

    /// <summary>Takes its share of the outcomes, from <paramref name="from"/> on.</summary>
    public abstract void Complete(IReadOnlyList<RenewOutcome> outcomes, int from);
}

/// <summary>A caller of the façade extends one claim.</summary>
internal sealed class RenewCall(Renewal renewal) : RenewCommand
{
    private readonly TaskCompletionSource<RenewOutcome> _source =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    public override IReadOnlyList<Renewal> Renewals { get; } = [renewal];

    public Task<RenewOutcome> Completion => _source.Task;

    public override void Complete(IReadOnlyList<RenewOutcome> outcomes, int from) =>
        _source.TrySetResult(outcomes[from]);

    public override void Fail(LongshoreException error) => _source.TrySetException(error);
}

/// <summary>Records something that no verb records by itself. Best effort: it is lost when the store fails.</summary>
internal sealed class RecordCommand(NewEvent happened) : Command
{
    public override int Size => 1;

    public override bool IsRefusable => false;

    public override void Enter(Flight flight, WaitingRoom room) => flight.Batch.Events.Add(happened);

    public override void Fail(LongshoreException error)
    {
        // Nobody waits for it.
    }
}

/// <summary>Tells the waiting room what a verb beside the hot one made possible.</summary>
internal sealed class WakeCommand(Action<WaitingRoom> wake) : Command
{
    public override int Size => 0;

    public override bool IsRefusable => false;

    public override void Enter(Flight flight, WaitingRoom room) => wake(room);

    public override void Fail(LongshoreException error)
    {
        // The fallback looks again.
    }
}
