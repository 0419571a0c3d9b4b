using Longshore.Capabilities;
using Longshore.Tasks;

namespace Longshore.Agents;

/// <summary>What was decided about an agent; load and presence do the rest (<see cref="AgentStatus"/>).</summary>
public enum AgentMode
{
    /// <summary>May take work.</summary>
    Available = 0,

    /// <summary>Finishes what it holds, takes nothing new.</summary>
    Draining = 1,

    /// <summary>Stopped by a person.</summary>
    Blocked = 2,

    /// <summary>Signed off.</summary>
    Offline = 3,
}

/// <summary>How an agent stands. Only idle and active agents are given work (S0.27).</summary>
public enum AgentStatus
{
    /// <summary>Holds nothing.</summary>
    Idle = 0,

    /// <summary>Holds something and has room.</summary>
    Active = 1,

    /// <summary>Holds as much as it may.</summary>
    AtCapacity = 2,

    /// <summary>Not heard of for longer than the heartbeat timeout.</summary>
    Unresponsive = 3,

    /// <summary>Set: finishes what it holds.</summary>
    Draining = 4,

    /// <summary>Set: stopped by a person.</summary>
    Blocked = 5,

    /// <summary>Set: signed off.</summary>
    Offline = 6,
}

/// <summary>What an agent says of itself. Registering again replaces it and keeps the running work.</summary>
public sealed record AgentRegistration
{
    /// <summary>Unique; kebab-case, 3 to 50 characters (S0.124).</summary>
    public required string Name { get; init; }

    /// <summary>
    /// What sort of agent: <c>service</c>, <c>ai</c>, <c>person</c>, <c>collector</c>, or a word of your own.
    /// </summary>
    public string Type { get; init; } = "service";

    /// <summary>For people.</summary>
    public string? Description { get; init; }

    /// <summary>What it can do.</summary>
    public IReadOnlyList<Capability> Capabilities { get; init; } = [];

    /// <summary>What it likes best; recommendations use it (S0.75).</summary>
    public IReadOnlyList<string> Specializations { get; init; } = [];

    /// <summary>Kinds it takes; empty means any.</summary>
    public IReadOnlyList<string> Kinds { get; init; } = [];

    /// <summary>Namespaces it works in.</summary>
    public IReadOnlyList<string> Namespaces { get; init; } = ["default"];

    /// <summary>Priorities it takes, each 0 to <see cref="Limits.PriorityMax"/>; empty means any (S4.8).</summary>
    public IReadOnlyList<int> PriorityLevels { get; init; } = [];

    /// <summary>
    /// Who stands behind it: a person, a team, a family of models. Two agents of one principal count as one where
    /// somebody may not do two things.
    /// </summary>
    public string? Principal { get; init; }

    /// <summary>How many tasks it runs at once.</summary>
    public int MaxConcurrent { get; init; } = 1;

    /// <summary>Free JSON the agent wants kept.</summary>
    public JsonText Preferences { get; init; }

    /// <summary>Standing in [0, 1] (S0.124); null keeps the present one, 1 for a newcomer.</summary>
    public double? Reputation { get; init; }

    /// <summary>Free name-value pairs.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = NewTask.EmptyMetadata;

    /// <summary>
    /// Identifies one life of the agent's process. Registering under another session declares the former one dead:
    /// its claims are lost at once instead of when their leases run out.
    /// </summary>
    public string? Session { get; init; }
}

/// <summary>An agent as the store knows it.</summary>
public sealed record Agent
{
    /// <summary>Unique in the store.</summary>
    public required long Id { get; init; }

    /// <summary>What it said of itself, but for its reputation, which is <see cref="Reputation"/>.</summary>
    public required AgentRegistration Profile { get; init; }

    /// <summary>Unique name.</summary>
    public string Name => Profile.Name;

    /// <summary>What was decided about it.</summary>
    public AgentMode Mode { get; init; }

    /// <summary>
    /// Capabilities it declares and cannot use now, as it says itself; registering again clears them.
    /// </summary>
    public IReadOnlyList<string> Unavailable { get; init; } = [];

