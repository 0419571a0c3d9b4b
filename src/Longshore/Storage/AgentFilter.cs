using Longshore.Agents;
using Longshore.Capabilities;

namespace Longshore.Storage;

/// <summary>Which agents a query means: the same in every store that filters in memory.</summary>
internal static class AgentFilter
{
    /// <summary>Whether an agent passes every filter of the query, its page included.</summary>
    public static bool Admits(AgentQuery query, Agent agent, DateTimeOffset now, TimeSpan heartbeatTimeout) =>
        (query.After is null || string.CompareOrdinal(agent.Name, query.After) > 0)
        && (query.Status is not { } status || agent.StatusAt(now, heartbeatTimeout) == status)
        && (query.Capability is not { } name
            || new CapabilitySet(agent.Usable, now).Names.Contains(name, StringComparer.Ordinal))
        && (query.HasCapacity is not { } room || agent.Load < agent.Profile.MaxConcurrent == room)
        && (query.MinReputation is not { } least || agent.Reputation >= least)
        && (query.Specialization is not { } liked
            || agent.Profile.Specializations.Contains(liked, StringComparer.Ordinal));
}
