using Longshore.Agents;
using Longshore.Assignments;
using Longshore.Capabilities;

namespace Longshore.Explain;

/// <summary>An agent as it stands at one instant, ready to be asked about many tasks.</summary>
internal sealed class Candidate(
    Agent agent, IReadOnlyDictionary<string, Breaker> breakers, bool holdsSuspect, DateTimeOffset now)
{
    private CapabilitySet? _declared;
    private CapabilitySet? _available;
    private CapabilitySet? _usable;

    public Agent Agent => agent;

    public bool HoldsSuspect => holdsSuspect;

    /// <summary>What it failed since its last success.</summary>
    public int FailuresInRow => breakers.TryGetValue("", out var breaker) ? breaker.Failures : 0;

    /// <summary>What it declares and what has not ended.</summary>
    public CapabilitySet Declared => _declared ??= new CapabilitySet(agent.Profile.Capabilities, now);

    /// <summary>Of that, what it can use now.</summary>
    public CapabilitySet Available => _available ??= new CapabilitySet(
        agent.Profile.Capabilities.Where(c => !agent.Unavailable.Contains(c.Name, StringComparer.Ordinal)), now);

    /// <summary>Of that, what it is authorised to use.</summary>
    public CapabilitySet Usable => _usable ??= new CapabilitySet(agent.Usable, now);

    /// <summary>Its breaker; the empty word names the agent's own, others that for a kind.</summary>
    public BreakerGate GateAt(long nowUs, string kind = "") =>
        breakers.TryGetValue(kind, out var breaker) ? breaker.GateAt(nowUs) : BreakerGate.Pass;
}
