using System.Globalization;
using Longshore.Cli.Shell;

namespace Longshore.Cli.Bench;

/// <summary>One step of planning; its members are the keys of <c>--json</c>.</summary>
internal sealed record PlanRow
{
    /// <summary>look, greedy, optimal, candidates, apply, or standing: all at once.</summary>
    public required string Step { get; init; }

    public required double Milliseconds { get; init; }

    public required double MinMs { get; init; }

    public required double MaxMs { get; init; }

    /// <summary>Tasks that somebody gets.</summary>
    public required int? Assigned { get; init; }

    /// <summary>The sum of the scores.</summary>
    public required double? Total { get; init; }

    /// <summary>What the best plan could be worth more.</summary>
    public required double? Gap { get; init; }
}

/// <summary>All steps.</summary>
internal sealed record PlanSummary
{
    public required string Store { get; init; }

    public required int Tasks { get; init; }

    public required int Agents { get; init; }

    public required int Slots { get; init; }

    /// <summary>Pairs of a task and an agent that may have it.</summary>
    public required int Pairs { get; init; }

    public required int Runs { get; init; }

    /// <summary>What greedy loses of the best total, in percent.</summary>
    public required double GreedyLosesPercent { get; init; }

    public required IReadOnlyList<PlanRow> Steps { get; init; }

    public void Write()
    {
        Output.Line(string.Create(
            CultureInfo.InvariantCulture,
            $"{Store}: {Tasks:n0} tasks, {Agents:n0} agents of {Slots} slots, {Pairs:n0} pairs that are possible"));
        Output.Table(
            ["STEP", "MS (MEDIAN)", "MIN", "MAX", "ASSIGNED", "TOTAL", "GAP"],
            Steps.Select(row => (IReadOnlyList<string>)
            [
                row.Step,
                row.Milliseconds.ToString("n1", CultureInfo.InvariantCulture),
                row.MinMs.ToString("n1", CultureInfo.InvariantCulture),
                row.MaxMs.ToString("n1", CultureInfo.InvariantCulture),
                row.Assigned is { } assigned ? Output.Number(assigned) : "",
                row.Total?.ToString("0.###", CultureInfo.InvariantCulture) ?? "",
                row.Gap?.ToString("0.###", CultureInfo.InvariantCulture) ?? "",
            ]));
        Output.Line(string.Create(CultureInfo.InvariantCulture, $"greedy loses {GreedyLosesPercent:0.##} %"));
    }
}
