using Longshore.Agents;
using Longshore.Tasks;

namespace Longshore.Client.Wire;

/// <summary>Takes an offer.</summary>
public sealed record AcceptWire
{
    /// <summary>The epoch of the offer.</summary>
    public required int Epoch { get; init; }

    /// <summary>How long it holds without renewal; the namespace's inactivity timeout when missing.</summary>
    public double? LeaseSeconds { get; init; }

    /// <summary>The work does not begin yet; the next renewal begins it.</summary>
    public bool? Later { get; init; }
}

/// <summary>Declines an offer, or what was claimed.</summary>
public sealed record RejectWire
{
    /// <summary>The epoch of the offer or claim.</summary>
    public required int Epoch { get; init; }

    /// <summary>
    /// conflict_of_interest, unclear_instructions, missing_context, outside_expertise, schedule_conflict,
    /// technical_issues or other.
    /// </summary>
    public required string Reason { get; init; }

    /// <summary>More about it; required with <c>other</c>.</summary>
    public string? Text { get; init; }

    /// <summary>Repeating it under this key yields the first outcome.</summary>
    public string? Key { get; init; }
}

/// <summary>Offers a task to an agent by name.</summary>
public sealed record AssignWire
{
    /// <summary>To whom.</summary>
    public required string Agent { get; init; }

    /// <summary>Who decides it; <c>api</c> when missing.</summary>
    public string? Actor { get; init; }

    /// <summary>Why the present holder loses it.</summary>
    public string? Reason { get; init; }

    /// <summary>Takes it from its present holder first.</summary>
    public bool? Replace { get; init; }
}

/// <summary>Takes a task from its agent.</summary>
public sealed record EvictWire
{
    /// <summary>Who decides it; <c>api</c> when missing.</summary>
    public string? Actor { get; init; }

    /// <summary>For people.</summary>
    public string? Reason { get; init; }
}

/// <summary>Whether an agent worked on conflicting steps.</summary>
/// <param name="Worked">It did, or does.</param>
public sealed record WorkedWire(bool Worked);

/// <summary>Capabilities an agent cannot use now.</summary>
public sealed record AvailabilityWire
{
    /// <summary>Their names; none means all are there.</summary>
    public required IReadOnlyList<string> Unavailable { get; init; }
}

/// <summary>Capabilities an agent may use.</summary>
public sealed record AuthorisationWire
{
    /// <summary>Their names; missing or null means all it declares.</summary>
    public IReadOnlyList<string>? Capabilities { get; init; }
}

/// <summary>Whether an agent is there.</summary>
/// <param name="Agent">Who.</param>
/// <param name="Status">idle, active, at_capacity, unresponsive, draining, blocked or offline.</param>
/// <param name="LastSeen">Its latest call.</param>
/// <param name="Active">It was seen of late and did not sign off.</param>
public sealed record PresenceWire(string Agent, string Status, DateTimeOffset LastSeen, bool Active)
{
    internal static PresenceWire Of(AgentPresence one) =>
        new(one.Agent, one.Status.ToWire(), one.LastSeen, one.IsActive);

    internal AgentPresence ToPresence() =>
        new(Agent, Words.Parse<AgentStatus>(Status, "status"), LastSeen, Active);
}

/// <summary>Who works in a namespace.</summary>
/// <param name="Agents">The latest seen first.</param>
public sealed record PresenceListWire(IReadOnlyList<PresenceWire> Agents);
