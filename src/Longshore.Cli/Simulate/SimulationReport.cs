using System.Text.Json.Serialization;
using Longshore.Simulation.Figures;
using Longshore.Simulation.Scenarios;

namespace Longshore.Cli.Simulate;

/// <summary>What each way of giving out work made of one scenario. It depends on nothing else.</summary>
internal sealed record SimulationReport
{
    /// <summary>The scenario's name.</summary>
    public required string Scenario { get; init; }

    /// <summary>What chance was seeded with.</summary>
    public required long Seed { get; init; }

    /// <summary>How long it was watched.</summary>
    public required double Days { get; init; }

    /// <summary>What arrived within this time is not counted.</summary>
    public required double WarmUpHours { get; init; }

    /// <summary>How many agents there are.</summary>
    public required int Agents { get; init; }

    /// <summary>Each method, in the order asked for.</summary>
    public required IReadOnlyList<RunFigures> Runs { get; init; }

    /// <summary>In a line: how long, how many, by which chance.</summary>
    [JsonIgnore]
    public string Size => Spans.Invariant(
        $"{Days:0.##} {(Days == 1 ? "day" : "days")}, {Agents} agents, seed {Seed}");

    /// <summary>Every promise was kept in every run.</summary>
    public bool IsKept => Runs.All(run => run.Promises.All(promise => promise.Violations == 0));

    public static SimulationReport Of(Scenario scenario, long seed, IReadOnlyList<RunFigures> runs) => new()
    {
        Scenario = scenario.Name,
        Seed = seed,
        Days = scenario.Days,
        WarmUpHours = scenario.WarmUpHours,
        Agents = runs[0].Agents.Count,
        Runs = runs,
    };
}
