using Longshore.Matching;
using Longshore.Storage;

namespace Longshore.Engine;

/// <summary>One hot transaction and the commands it carries. Touched by the processor's loop only.</summary>
internal sealed class Flight
{
    /// <summary>What the store is asked to do.</summary>
    public TaskBatch Batch { get; } = new();

    /// <summary>Whose inserts they are, in the order of the batch.</summary>
    public List<InsertCommand> Inserts { get; } = [];

    /// <summary>Whose finishes they are, in the order of the batch.</summary>
    public List<FinishCommand> Finishes { get; } = [];

    /// <summary>Whose renewals they are, in the order of the batch.</summary>
    public List<RenewCommand> Renewals { get; } = [];

    /// <summary>Who claims, in the order of the batch.</summary>
    public List<Boarding> Claims { get; } = [];

    /// <summary>Who asks for work for the first time; they come after those who wait already.</summary>
    public List<Claimant> Asking { get; } = [];

    /// <summary>Who was put on board and then wanted nothing; their share passes on.</summary>
    public List<Boarding> Declined { get; } = [];

    /// <summary>How many of its grants will probably end at once.</summary>
    public int EndingSoon { get; set; }

    /// <summary>How many commands were taken.</summary>
    public int Commands { get; set; }
}

/// <summary>Why a claimant is on board.</summary>
internal enum BoardingReason
{
    /// <summary>It asked.</summary>
    Asked = 0,

    /// <summary>Tasks of a class it can do became available.</summary>
    Class = 1,

    /// <summary>Tasks of unknown classes became available.</summary>
    Scan = 2,

    /// <summary>Its own room or profile changed.</summary>
    Own = 3,
}

/// <summary>A claimant on board.</summary>
/// <param name="Claimant">Who.</param>
/// <param name="Reason">Why.</param>
/// <param name="Class">The class it was woken for.</param>
/// <param name="Share">How many tasks of it are meant for this claimant.</param>
internal readonly record struct Boarding(
    Claimant Claimant, BoardingReason Reason, ClassKey? Class = null, int Share = 0)
{
    /// <summary>Its place in line when it came on board.</summary>
    public long Sequence { get; } = Claimant.Sequence;
}
