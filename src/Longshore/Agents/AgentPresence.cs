namespace Longshore.Agents;

/// <summary>Whether an agent is there.</summary>
/// <param name="Agent">Who.</param>
/// <param name="Status">How it stands.</param>
/// <param name="LastSeen">Its latest call of any sort.</param>
/// <param name="IsActive">It was seen of late and did not sign off.</param>
public sealed record AgentPresence(string Agent, AgentStatus Status, DateTimeOffset LastSeen, bool IsActive);
