using Longshore.Engine;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Simulation;

/// <summary>
/// The command processor without its threads: what comes at one instant travels to the store in one flight, and the
/// engine's waiting room decides who is on board. Goes on until nobody has anything left to ask.
/// </summary>
internal sealed class FlightDeck
{
    private readonly ITaskStore _store;
    private readonly VirtualClock _clock;
    private readonly WaitingRoom _room;
    private readonly List<(SimulatedTask Task, NewTask Spec)> _arriving = [];
    private readonly List<(SimulatedTask Task, SimulatedAgent Agent, Finish Finish)> _ending = [];
    private readonly List<Command> _asking = [];

    public FlightDeck(ITaskStore store, VirtualClock clock)
    {
        (_store, _clock) = (store, clock);
        _room = new WaitingRoom(clock);
        _room.SendTo(_asking.Add);
    }

    /// <summary>A task is stored.</summary>
    public required Action<SimulatedTask> OnStored { get; init; }

    /// <summary>A claim ended as its holder said.</summary>
    public required Action<SimulatedTask, SimulatedAgent, Finish, FinishOutcome> OnFinished { get; init; }

    public void Learn(SimulatedAgent agent) => _room.Learn(agent.Registration);

    public void Submit(SimulatedTask task, NewTask spec) => _arriving.Add((task, spec));

    public void Finish(SimulatedTask task, SimulatedAgent agent, Finish finish) => _ending.Add((task, agent, finish));

    /// <summary>An agent asks for work, and waits when there is none.</summary>
    public void Ask(SimulatedAgent agent) => _room.Ask(agent);

    /// <summary>So many tasks came back to the queue.</summary>
    public void Wake(int tasks) => _room.Wake(tasks);

    /// <summary>Everybody who waits looks again.</summary>
    public void WakeEverybody() => _room.WakeEverybody();

    /// <summary>Sends flights until nothing is left to do.</summary>
    public void Fly()
    {
        while (_arriving.Count + _ending.Count + _asking.Count > 0 || _room.HasDue)
        {
            FlyOnce();
        }
    }

    private void FlyOnce()
    {
        var flight = new Flight();
        var arriving = _arriving.ToArray();
        var ending = _ending.ToArray();
        foreach (var (_, _, finish) in ending)
        {
            flight.Batch.Finishes.Add(finish);
            _room.NoteFinish(finish, roomIsKnown: true);
        }

        foreach (var (_, spec) in arriving)
        {
            flight.Batch.Inserts.Add(spec);
        }

        foreach (var command in _asking)
        {
            command.Enter(flight, _room);
        }

        _arriving.Clear();
        _ending.Clear();
        _asking.Clear();
        _room.Board(flight);
        if (!flight.Batch.IsEmpty)
        {
            Land(flight, arriving, ending);
        }
    }

    private void Land(
        Flight flight, (SimulatedTask Task, NewTask Spec)[] arriving,
        (SimulatedTask Task, SimulatedAgent Agent, Finish Finish)[] ending)
    {
        flight.Batch.NowUs = _clock.NowUs;
        var outcome = _store.CommitAsync(flight.Batch).AtOnce();
        var ready = 0;
        for (var i = 0; i < ending.Length; i++)
        {
            var (task, agent, finish) = ending[i];
            var end = outcome.Finishes[i];
            OnFinished(task, agent, finish, end);
            ready += end.State == TaskState.Created && end.ReadyAtUs <= _clock.NowUs ? 1 : 0;
        }

        for (var i = 0; i < arriving.Length; i++)
        {
            arriving[i].Task.Id = outcome.Inserts[i].TaskId;
            OnStored(arriving[i].Task);
        }

        _room.Settle(flight, outcome);
        _room.Wake(ready);
    }
}
