namespace Longshore.Simulation.Figures;

/// <summary>Counts and waits of the tasks of a kind, or of all.</summary>
internal sealed class KindTally
{
    private readonly List<double> _waits = [];

    public long Arrived { get; set; }

    public long Done { get; set; }

    public long Failed { get; set; }

    public long Abandoned { get; set; }

    public long Expired { get; set; }

    public void Waited(long us) => _waits.Add(us / 1e6);

    public KindFigures Figures(string kind)
    {
        _waits.Sort();
        return new KindFigures
        {
            Kind = kind,
            Arrived = Arrived,
            Done = Done,
            Failed = Failed,
            Abandoned = Abandoned,
            Expired = Expired,
            Open = Arrived - Done - Failed - Abandoned - Expired,
            WaitMeanSeconds = _waits.Count == 0 ? 0 : _waits.Average(),
            WaitP50Seconds = Percentile(0.50),
            WaitP95Seconds = Percentile(0.95),
            WaitMaxSeconds = _waits.Count == 0 ? 0 : _waits[^1],
        };
    }

    /// <summary>The nearest rank: the least wait that so many did not exceed.</summary>
    private double Percentile(double part) =>
        _waits.Count == 0 ? 0 : _waits[Math.Max(0, (int)Math.Ceiling(part * _waits.Count) - 1)];
}
