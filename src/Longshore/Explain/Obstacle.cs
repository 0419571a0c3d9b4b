namespace Longshore.Explain;

/// <summary>
/// What keeps a task and an agent apart: the filters in the order in which they are applied and told. Stable words on
/// the wire.
/// </summary>
public enum Obstacle
{
    /// <summary>Nothing: the agent's claim would get it.</summary>
    None = 0,

    /// <summary>The task does not wait to be taken.</summary>
    NotReady = 1,

    /// <summary>The agent is draining, blocked or offline.</summary>
    AgentUnavailable = 2,

    /// <summary>The agent's breaker is open.</summary>
    AgentBreakerOpen = 3,

    /// <summary>The agent does not work in the namespace.</summary>
    OtherNamespace = 4,

    /// <summary>The agent does not take the kind.</summary>
    OtherKind = 5,

    /// <summary>Only another agent may do the task.</summary>
    OtherOwner = 6,

    /// <summary>The agent does not take the priority.</summary>
    OtherPriority = 7,

    /// <summary>The agent lacks capabilities, or levels of them.</summary>
    LacksCapability = 8,

    /// <summary>The agent has the capabilities and cannot use them now.</summary>
    CapabilityUnavailable = 9,

    /// <summary>The agent has the capabilities and is not authorised to use them.</summary>
    NotAuthorised = 10,

    /// <summary>
    /// The task is handed off, and the agent is not meant: it lacks the capability, or another is named.
    /// </summary>
    HandedToOthers = 11,

    /// <summary>The agent, or another of its principal, does or did another step of the item.</summary>
    Excluded = 12,

    /// <summary>The agent rejected it.</summary>
    Rejected = 13,

    /// <summary>The agent, or another of its principal, handed the task off.</summary>
    HandedItOff = 14,

    /// <summary>The agent let an offer of it run out, or it was taken from it, a short while ago.</summary>
    CoolingDown = 15,

    /// <summary>The agent failed it of late, and others are left.</summary>
    FailedRecently = 16,

    /// <summary>The agent's breaker for the kind is open.</summary>
    KindBreakerOpen = 17,

    /// <summary>The kind or the namespace is paused: nobody is given the task.</summary>
    Paused = 18,

    /// <summary>A limit of the kind or the namespace is reached, or a rate used up: nobody is given the task.</summary>
    AtLimit = 19,

    /// <summary>The task is suspect and the agent holds something: it is given alone.</summary>
    SuspectNeedsIdle = 20,

    /// <summary>The agent holds as much as it may.</summary>
    AtCapacity = 21,

    /// <summary>
    /// Nothing but the mode of its kind or step, which does not let agents claim it. Not in a funnel.
    /// </summary>
    NotForClaiming = 22,
}

/// <summary>Words and sentences of obstacles.</summary>
public static class Obstacles
{
    /// <summary>The snake_case word.</summary>
    public static string ToWire(this Obstacle obstacle) => obstacle switch
    {
        Obstacle.None => "none",
        Obstacle.NotReady => "not_ready",
        Obstacle.AgentUnavailable => "agent_unavailable",
        Obstacle.AgentBreakerOpen => "agent_breaker_open",
        Obstacle.OtherNamespace => "other_namespace",
        Obstacle.OtherKind => "other_kind",
        Obstacle.OtherOwner => "other_owner",
        Obstacle.OtherPriority => "other_priority",
        Obstacle.LacksCapability => "lacks_capability",
        Obstacle.CapabilityUnavailable => "capability_unavailable",
        Obstacle.NotAuthorised => "not_authorised",
        Obstacle.Excluded => "excluded",
        Obstacle.Rejected => "rejected",
        Obstacle.CoolingDown => "cooling_down",
        Obstacle.FailedRecently => "failed_recently",
        Obstacle.KindBreakerOpen => "kind_breaker_open",
        Obstacle.Paused => "paused",
        Obstacle.AtLimit => "at_limit",
        Obstacle.SuspectNeedsIdle => "suspect_needs_idle",
        Obstacle.AtCapacity => "at_capacity",
        Obstacle.NotForClaiming => "not_for_claiming",
        Obstacle.HandedToOthers => "handed_to_others",
        Obstacle.HandedItOff => "handed_it_off",
        _ => throw new ArgumentOutOfRangeException(nameof(obstacle), obstacle, null),
    };

    /// <summary>One plain sentence.</summary>
    public static string Sentence(this Obstacle obstacle) => obstacle switch
    {
        Obstacle.None => "nothing stands between: its claim would get the task",
        Obstacle.NotReady => "the task does not wait to be taken",
        Obstacle.AgentUnavailable => "the agent is draining, blocked or offline",
        Obstacle.AgentBreakerOpen => "the agent failed so often in a row that its breaker is open",
        Obstacle.OtherNamespace => "the agent does not work in this namespace",
        Obstacle.OtherKind => "the agent does not take this kind",
        Obstacle.OtherOwner => "only the agent that the task names may do it: its owner, or for now the one it prefers",
        Obstacle.OtherPriority => "the agent does not take this priority",
        Obstacle.LacksCapability => "the agent lacks required capabilities or levels",
        Obstacle.CapabilityUnavailable => "the agent cannot use a required capability now",
        Obstacle.NotAuthorised => "the agent is not authorised to use a required capability",
        Obstacle.Excluded => "the agent, or another of its principal, does or did another step of this item",
        Obstacle.Rejected => "the agent rejected this task",
        Obstacle.CoolingDown => "the agent missed an offer of it or was taken off it a short while ago",
        Obstacle.FailedRecently => "the agent failed it recently and others are left to try",
        Obstacle.KindBreakerOpen => "the agent failed so often at this kind that its breaker for it is open",
        Obstacle.Paused => "the kind or the namespace is paused",
        Obstacle.AtLimit => "a limit of the kind or the namespace is reached, or its rate is used up",
        Obstacle.SuspectNeedsIdle => "a holder of this task vanished; it is given only to an agent that holds nothing",
        Obstacle.AtCapacity => "the agent holds as many tasks as it may",
        Obstacle.HandedToOthers => "the task is handed off to a capability the agent lacks, or to another agent",
        Obstacle.HandedItOff => "the agent, or another of its principal, handed the task off",
        Obstacle.NotForClaiming => "the rules leave it to the distributor or an administrator to assign it",
        _ => throw new ArgumentOutOfRangeException(nameof(obstacle), obstacle, null),
    };
}
