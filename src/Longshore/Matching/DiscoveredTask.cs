using Longshore.Tasks;

namespace Longshore.Matching;

/// <summary>A task shown to an agent that could claim it (S0.81).</summary>
/// <param name="Task">The task.</param>
/// <param name="UrgencyScore">The shown urgency, age capped (S0.43–S0.48).</param>
/// <param name="CapabilityMatchScore">Part of its requirements that the agent meets (S0.56).</param>
/// <param name="IsBestMatch">No other available agent fits better (S0.50, S0.57).</param>
public sealed record DiscoveredTask(
    WorkTask Task, double UrgencyScore, double CapabilityMatchScore, bool IsBestMatch);
