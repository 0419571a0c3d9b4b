namespace Longshore.Routing;

/// <summary>
/// By which rule one of the agents that may do a task is given it. Every rule gives only to agents with room, and lets
/// one that fails again and again sit out while others can do the work.
/// </summary>
public enum RoutingStrategy
{
    /// <summary>Each in turn, in the order of their names (S1.43, S4.15).</summary>
    RoundRobin,

    /// <summary>Whoever has the smallest part of its capacity in use (S1.44, S4.16).</summary>
    LeastLoaded,

    /// <summary>By lot, where a better record makes the lot larger (S1.45).</summary>
    PerformanceWeighted,

    /// <summary>The best sum of free capacity and record, 0.6 and 0.4 unless set otherwise (S1.46, S1.64).</summary>
    Hybrid,

    /// <summary>The first by name that has room (S4.17).</summary>
    FirstAvailable,

    /// <summary>By lot, all alike (S4.18).</summary>
    Random,

    /// <summary>The best sum of match, reputation and free capacity: 0.5, 0.3 and 0.2 (S0.101, S0.102).</summary>
    BestMatch,

    /// <summary>
    /// Whoever can do the fewest of the classes of tasks that came of late: the versatile stay free for what only they
    /// can do (Chevalier, Shumsky and Tabordon 2004).
    /// </summary>
    SpecialistsFirst,
}

/// <summary>The strategies' words on the wire, in SQL and on the command line.</summary>
internal static class RoutingStrategyWords
{
    /// <summary>The word that is written.</summary>
    public static string ToWire(this RoutingStrategy strategy) => strategy switch
    {
        RoutingStrategy.RoundRobin => "round_robin",
        RoutingStrategy.LeastLoaded => "least_loaded",
        RoutingStrategy.PerformanceWeighted => "performance_weighted",
        RoutingStrategy.Hybrid => "hybrid",
        RoutingStrategy.FirstAvailable => "first_available",
        RoutingStrategy.Random => "random",
        RoutingStrategy.BestMatch => "best_match",
        RoutingStrategy.SpecialistsFirst => "specialists_first",
        _ => throw new ArgumentOutOfRangeException(nameof(strategy), strategy, null),
    };

    /// <summary>Reads a word; the sources' other words for two of them are understood too.</summary>
    /// <exception cref="LongshoreException">The word is none of them; the message lists them.</exception>
    public static RoutingStrategy Parse(string text, string field)
    {
        foreach (var strategy in Enum.GetValues<RoutingStrategy>())
        {
            if (strategy.ToWire() == text)
            {
                return strategy;
            }
        }

        return text switch
        {
            "capacity_based" => RoutingStrategy.LeastLoaded,
            "quality_weighted" => RoutingStrategy.PerformanceWeighted,
            "hybrid_capacity_performance" => RoutingStrategy.Hybrid,
            _ => throw LongshoreException.Invalid(
                field,
                $"'{text}' is no strategy; use one of "
                    + string.Join(", ", Enum.GetValues<RoutingStrategy>().Select(ToWire))),
        };
    }
}
