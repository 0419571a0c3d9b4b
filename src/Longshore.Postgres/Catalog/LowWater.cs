namespace Longshore.Postgres.Catalog;

/// <summary>
/// Where the ready order begins for one agent's claims. A transaction held open anywhere in the database keeps the rows
/// of tasks already given out from being cleaned away, and every claim would walk over all of them. So when a walk from
/// the beginning was slow, the next claims begin where it found something; before long one begins at the beginning again,
/// so that what became ready below, and is more urgent, waits at most <see cref="HoldMax"/> for that.
/// </summary>
internal sealed class LowWater(TimeProvider clock)
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

    /// <summary>Takes note of a claim: where it began, the first rank it found, and how long it looked for it.</summary>
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
            }
        }
    }
}
