using Longshore.Assignments;

namespace Longshore.Storage;

/// <summary>Circuit breakers: verbs open and close them, people look at them and reset them.</summary>
public interface IBreakerStore
{
    /// <summary>
    /// Those with a failure to remember, ordered by scope, agent, kind and task; at most
    /// <see cref="Tasks.Limits.PageMax"/>.
    /// </summary>
    /// <param name="agent">Only of this agent; null for all.</param>
    /// <param name="openOnly">Only those that are not closed.</param>
    /// <param name="ct">Ends the query.</param>
    ValueTask<IReadOnlyList<Breaker>> ListAsync(
        string? agent = null, bool openOnly = false, CancellationToken ct = default);

    /// <summary>
    /// A person closes a breaker; a task that it quarantined goes back to the queue. False when there is none.
    /// </summary>
    ValueTask<bool> ResetAsync(
        BreakerKey key, string actor, string? reason, long? nowUs = null, CancellationToken ct = default);

    /// <summary>
    /// Forgets closed breakers whose latest failure is older, and those of tasks that ended (S0.89). Answers how many.
    /// </summary>
    ValueTask<int> CleanAsync(long failedBeforeUs, CancellationToken ct = default);
}
