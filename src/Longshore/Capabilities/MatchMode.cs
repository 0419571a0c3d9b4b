namespace Longshore.Capabilities;

/// <summary>How a task compares its requirements with what an agent can do (S1.65).</summary>
public enum MatchMode
{
    /// <summary>
    /// Each requirement at the level it names; a capability that expired still counts within its grace. How many of
    /// the requirements are needed is the task's <c>minimum_match</c>.
    /// </summary>
    Tiered = 0,

    /// <summary>
    /// All requirements, each at level <see cref="CapabilitySet.Intermediate"/> or the one it names if that is
    /// higher, by capabilities that have not expired: no grace.
    /// </summary>
    Strict = 1,

    /// <summary>Each requirement at any level, within grace as well.</summary>
    Flexible = 2,
}

/// <summary>The wire words of match modes.</summary>
public static class MatchModes
{
    /// <summary>The snake_case word.</summary>
    public static string ToWire(this MatchMode mode) => mode switch
    {
        MatchMode.Tiered => "tiered",
        MatchMode.Strict => "strict",
        MatchMode.Flexible => "flexible",
        _ => throw new ArgumentOutOfRangeException(nameof(mode), mode, null),
    };
}
