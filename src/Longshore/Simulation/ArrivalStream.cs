using Longshore.Simulation.Scenarios;

namespace Longshore.Simulation;

/// <summary>The instants at which tasks of a kind come, in microseconds from the beginning.</summary>
internal sealed class ArrivalStream
{
    private const long HourUs = 3_600_000_000;
    private readonly Arrivals _arrivals;
    private readonly Chance _chance;
    private readonly int _firstHour;
    private readonly double _profileMax;
    private int _count;
    private double _atUs;

    public ArrivalStream(Arrivals arrivals, string firstDay, Chance chance)
    {
        _arrivals = arrivals;
        _chance = chance;
        _firstHour = 24 * ScenarioRules.DayOf(firstDay, "first_day");
        _profileMax = arrivals.Profile.Count == 0 ? 1 : arrivals.Profile.Max();
    }

    /// <summary>The next instant; null when none comes any more.</summary>
    public long? Next() => _arrivals.Process switch
    {
        Arrivals.Poisson => NextByChance(),
        Arrivals.Interval => (long)Math.Round(++_count * _arrivals.EverySeconds!.Value * 1e6),
        _ => _count < _arrivals.AtSeconds.Count ? (long)Math.Round(_arrivals.AtSeconds[_count++] * 1e6) : null,
    };

    /// <summary>
    /// By thinning (Lewis and Shedler 1979): as if it were the busiest hour all the time, and of those that come in
    /// other hours only a part.
    /// </summary>
    private long? NextByChance()
    {
        var perHour = _arrivals.PerHour!.Value * _profileMax;
        if (perHour <= 0)
        {
            return null;
        }

        do
        {
            _atUs += _chance.Exponential() * HourUs / perHour;
        }
        while (_profileMax > 0 && _chance.Unit() * _profileMax >= ProfileAt(_atUs));

        return (long)Math.Round(_atUs);
    }

    private double ProfileAt(double atUs)
    {
        var hours = _arrivals.Profile.Count;
        return hours == 0 ? 1 : _arrivals.Profile[(int)((_firstHour + (long)(atUs / HourUs)) % hours)];
    }
}
