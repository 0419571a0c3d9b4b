using Longshore.Client.Wire;

namespace Longshore.Simulation.Scenarios;

/// <summary>A world to simulate, as its file describes it: docs/simulation.md. Durations are seconds.</summary>
internal sealed record Scenario
{
    /// <summary>Title, for people.</summary>
    public required string Name { get; init; }

    /// <summary>Where the figures come from, for people.</summary>
    public string? Description { get; init; }

    /// <summary>How long it is watched.</summary>
    public double Days { get; init; } = 1;

    /// <summary>What arrives within this time is worked on and not counted.</summary>
    public double WarmUpHours { get; init; }

    /// <summary>The weekday it begins on, at midnight.</summary>
    public string FirstDay { get; init; } = "monday";

    /// <summary>What the operator decided; mode and strategy are what is compared.</summary>
    public RulesWire Rules { get; init; } = new();

    /// <summary>Who works.</summary>
    public required IReadOnlyList<Crew> Agents { get; init; }

    /// <summary>What there is to do.</summary>
    public required IReadOnlyList<WorkKind> Kinds { get; init; }
}

/// <summary>Agents that are alike.</summary>
internal sealed record Crew
{
    /// <summary>Their name; several are numbered from 1.</summary>
    public required string Name { get; init; }

    /// <summary>How many.</summary>
    public int Count { get; init; } = 1;

    /// <summary>With whom they are added up in the report; their name when missing.</summary>
    public string? Group { get; init; }

    /// <summary>What each can do: <c>sql</c>, <c>sql:3</c>.</summary>
    public IReadOnlyList<string> Capabilities { get; init; } = [];

    /// <summary>Kinds they take; any when missing.</summary>
    public IReadOnlyList<string> Kinds { get; init; } = [];

    /// <summary>Priorities they take; any when missing.</summary>
    public IReadOnlyList<int> PriorityLevels { get; init; } = [];

    /// <summary>How many tasks each runs at once.</summary>
    public int MaxConcurrent { get; init; } = 1;

    /// <summary>Twice as fast needs half the time.</summary>
    public double Speed { get; init; } = 1;

    /// <summary>Speed with a kind, where it differs.</summary>
    public IReadOnlyDictionary<string, double> Speeds { get; init; } = new Dictionary<string, double>();

    /// <summary>Chance that an attempt fails because of the agent.</summary>
    public double FailureProbability { get; init; }

    /// <summary>Chance that the agent goes down during an attempt.</summary>
    public double CrashProbability { get; init; }

    /// <summary>How long it is down then.</summary>
    public double DownSeconds { get; init; } = 60;

    /// <summary>How long it takes to accept or decline an offer; at once when missing.</summary>
    public Durations? Response { get; init; }

    /// <summary>Chance that it declines an offer.</summary>
    public double DeclineProbability { get; init; }

    /// <summary>Chance that it does not answer an offer at all.</summary>
    public double MissProbability { get; init; }

    /// <summary>Standing from outside, 0 to 1; the record counts when missing.</summary>
    public double? Reputation { get; init; }

    /// <summary>Who stands behind all of them, where one may not do two things.</summary>
    public string? Principal { get; init; }

    /// <summary>When they work; always when missing.</summary>
    public IReadOnlyList<Shift> Shifts { get; init; } = [];

    /// <summary>With whom they are added up.</summary>
    internal string GroupName => Group ?? Name;
}

/// <summary>A time of day, on some weekdays.</summary>
internal sealed record Shift
{
    /// <summary>On which days it begins; every day when missing.</summary>
    public IReadOnlyList<string> Days { get; init; } = [];

    /// <summary>From then, <c>HH:MM</c>.</summary>
    public required string From { get; init; }

    /// <summary>Until then; on the next day when it is not later.</summary>
    public required string To { get; init; }
}
