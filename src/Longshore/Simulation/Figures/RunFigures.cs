namespace Longshore.Simulation.Figures;

/// <summary>What one method made of a scenario. Durations are seconds, and shares are from 0 to 1.</summary>
internal sealed record RunFigures
{
    /// <summary>How work was given out.</summary>
    public required string Method { get; init; }

    /// <summary>All tasks together.</summary>
    public required KindFigures All { get; init; }

    /// <summary>Each kind, in the order of the scenario.</summary>
    public required IReadOnlyList<KindFigures> Kinds { get; init; }

    /// <summary>Each group of agents.</summary>
    public required IReadOnlyList<GroupFigures> Groups { get; init; }

    /// <summary>Each agent.</summary>
    public required IReadOnlyList<AgentFigures> Agents { get; init; }

    /// <summary>Jain's index of the agents' utilisation: 1 when all are alike, 1/n when one does everything.</summary>
    public required double Fairness { get; init; }

    /// <summary>How scarce what tasks require was.</summary>
    public required IReadOnlyList<PressureFigures> Pressure { get; init; }

    /// <summary>How many waited on average in each part of the time.</summary>
    public required IReadOnlyList<double> Waiting { get; init; }

    /// <summary>Promises that were checked at every step, and how often.</summary>
    public required IReadOnlyList<PromiseFigures> Promises { get; init; }
}

/// <summary>
/// Tasks of a kind. They wait from their arrival until somebody begins them for the first time; who was never served
/// counts with the time until it was called off, expired, or the run ended.
/// </summary>
internal sealed record KindFigures
{
    public required string Kind { get; init; }

    public required long Arrived { get; init; }

    public required long Done { get; init; }

    /// <summary>Tried as often as they may be, or quarantined for a person to look at.</summary>
    public required long Failed { get; init; }

    /// <summary>Called off because nobody began them in time.</summary>
    public required long Abandoned { get; init; }

    /// <summary>Past their deadline.</summary>
    public required long Expired { get; init; }

    /// <summary>Not ended when the run did.</summary>
    public required long Open { get; init; }

    public required double WaitMeanSeconds { get; init; }

    public required double WaitP50Seconds { get; init; }

    public required double WaitP95Seconds { get; init; }

    public required double WaitMaxSeconds { get; init; }
}

/// <summary>An agent.</summary>
internal sealed record AgentFigures
{
    public required string Agent { get; init; }

    public required string Group { get; init; }

    /// <summary>How often it was given a task.</summary>
    public required long Given { get; init; }

    public required long Done { get; init; }

    /// <summary>Attempts that failed.</summary>
    public required long Failed { get; init; }

    /// <summary>Time at work, in hours.</summary>
    public required double HoursOn { get; init; }

    /// <summary>Part of its room in use while it was at work; finishing late counts, so it may exceed 1.</summary>
    public required double Utilisation { get; init; }
}

/// <summary>Agents that are added up.</summary>
internal sealed record GroupFigures
{
    public required string Group { get; init; }

    public required int Agents { get; init; }

    /// <summary>Of all their room.</summary>
    public required double Utilisation { get; init; }

    public required double UtilisationMin { get; init; }

    public required double UtilisationMax { get; init; }

    /// <summary>Jain's index of their utilisation.</summary>
    public required double Fairness { get; init; }
}

/// <summary>How scarce a capability was.</summary>
internal sealed record PressureFigures
{
    /// <summary>What tasks require: <c>sql>=3</c>.</summary>
    public required string Requires { get; init; }

    /// <summary>How many agents have it.</summary>
    public required int Agents { get; init; }

    /// <summary>Work that came and requires it, in hours of an agent of speed 1.</summary>
    public required double WorkHours { get; init; }

    /// <summary>Room of those who have it while they were at work, times their speed, in hours.</summary>
    public required double CapacityHours { get; init; }

    /// <summary>
    /// The first divided by the second; null when nobody has it. Above 1 the work cannot be done; below it may still be
    /// scarce, since those who have it do other things too.
    /// </summary>
    public required double? Pressure { get; init; }

    /// <summary>How busy those who have it were, with whatever.</summary>
    public required double Utilisation { get; init; }
}

/// <summary>A promise that was checked.</summary>
internal sealed record PromiseFigures
{
    public required string Promise { get; init; }

    /// <summary>How often it was put to the test.</summary>
    public required long Looks { get; init; }

    /// <summary>How often it was not kept; at most 20 are counted.</summary>
    public required int Violations { get; init; }

    /// <summary>The first of them.</summary>
    public string? First { get; init; }
}
