using Longshore.Tasks;

namespace Longshore.Matching;

/// <summary>Facts about a task that ride in its narrow row, so that the hot path never opens the wide one.</summary>
[Flags]
internal enum PlaceFlags
{
    None = 0,

    /// <summary>A claim on it was lost; it is granted alone (G7).</summary>
    Suspect = 1,

    /// <summary>Some agent failed it: ask the assignments before granting it (recent failure).</summary>
    Failed = 2,

    /// <summary>It has a parent: ten points more (S0.48).</summary>
    HasParent = 4,

    /// <summary>A result after the lease ran out is refused.</summary>
    RejectLate = 8,

    /// <summary>It has a deadline; a row in <c>deadlines</c> says when.</summary>
    HasDeadline = 16,

    /// <summary>It belongs to a group: ask who does or did the others before granting it.</summary>
    Grouped = 32,

    /// <summary>It is or was kept from some agent: ask before granting it.</summary>
    Kept = 64,

    /// <summary>Ordered by priority and arrival, not by urgency.</summary>
    Fifo = 128,

    /// <summary>A holder left a draft.</summary>
    HasDraft = 256,

    /// <summary>Its breaker opened and it has not been done since.</summary>
    Tripped = 512,

    /// <summary>Its requirements relax; a row in <c>relaxing</c> says by what steps, and how far they have.</summary>
    Relaxing = 1024,

    /// <summary>It is handed off and nobody has taken it: its class names to whom, and it comes earlier.</summary>
    HandedOff = 2048,

    /// <summary>It was handed off at least once: notes for whoever goes on.</summary>
    WasHandedOff = 4096,

    /// <summary>It is a step of a run; a row in <c>run_steps</c> says which, and its end leads on.</summary>
    InRun = 8192,

    /// <summary>It has a limit key; its body says which.</summary>
    Keyed = 32768,

    /// <summary>It may be kept from some agents that could do it: what comes behind it is shown to them.</summary>
    Guarded = Failed | Grouped | Kept,

    /// <summary>It is unique; a row in <c>unique_keys</c> says by what, and whether it holds that.</summary>
    Unique = 16384,
}

/// <summary>
/// A task's place in life: the narrow row that moves between the stage tables while the wide row stays where it is.
/// Ordered by rank, then id: the order in which tasks are given out.
/// </summary>
internal readonly record struct Place(
    long Id, int ClassId, long Rank, int Epoch, int Attempts, int Failures, byte Priority, PlaceFlags Flags)
    : IComparable<Place>
{
    public bool IsSuspect => (Flags & PlaceFlags.Suspect) != 0;

    public bool IsHandedOff => (Flags & PlaceFlags.HandedOff) != 0;

    /// <summary>Its state while it waits to be claimed.</summary>
    public TaskState QueuedState => IsHandedOff ? TaskState.PendingHandoff : TaskState.Created;

    /// <summary>The static part of its urgency, in points.</summary>
    public int Credit => Urgency.Credit(Priority, QueuedState, Failures, (Flags & PlaceFlags.HasParent) != 0);

    /// <summary>When it first became claimable; the rank holds it, so no column does.</summary>
    public long AvailableUs => Rank + HeadStartUs;

    private long HeadStartUs => Urgency.HeadStartUs(
        (Flags & PlaceFlags.Fifo) != 0, Priority, QueuedState, Failures, (Flags & PlaceFlags.HasParent) != 0);

    public int CompareTo(Place other) => Rank != other.Rank ? Rank.CompareTo(other.Rank) : Id.CompareTo(other.Id);

    /// <summary>As granted: a new epoch, one attempt more.</summary>
    public Place Granted() => this with { Epoch = Epoch + 1, Attempts = Attempts + 1 };

    /// <summary>As given back by a living holder without using the attempt.</summary>
    public Place GivenBack() => Cleared() with { Attempts = Attempts - 1 };

    /// <summary>Without suspicion: a holder lived to speak, or the task is out of the queue.</summary>
    public Place Cleared() => this with { Flags = Flags & ~PlaceFlags.Suspect };

    /// <summary>With another number of failures and the rank that follows from it; it keeps its age.</summary>
    public Place WithFailures(int failures)
    {
        var changed = this with { Failures = failures };
        return changed with { Rank = AvailableUs - changed.HeadStartUs };
    }

    /// <summary>Handed off, in the class of who may take it; it keeps its age.</summary>
    public Place HandedOffAs(int classId) =>
        WithFlags(Flags | PlaceFlags.HandedOff | PlaceFlags.WasHandedOff) with { ClassId = classId };

    /// <summary>Taken, or not handed off any more, in its own class; it keeps its age.</summary>
    public Place TakenOver(int classId) => WithFlags(Flags & ~PlaceFlags.HandedOff) with { ClassId = classId };

    private Place WithFlags(PlaceFlags flags)
    {
        var changed = this with { Flags = flags };
        return changed with { Rank = AvailableUs - changed.HeadStartUs };
    }

    /// <summary>With another instant of availability, and the rank that follows from it.</summary>
    public Place AvailableFrom(long availableUs) => this with { Rank = availableUs - HeadStartUs };

    public static bool operator <(Place left, Place right) => left.CompareTo(right) < 0;

    public static bool operator >(Place left, Place right) => left.CompareTo(right) > 0;

    public static bool operator <=(Place left, Place right) => left.CompareTo(right) <= 0;

    public static bool operator >=(Place left, Place right) => left.CompareTo(right) >= 0;
}
