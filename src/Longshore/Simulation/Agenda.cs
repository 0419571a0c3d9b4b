namespace Longshore.Simulation;

/// <summary>What is to happen, in the order of instants; what was planned first comes first at one instant.</summary>
internal sealed class Agenda
{
    private readonly PriorityQueue<Entry, (long AtUs, long Number)> _entries = new();
    private long _number;

    public void Add(
        long atUs, Occasion occasion, SimulatedAgent? agent = null, SimulatedTask? task = null, int mark = 0) =>
        _entries.Enqueue(new Entry(atUs, occasion, agent, task, mark), (atUs, ++_number));

    /// <summary>The next one up to an instant; false when there is none.</summary>
    public bool TryNext(long untilUs, out Entry entry)
    {
        if (_entries.TryPeek(out entry, out var order) && order.AtUs <= untilUs)
        {
            _entries.Dequeue();
            return true;
        }

        return false;
    }

    /// <summary>Something planned.</summary>
    /// <param name="AtUs">When.</param>
    /// <param name="Occasion">What.</param>
    /// <param name="Agent">Whom it concerns.</param>
    /// <param name="Task">Which task it concerns.</param>
    /// <param name="Mark">The epoch of the grant, or which stream: what is out of date is passed over.</param>
    internal readonly record struct Entry(
        long AtUs, Occasion Occasion, SimulatedAgent? Agent, SimulatedTask? Task, int Mark);
}

/// <summary>What can be planned.</summary>
internal enum Occasion
{
    /// <summary>A task of a stream arrives.</summary>
    Arrival,

    /// <summary>Who submitted the task waits no longer.</summary>
    PatienceEnds,

    /// <summary>A task's deadline.</summary>
    Deadline,

    /// <summary>An agent says what it makes of an offer.</summary>
    Response,

    /// <summary>The work on a task ends, well or badly.</summary>
    WorkEnds,

    /// <summary>The work takes its agent down.</summary>
    Crash,

    /// <summary>A long piece of work keeps its lease.</summary>
    Renewal,

    /// <summary>An agent that went down is back.</summary>
    Recovery,

    /// <summary>An agent comes to work.</summary>
    ShiftStart,

    /// <summary>An agent finishes what it holds and goes.</summary>
    ShiftEnd,

    /// <summary>A deferred task is due.</summary>
    Staging,

    /// <summary>A lease runs out.</summary>
    LeaseEnds,

    /// <summary>Time alone may have made something possible.</summary>
    LookAgain,

    /// <summary>All that waits is planned.</summary>
    Plan,

    /// <summary>Old tasks are forgotten.</summary>
    Pruning,
}
