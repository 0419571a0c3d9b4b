namespace Longshore.Storage;

/// <summary>Sums loads.</summary>
internal static class AgentLoads
{
    /// <summary>The sum of those beyond the ones shown; null when there are none.</summary>
    public static AgentLoad? Sum(IEnumerable<AgentLoad> others)
    {
        var sum = others.Aggregate(
            (Count: 0, Load: 0L, Capacity: 0L), (s, a) => (s.Count + 1, s.Load + a.Load, s.Capacity + a.Capacity));
        return sum.Count == 0 ? null : new AgentLoad("", sum.Load, sum.Capacity);
    }
}
