using System.Collections.Concurrent;

namespace Longshore.Postgres.Catalog;

/// <summary>
/// Where the ready order begins for one agent's claims. A transaction held open anywhere in the database keeps the rows
/// of tasks already given out from being cleaned away, and every claim would walk over all of them. So when a walk from
/// the beginning was slow, the next claims begin where it found something. They begin at the beginning again as soon as
/// this node makes something more urgent ready, and before long in any case: what another node makes ready below waits
/// at most <see cref="HoldMax"/> for that.
/// </summary>
internal sealed class LowWater(LowWaters all, TimeProvider clock)
{
    /// <summary>The longest that claims go without a look at the beginning.</summary>
    public static readonly TimeSpan HoldMax = TimeSpan.FromSeconds(1);

    private const int SlowUs = 5_000;
    private const int HoldPerWalk = 20;

    private readonly Lock _gate = new();
    private long _rank = long.MinValue;
    private long _until;

    /// <summary>The rank to begin at now.</summary>
    public long Rank
    {
        get
        {
            lock (_gate)
            {
                return clock.GetTimestamp() < _until ? _rank : long.MinValue;
            }
        }
    }

    /// <summary>Takes note of a claim: where it began, the first rank it found, and how long it looked.</summary>
    public void Learn(long from, long first, long walkedUs)
    {
        lock (_gate)
        {
            if (from > long.MinValue)
            {
                _rank = Math.Max(_rank, first);
            }
            else if (walkedUs > SlowUs)
            {
                var hold = TimeSpan.FromMicroseconds(HoldPerWalk * walkedUs);
                _rank = first;
                _until = clock.GetTimestamp()
                    + (long)((hold < HoldMax ? hold : HoldMax).TotalSeconds * clock.TimestampFrequency);
                all.Add(this);
            }
        }
    }

    /// <summary>Something became ready at a rank; answers false when claims begin at the beginning now.</summary>
    public bool StaysAbove(long rank)
    {
        lock (_gate)
        {
            if (rank < _rank)
            {
                _until = 0;
            }

            return clock.GetTimestamp() < _until;
        }
    }
}

/// <summary>The marks that are above the beginning: none, unless a transaction is held open.</summary>
internal sealed class LowWaters
{
    private readonly ConcurrentDictionary<LowWater, bool> _raised = [];

    public void Add(LowWater low) => _raised.TryAdd(low, true);

    /// <summary>This node made something ready at this rank or above.</summary>
    public void BecameReady(long rank)
    {
        foreach (var (low, _) in _raised)
        {
            if (!low.StaysAbove(rank))
            {
                _raised.TryRemove(low, out _);
            }
        }
    }

    /// <summary>True while no mark is raised.</summary>
    public bool IsEmpty => _raised.IsEmpty;
}
