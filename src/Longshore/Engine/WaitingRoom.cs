using Longshore.Agents;
using Longshore.Events;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Engine;

/// <summary>
/// Where those wait who asked for work and got none. Whatever makes work available puts as many of them on board of
/// the same flight as there are tasks, those first who waited longest; whoever comes back empty keeps waiting, and
/// the wake passes on.
/// <para>
/// The processor's loop boards and settles. Callers come and go at any time; <see cref="_gate"/> guards the line and
/// every claimant's state. No claimant is called while it is held.
/// </para>
/// </summary>
internal sealed partial class WaitingRoom(TimeProvider clock)
{
    private readonly Lock _gate = new();
    private readonly LinkedList<Claimant> _line = [];
    private readonly LinkedList<Claimant> _full = [];
    private readonly WaiterIndex _index = new();
    private readonly HashSet<DiscoverWatch> _watches = [];
    private Action<Command> _send = _ => { };
    private volatile bool _suspended;
    private long _lastSequence;
    private bool _closed;

    /// <summary>How many wait.</summary>
    public int Count => _line.Count + _watches.Count;

    /// <summary>How many callers may wait before further ones are refused.</summary>
    public int Capacity { get; set; } = Limits.WaitersMax;

    /// <summary>
    /// While true nobody claims: whoever asks is put to those who wait. Somebody wakes everybody when it ends.
    /// </summary>
    public bool IsSuspended
    {
        get => _suspended;
        set => _suspended = value;
    }

    /// <summary>Raised, without locks held, when somebody begins to wait; with the namespaces he works in.</summary>
    public event Action<IReadOnlyCollection<string>>? Waiting;

    /// <summary>Who waits for tokens of rates; null when nobody sees to that.</summary>
    public TokenTimer? Tokens { get; set; }

    /// <summary>Commands that come of waiting go this way.</summary>
    public void SendTo(Action<Command> send) => _send = send;

    /// <summary>The namespaces in which somebody who waits works.</summary>
    public HashSet<string> Namespaces()
    {
        lock (_gate)
        {
            return [.. _line.Select(c => c.Agent).Concat(_watches.Select(w => w.Agent)).Distinct(StringComparer.Ordinal)
                .SelectMany(_index.NamespacesOf)];
        }
    }

    /// <summary>The agents that wait.</summary>
    public HashSet<string> Agents()
    {
        lock (_gate)
        {
            return [.. _line.Select(c => c.Agent), .. _watches.Select(w => w.Agent)];
        }
    }

    /// <summary>Whether the profile of this agent is known here.</summary>
    public bool Knows(string agent)
    {
        lock (_gate)
        {
            return _index.Knows(agent);
        }
    }

    /// <summary>The type of an agent; null when it is not known here.</summary>
    public string? TypeOf(string agent)
    {
        lock (_gate)
        {
            return _index.TypeOf(agent);
        }
    }

    /// <summary>Takes note of an agent's profile.</summary>
    public void Learn(AgentRegistration profile)
    {
        lock (_gate)
        {
            _index.Learn(profile, clock.GetUtcNow());
        }
    }

    /// <summary>Since when an agent waits, if it does.</summary>
    public DateTimeOffset? WaitingSince(string agent)
    {
        lock (_gate)
        {
            return _index.GroupsOf(agent)
                .SelectMany(g => g.Line)
                .Select(c => c.WaitingSince)
                .Concat(_watches.Where(w => w.Agent == agent).Select(w => (DateTimeOffset?)w.Since))
                .Min();
        }
    }

    /// <summary>A claimant wants work, now or again. Asking twice is asking once.</summary>
    public void Ask(Claimant claimant)
    {
        lock (_gate)
        {
            switch (claimant.State)
            {
                case ClaimantState.Idle:
                case ClaimantState.Parked:
                    claimant.State = ClaimantState.Queued;
                    break;
                case ClaimantState.InFlight:
                    claimant.AskAgain = true;
                    return;
                default:
                    return;
            }
        }

        _send(claimant);
    }

    /// <summary>A claimant that neither waits nor is on the way looks whether it wants something.</summary>
    public void AskIfIdle(Claimant claimant)
    {
        lock (_gate)
        {
            if (claimant.State != ClaimantState.Idle)
            {
                return;
            }

            claimant.State = ClaimantState.Queued;
        }

        _send(claimant);
    }

    /// <summary>A claimant comes along in a flight that is being loaded. Called by the processor's loop.</summary>
    public void Ride(Claimant claimant, Flight flight)
    {
        lock (_gate)
        {
            if (claimant.State == ClaimantState.Idle
                || (claimant.State == ClaimantState.Parked && claimant.AsksWhileParked))
            {
                claimant.State = ClaimantState.Queued;
                flight.Asking.Add(claimant);
            }
        }
    }

    /// <summary>Whether a claimant waits, with nothing on the way.</summary>
    public bool IsParked(Claimant claimant)
    {
        lock (_gate)
        {
            return claimant.State == ClaimantState.Parked;
        }
    }

    /// <summary>A claimant goes away at once, even if its claim is on the way.</summary>
    public void Leave(Claimant claimant)
    {
        bool waited;
        lock (_gate)
        {
            claimant.State = ClaimantState.Gone;
            waited = Unlink(claimant);
        }

        RecordEnd(claimant, waited);
    }

