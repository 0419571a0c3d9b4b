using Longshore.Tasks;

namespace Longshore.Planning;

/// <summary>Why a task is recommended to an agent, the best reason first.</summary>
public enum RecommendationReason
{
    /// <summary>It requires something that the agent is specialised in (S0.75).</summary>
    SpecializationMatch = 0,

    /// <summary>No other agent that could be given it fits better (S0.76).</summary>
    BestMatch = 1,

    /// <summary>It is urgent (S0.77).</summary>
    HighPriority = 2,
}

/// <summary>What to recommend.</summary>
public sealed record RecommendQuery
{
    /// <summary>To whom.</summary>
    public required string Agent { get; init; }

    /// <summary>At most so many, 1 to <see cref="Limits.DiscoverMax"/> (S0.80).</summary>
    public int Limit { get; init; } = 5;

    /// <summary>
    /// The shown urgency from which a task is recommended for that alone, in points. The usual 80 is reached by a new
    /// task of priority 8, and by one of priority 5 after fifteen hours; source 000's 150 hardly ever is (T0.12).
    /// </summary>
    public double HighPriorityFrom { get; init; } = 80;

    /// <summary>Checks the query.</summary>
    /// <exception cref="LongshoreException"><see cref="ErrorCode.InvalidInput"/>.</exception>
    internal RecommendQuery Checked()
    {
        AgentNames.Check(Agent, "agent");
        TaskValidation.Range(Limit, 1, Limits.DiscoverMax, "limit");
        return double.IsFinite(HighPriorityFrom)
            ? this
            : throw LongshoreException.Invalid("high_priority_from", "must be a number");
    }
}

/// <summary>A task that an agent should look at (S0.82).</summary>
/// <param name="TaskId">The task.</param>
/// <param name="Code">Its code.</param>
/// <param name="Name">Its name, if it has one.</param>
/// <param name="Reason">The best reason (T0.14).</param>
/// <param name="Confidence">1.0, 0.9 or 0.8, by reason.</param>
/// <param name="UrgencyScore">The shown urgency, age capped.</param>
public sealed record Recommendation(
    long TaskId, string Code, string? Name, RecommendationReason Reason, double Confidence, double UrgencyScore);
