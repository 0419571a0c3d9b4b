using Longshore.Storage;

namespace Longshore.Engine;

/// <summary>Where a claimant is between asking and getting.</summary>
internal enum ClaimantState
{
    /// <summary>Wants nothing now.</summary>
    Idle = 0,

    /// <summary>Among the commands that wait for the next flight.</summary>
    Queued = 1,

    /// <summary>Its claim is on the way.</summary>
    InFlight = 2,

    /// <summary>There was nothing; it waits to be woken.</summary>
    Parked = 3,

    /// <summary>It went away.</summary>
    Gone = 4,
}

/// <summary>What becomes of a claimant after an answer.</summary>
internal enum ClaimantNext
{
    /// <summary>It has what it wanted.</summary>
    Done = 0,

    /// <summary>It waits for more.</summary>
    Park = 1,

    /// <summary>Its caller went away meanwhile: what was granted must be given back.</summary>
    GiveBack = 2,
}

/// <summary>Whoever wants work: a caller of the façade, or one kind of a handler host.</summary>
internal abstract class Claimant(string agent, IReadOnlyList<string> kinds) : Command
{
    /// <summary>For whom.</summary>
    public string Agent { get; } = agent;

    /// <summary>Only these kinds; empty means any.</summary>
    public IReadOnlyList<string> Kinds { get; } = kinds;

    /// <summary>About how many tasks it would take now.</summary>
    public abstract int Want { get; }

    /// <summary>False when no new task can be what it waits for, because it names its tasks.</summary>
    public virtual bool TakesNewTasks => true;

    /// <summary>
    /// True when its waiting is recorded and shown: a caller of the façade waits, a handler host is just there.
    /// </summary>
    public virtual bool ShowsWaiting => false;

    /// <summary>
    /// True when it may ask again although it waits, if it has a reason of its own. Read by the loop.
    /// </summary>
    public virtual bool AsksWhileParked => false;

    /// <summary>Since when it waits, if that is shown.</summary>
    public DateTimeOffset? WaitingSince { get; set; }

    /// <summary>
    /// Its place in line: the lower, the earlier. Given when it first waits and kept until it is served.
    /// </summary>
    public long Sequence { get; set; }

    // The following are guarded by the waiting room's lock.
    public ClaimantState State { get; set; }

    public bool AskAgain { get; set; }

    public LinkedListNode<Claimant>? Place { get; set; }

    public LinkedListNode<Claimant>? PlaceInGroup { get; set; }

    public LinkedListNode<Claimant>? PlaceAmongFull { get; set; }

    public WaiterGroup? Group { get; set; }

    public override int Size => Want;

    public sealed override void Enter(Flight flight, WaitingRoom room) => flight.Asking.Add(this);

    /// <summary>What it asks for now; null when it wants nothing any more. Called without locks held.</summary>
    public abstract ClaimRequest? NextRequest();

    /// <summary>Takes the answer. Called without locks held; must not wait.</summary>
    public abstract ClaimantNext Answer(ClaimOutcome outcome);

    /// <summary>
    /// How many of the tasks just granted to it will probably end at once, in time for the next flight.
    /// </summary>
    public virtual int EndingSoon => 0;

    /// <summary>It waits, for the first time or again. Called without locks held.</summary>
    public virtual void OnParked()
    {
    }

    /// <summary>The engine stops: nothing will come any more.</summary>
    public virtual void OnClosed()
    {
    }
}

/// <summary>The claimants of one agent that take the same kinds, in the order of their waiting.</summary>
internal sealed class WaiterGroup(string agent, IReadOnlyList<string> kinds)
{
    public string Agent { get; } = agent;

    public IReadOnlyList<string> Kinds { get; } = kinds;

    public LinkedList<Claimant> Line { get; } = [];

    /// <summary>How many wait with it for something to discover.</summary>
    public int Watches { get; set; }

    public bool TakesKind(string kind) => Kinds.Count == 0 || Kinds.Contains(kind, StringComparer.Ordinal);
}
