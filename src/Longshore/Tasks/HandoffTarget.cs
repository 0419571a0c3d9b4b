using Longshore.Capabilities;

namespace Longshore.Tasks;

/// <summary>To whom a task is handed off: whoever has a capability, or one agent.</summary>
/// <param name="Capability">What is needed beside the task's own requirements; null when an agent is named.</param>
/// <param name="Agent">Who; null when a capability is named.</param>
public sealed record HandoffTarget(Requirement? Capability, string? Agent)
{
    /// <summary>Whoever has a capability.</summary>
    public static HandoffTarget ToCapability(string text) => new(Requirement.Parse(text, "to_capability"), null);

    /// <summary>One agent.</summary>
    public static HandoffTarget ToAgent(string name) => new(null, name);

    /// <summary>
    /// The capability as it is required, or the agent behind an <c>@</c>: <c>sql>=3</c>, <c>@bob</c>.
    /// </summary>
    public override string ToString() => Capability?.ToString() ?? $"@{Agent}";

    /// <summary>
    /// Whether it is meant for an agent. The level of a capability counts as in a tiered task, whatever the task's own
    /// match.
    /// </summary>
    internal bool Admits(string agent, CapabilitySet capabilities) =>
        Capability is null ? agent == Agent : capabilities.Meets(Capability);

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    internal static HandoffTarget? Read(string? text) => text switch
    {
        null => null,
        ['@', .. var agent] => ToAgent(agent),
        _ => ToCapability(text),
    };
}