    /// <summary>A wait ran out. False while its claim is on the way: then the answer decides.</summary>
    public bool LeaveIfParked(Claimant claimant)
    {
        bool waited;
        lock (_gate)
        {
            if (claimant.State is ClaimantState.Queued or ClaimantState.InFlight)
            {
                return false;
            }

            claimant.State = ClaimantState.Gone;
            waited = Unlink(claimant);
        }

        RecordEnd(claimant, waited);
        return true;
    }

    /// <summary>A caller waits for something to discover, until disposed.</summary>
    public void Watch(DiscoverWatch watch)
    {
        lock (_gate)
        {
            watch.Group = _index.GroupFor(watch.Agent, watch.Kinds);
            watch.Group.Watches++;
            _watches.Add(watch);
        }

        Record(EventTypes.AgentWaiting, watch.Agent);
        NoteWaiting(watch.Agent);
    }

    /// <summary>The caller waits no more.</summary>
    public void Unwatch(DiscoverWatch watch)
    {
        lock (_gate)
        {
            watch.Group!.Watches--;
            _watches.Remove(watch);
        }

        Record(EventTypes.AgentStoppedWaiting, watch.Agent);
    }

    /// <summary>Lets everybody go: the engine stops.</summary>
    public void Close()
    {
        List<Claimant> waiting;
        lock (_gate)
        {
            _closed = true;
            waiting = [.. _line];
            foreach (var watch in _watches)
            {
                watch.Close();
            }
        }

        foreach (var claimant in waiting)
        {
            Leave(claimant);
            claimant.OnClosed();
        }
    }

    /// <summary>Gives back what nobody is left to take.</summary>
    public void GiveBack(IReadOnlyList<Grant> grants)
    {
        foreach (var grant in grants)
        {
            _send(new GiveBack(grant, "the caller went away before the grant reached it"));
        }
    }

    private void Place(Claimant claimant, bool park, bool full)
    {
        bool again = false, starts = false, waited = false;
        lock (_gate)
        {
            if (claimant.State == ClaimantState.InFlight)
            {
                again = claimant.AskAgain && !_closed;
                claimant.AskAgain = false;
                claimant.State = again ? ClaimantState.Queued
                    : park && !_closed ? ClaimantState.Parked
                    : ClaimantState.Idle;
            }

            if (claimant.State == ClaimantState.Parked)
            {
                starts = Link(claimant);
                NoteFull(claimant, full);
            }
            else if (!park || claimant.State != ClaimantState.Queued)
            {
                waited = Unlink(claimant);
            }
        }

        RecordEnd(claimant, waited);
        if (again)
        {
            _send(claimant);
        }
        else if (park && _closed)
        {
            claimant.OnClosed();
        }
        else if (park)
        {
            claimant.OnParked();
        }

        if (starts)
        {
            NoteWaiting(claimant.Agent);
        }

        if (starts && claimant.ShowsWaiting)
        {
            Record(EventTypes.AgentWaiting, claimant.Agent);
        }
    }

    private void NoteWaiting(string agent)
    {
        if (Waiting is { } waiting)
        {
            IReadOnlyCollection<string> namespaces;
            lock (_gate)
            {
                namespaces = _index.NamespacesOf(agent);
            }

            waiting(namespaces);
        }
    }

    private bool Link(Claimant claimant)
    {
        if (claimant.Place is not null)
        {
            return false;
        }

        claimant.Sequence = ++_lastSequence;
        claimant.Place = _line.AddLast(claimant);
        claimant.WaitingSince = claimant.ShowsWaiting ? clock.GetUtcNow() : null;
        if (claimant.TakesNewTasks)
        {
            claimant.Group = _index.GroupFor(claimant.Agent, claimant.Kinds);
            claimant.PlaceInGroup = claimant.Group.Line.AddLast(claimant);
        }

        return true;
    }

    private bool Unlink(Claimant claimant)
    {
        NoteFull(claimant, full: false);
        if (claimant.Place is null)
        {
            return false;
        }

        _line.Remove(claimant.Place);
        claimant.Place = null;
        claimant.WaitingSince = null;
        if (claimant.PlaceInGroup is not null)
        {
            claimant.Group!.Line.Remove(claimant.PlaceInGroup);
            claimant.PlaceInGroup = null;
            claimant.Group = null;
        }

        return true;
    }

    private void NoteFull(Claimant claimant, bool full)
    {
        if (claimant.PlaceAmongFull is not null)
        {
            _full.Remove(claimant.PlaceAmongFull);
            claimant.PlaceAmongFull = null;
        }

        if (full)
        {
            claimant.PlaceAmongFull = _full.AddLast(claimant);
        }
    }

    private void RecordEnd(Claimant claimant, bool waited)
    {
        if (waited && claimant.ShowsWaiting)
        {
            Record(EventTypes.AgentStoppedWaiting, claimant.Agent);
        }
    }

    private void Record(string type, string agent) =>
        _send(new RecordCommand(new NewEvent(type, ActorType.Agent, agent, Payload: JsonText.EmptyObject)));
}
