namespace Longshore.Routing.Strategies;

/// <summary>A strategy by its word. None has state of its own, so one of each does for all.</summary>
internal static class RoutingStrategies
{
    private static readonly IRoutingStrategy[] All =
    [
        new RoundRobin(), new LeastLoaded(), new PerformanceWeighted(), new Hybrid(), new FirstAvailable(),
        new Uniform(), new BestMatch(), new SpecialistsFirst(),
    ];

    public static IRoutingStrategy Of(RoutingStrategy kind) => All[(int)kind];

    /// <summary>The strategy, with another weight of free capacity where it has weights to choose.</summary>
    public static IRoutingStrategy Of(RoutingStrategy kind, double capacityWeight) =>
        kind == RoutingStrategy.Hybrid && !capacityWeight.Equals(Hybrid.Capacity)
            ? new Hybrid(capacityWeight, 1 - capacityWeight)
            : Of(kind);
}