    /// <summary>
    /// The capabilities an operator authorised it to use; null means all it declares. Registering does not change
    /// them.
    /// </summary>
    public IReadOnlyList<string>? Authorised { get; init; }

    /// <summary>What counts of its capabilities: declared, available now, and authorised.</summary>
    public IEnumerable<Capability> Usable => Unavailable.Count == 0 && Authorised is null
        ? Profile.Capabilities
        : Profile.Capabilities.Where(c => !Unavailable.Contains(c.Name, StringComparer.Ordinal)
            && Authorised?.Contains(c.Name, StringComparer.Ordinal) != false);

    /// <summary>
    /// Nothing that <see cref="Usable"/> depends on was set anew since the other was read: what was computed of it
    /// still holds until a capability expires.
    /// </summary>
    internal bool HasSkillsOf(Agent other) => ReferenceEquals(Profile, other.Profile)
        && ReferenceEquals(Unavailable, other.Unavailable) && ReferenceEquals(Authorised, other.Authorised);

    /// <summary>Live claims. Changed only together with a claim (T0.38).</summary>
    public int Load { get; init; }

    /// <summary>
    /// Standing in [0, 1], as it was supplied when it registered. Less than 1 stands for its record in every decision;
    /// 1 lets the record decide.
    /// </summary>
    public double Reputation { get; init; } = 1.0;

    /// <summary>What is known of how well it works.</summary>
    public AgentRecord Record { get; init; } = AgentRecord.Empty;

    /// <summary>Tasks it completed.</summary>
    public long TotalCompleted { get; init; }

    /// <summary>Attempts it failed.</summary>
    public long TotalFailed { get; init; }

    /// <summary>First registration.</summary>
    public DateTimeOffset RegisteredAt { get; init; }

    /// <summary>Latest call of any sort.</summary>
    public DateTimeOffset LastSeen { get; init; }

    /// <summary>Since when it waits for work on this node, if it does.</summary>
    public DateTimeOffset? WaitingSince { get; init; }

    /// <summary>Its status when it was shown by a client.</summary>
    public AgentStatus Status { get; init; }

    /// <summary>The supplied standing that is to stand for the record, if there is one.</summary>
    internal double? Supplied => Reputation < 1 ? Reputation : null;

    /// <summary>
    /// How well it may be expected to do a task, 0 to 1: its supplied standing, or what its record is worth for what
    /// the task requires. Every decision between agents rests on it.
    /// </summary>
    internal double PerformanceFor(IReadOnlyList<Requirement> requires) => Supplied ?? Record.ScoreFor(requires);

    /// <summary>Its status at <paramref name="now"/>.</summary>
    public AgentStatus StatusAt(DateTimeOffset now, TimeSpan heartbeatTimeout) => Mode switch
    {
        AgentMode.Draining => AgentStatus.Draining,
        AgentMode.Blocked => AgentStatus.Blocked,
        AgentMode.Offline => AgentStatus.Offline,
        _ when now - LastSeen > heartbeatTimeout => AgentStatus.Unresponsive,
        _ when Load >= Profile.MaxConcurrent => AgentStatus.AtCapacity,
        _ => Load > 0 ? AgentStatus.Active : AgentStatus.Idle,
    };
}

/// <summary>The wire words of modes and statuses.</summary>
public static class AgentWords
{
    /// <summary>The snake_case word.</summary>
    public static string ToWire(this AgentStatus status) => status switch
    {
        AgentStatus.Idle => "idle",
        AgentStatus.Active => "active",
        AgentStatus.AtCapacity => "at_capacity",
        AgentStatus.Unresponsive => "unresponsive",
        AgentStatus.Draining => "draining",
        AgentStatus.Blocked => "blocked",
        AgentStatus.Offline => "offline",
        _ => throw new ArgumentOutOfRangeException(nameof(status), status, null),
    };

    /// <summary>The snake_case word.</summary>
    public static string ToWire(this AgentMode mode) => mode switch
    {
        AgentMode.Available => "available",
        AgentMode.Draining => "draining",
        AgentMode.Blocked => "blocked",
        AgentMode.Offline => "offline",
        _ => throw new ArgumentOutOfRangeException(nameof(mode), mode, null),
    };
}
