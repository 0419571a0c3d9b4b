using Longshore.Tasks;

namespace Longshore.Assignments;

/// <summary>When a breaker opens, and for how long.</summary>
/// <param name="Threshold">Failures in a row; 0 means never.</param>
/// <param name="ResetAfter">How long it is open the first time; each further time twice as long.</param>
/// <param name="ResetMax">The longest.</param>
public sealed record BreakerLimits(int Threshold, TimeSpan ResetAfter, TimeSpan ResetMax)
{
    /// <summary>Checks the limits (T0.31).</summary>
    /// <exception cref="LongshoreException">invalid_input.</exception>
    public void Validate(string field)
    {
        TaskValidation.Range(Threshold, 0, int.MaxValue, field + ".threshold");
        TaskValidation.Duration(ResetAfter, field + ".reset_after_seconds");
        TaskValidation.Duration(ResetMax, field + ".reset_max_seconds");
    }
}

/// <summary>The breakers' settings; alike on every node of a store.</summary>
public sealed record BreakerOptions
{
    /// <summary>No breaker ever opens.</summary>
    public static readonly BreakerOptions None = new()
    {
        Agent = new BreakerLimits(0, TimeSpan.FromSeconds(30), TimeSpan.FromHours(1)),
        AgentKind = new BreakerLimits(0, TimeSpan.FromSeconds(30), TimeSpan.FromHours(1)),
        Task = new BreakerLimits(0, TimeSpan.FromMinutes(10), TimeSpan.FromDays(1)),
    };

    /// <summary>For an agent, whatever it does.</summary>
    public BreakerLimits Agent { get; init; } = new(20, TimeSpan.FromSeconds(30), TimeSpan.FromHours(1));

    /// <summary>For an agent doing tasks of one kind.</summary>
    public BreakerLimits AgentKind { get; init; } = new(10, TimeSpan.FromSeconds(30), TimeSpan.FromHours(1));

    /// <summary>
    /// For a task: so many failed attempts, by two agents at least, take it out of the queue for a time; then it comes
    /// back as a probe (S0.83).
    /// </summary>
    public BreakerLimits Task { get; init; } = new(5, TimeSpan.FromMinutes(10), TimeSpan.FromDays(1));

    internal BreakerLimits Of(BreakerScope scope) => scope switch
    {
        BreakerScope.Agent => Agent,
        BreakerScope.AgentKind => AgentKind,
        _ => Task,
    };
}
