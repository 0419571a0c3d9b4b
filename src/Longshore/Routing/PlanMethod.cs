namespace Longshore.Routing;

/// <summary>How a plan is found.</summary>
public enum PlanMethod
{
    /// <summary>
    /// Tasks in their order, each to the best agent that still has room (S0.92–S0.105). Quick, easy to explain, and not
    /// the best (T0.35).
    /// </summary>
    Greedy = 0,

    /// <summary>The plan of the highest total score, with a proof that there is no better one.</summary>
    Optimal = 1,

    /// <summary>
    /// The best plan that gives each task to one of its few most promising agents, with the gap to the best plan of all
    /// that it may leave. For very many pairs.
    /// </summary>
    Candidates = 2,
}

/// <summary>The wire words of plans.</summary>
public static class PlanMethodWords
{
    /// <summary>The snake_case word.</summary>
    public static string ToWire(this PlanMethod method) => method switch
    {
        PlanMethod.Greedy => "greedy",
        PlanMethod.Optimal => "optimal",
        PlanMethod.Candidates => "candidates",
        _ => throw new ArgumentOutOfRangeException(nameof(method), method, null),
    };
}
