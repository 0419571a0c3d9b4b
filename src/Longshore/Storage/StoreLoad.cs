namespace Longshore.Storage;

/// <summary>How much work there is and who is busy with it: what gauges show.</summary>
/// <param name="Namespaces">Every namespace with a task that is ready, deferred or running, by name.</param>
/// <param name="Agents">Agents that have not signed off, the busiest first, then by name.</param>
/// <param name="Others">The agents beyond those: their sums; null when there are none.</param>
public sealed record StoreLoad(
    IReadOnlyList<NamespaceLoad> Namespaces, IReadOnlyList<AgentLoad> Agents, AgentLoad? Others);

/// <summary>The work of a namespace.</summary>
/// <param name="Namespace">Its name.</param>
/// <param name="Ready">Tasks that can be claimed now.</param>
/// <param name="Deferred">Tasks that come back to the queue later.</param>
/// <param name="Running">Tasks that are held.</param>
/// <param name="OldestUs">
/// When the oldest of those ready first became claimable, in microseconds since 1970; null when none is ready.
/// </param>
public sealed record NamespaceLoad(string Namespace, long Ready, long Deferred, long Running, long? OldestUs);

/// <summary>The load of an agent, or the sum of several.</summary>
/// <param name="Agent">Its name; empty for a sum.</param>
/// <param name="Load">Claims it holds.</param>
/// <param name="Capacity">Its <c>max_concurrent</c>.</param>
public sealed record AgentLoad(string Agent, long Load, long Capacity);

/// <summary>The tasks of a kind that can be claimed now.</summary>
/// <param name="Namespace">Their namespace.</param>
/// <param name="Kind">Their kind.</param>
/// <param name="Ready">How many.</param>
/// <param name="OldestUs">When the oldest first became claimable, in microseconds since 1970.</param>
public sealed record ReadyLoad(string Namespace, string Kind, long Ready, long OldestUs);
