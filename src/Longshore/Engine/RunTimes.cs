namespace Longshore.Engine;

/// <summary>
/// How long the runs of a lane take, as a moving average, and how many tasks it should therefore hold in advance: about
/// fifty milliseconds of work, so that a round trip to the store is hidden and little is held back from others.
/// Guarded by the lane's lock.
/// </summary>
internal sealed class RunTimes(int concurrency, int prefetchMax, long timestampFrequency)
{
    private const double Weight = 1.0 / 8;
    private readonly double _ahead = timestampFrequency * 0.050;
    private double _average = -1;

    /// <summary>How many to hold in advance.</summary>
    public int Prefetch { get; private set; }

    /// <summary>
    /// True when runs end so soon that waiting for their ends is shorter than a round trip to the store.
    /// </summary>
    public bool AreQuick => _average >= 0 && _average < timestampFrequency * 0.0001;

    /// <summary>True when so many runs together end so soon that the next flight had better wait for them.</summary>
    public bool EndSoon(int runs) => _average >= 0 && _average * runs < timestampFrequency * 0.0002;

    /// <summary>
    /// A run took so long. One that was merely held up, by a pause of the process say, moves the average little.
    /// </summary>
    public void Add(long elapsed)
    {
        var counted = _average < 0 ? elapsed : Math.Min(elapsed, (8 * _average) + (_ahead / 10));
        _average = _average < 0 ? counted : _average + ((counted - _average) * Weight);
        Recompute();
    }

    /// <summary>A run has lasted so long already: what was measured before no longer holds.</summary>
    public void AtLeast(long elapsed)
    {
        if (elapsed > _average)
        {
            _average = elapsed;
            Recompute();
        }
    }

    private void Recompute() => Prefetch = _average > _ahead
        ? 0
        : (int)Math.Min(prefetchMax, _ahead * concurrency / Math.Max(1, _average));
}
