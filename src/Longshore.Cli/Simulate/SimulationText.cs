using Longshore.Cli.Shell;
using Longshore.Simulation.Figures;

namespace Longshore.Cli.Simulate;

/// <summary>The report as tables: what became of the work, the waits, the room in use, what is scarce.</summary>
internal static class SimulationText
{
    public static void Write(SimulationReport report, bool eachAgent)
    {
        var runs = report.Runs;
        Output.Line($"{report.Scenario}: {report.Size}");
        Output.Line("");
        WriteMethods(runs);
        Output.Line("");
        Output.Line("waits until begun: mean, 95 of 100 within");
        Across(
            runs, "KIND", "ARRIVED", runs[0].Kinds.Count, (run, i) => run.Kinds[i].Kind,
            (run, i) => Spans.Count(run.Kinds[i].Arrived), (run, i) => Waits(run.Kinds[i]));
        Output.Line("");
        Output.Line("room in use: all of a group, least and most of an agent");
        Across(
            runs, "GROUP", "AGENTS", runs[0].Groups.Count, (run, i) => run.Groups[i].Group,
            (run, i) => Output.Number(run.Groups[i].Agents), (run, i) => Use(run.Groups[i]));
        WritePressure(runs);
        if (eachAgent)
        {
            Output.Line("");
            Across(
                runs, "AGENT", "HOURS", runs[0].Agents.Count, (run, i) => run.Agents[i].Agent,
                (run, i) => Spans.Invariant($"{run.Agents[i].HoursOn:0.0}"), (run, i) => Use(run.Agents[i]));
        }

        Output.Line("");
        WritePromises(runs);
    }

    private static void WriteMethods(IReadOnlyList<RunFigures> runs) => Output.Table(
        [
            "METHOD", "ARRIVED", "DONE", "FAILED", "ABANDONED", "EXPIRED", "OPEN", "MEAN WAIT", "P50", "P95", "MAX",
            "FAIRNESS",
        ],
        runs.Select(run => (IReadOnlyList<string>)
        [
            run.Method,
            Spans.Count(run.All.Arrived),
            Spans.Count(run.All.Done),
            Spans.Count(run.All.Failed),
            Spans.Count(run.All.Abandoned),
            Spans.Count(run.All.Expired),
            Spans.Count(run.All.Open),
            Spans.Text(run.All.WaitMeanSeconds),
            Spans.Text(run.All.WaitP50Seconds),
            Spans.Text(run.All.WaitP95Seconds),
            Spans.Text(run.All.WaitMaxSeconds),
            Spans.Invariant($"{run.Fairness:0.000}"),
        ]));

    /// <summary>A row for each thing, a column for each method.</summary>
    private static void Across(
        IReadOnlyList<RunFigures> runs, string heading, string second, int rows, Func<RunFigures, int, string> name,
        Func<RunFigures, int, string> size, Func<RunFigures, int, string> cell) => Output.Table(
            [heading, second, .. runs.Select(run => run.Method)],
            Enumerable.Range(0, rows).Select(i => (IReadOnlyList<string>)
                [name(runs[0], i), size(runs[0], i), .. runs.Select(run => cell(run, i))]));

    private static void WritePressure(IReadOnlyList<RunFigures> runs)
    {
        if (runs[0].Pressure.Count == 0)
        {
            return;
        }

        Output.Line("");
        Output.Line(
            $"pressure: work that requires it, divided by the room of those who have it ({runs[0].Method})");
        Output.Table(
            ["REQUIRES", "AGENTS", "WORK", "ROOM", "PRESSURE", "BUSY WITH ALL THEY DO"],
            runs[0].Pressure.Select(one => (IReadOnlyList<string>)
            [
                one.Requires,
                Output.Number(one.Agents),
                Spans.Invariant($"{one.WorkHours:0.0} h"),
                Spans.Invariant($"{one.CapacityHours:0.0} h"),
                one.Pressure is { } pressure ? Spans.Percent(pressure) : "nobody has it",
                Spans.Percent(one.Utilisation),
            ]));
    }

    private static void WritePromises(IReadOnlyList<RunFigures> runs)
    {
        var kept = runs.SelectMany(run => run.Promises).GroupBy(promise => promise.Promise, StringComparer.Ordinal)
            .Select(same => $"{same.Key} ({Spans.Count(same.Sum(promise => promise.Looks))})");
        Output.Line($"checked at every step: {string.Join(", ", kept)}");
        foreach (var run in runs)
        {
            foreach (var broken in run.Promises.Where(promise => promise.Violations > 0))
            {
                Output.Line($"NOT KEPT with {run.Method}: {broken.First}");
            }
        }
    }

    private static string Waits(KindFigures kind) =>
        $"{Spans.Text(kind.WaitMeanSeconds)}, {Spans.Text(kind.WaitP95Seconds)}";

    private static string Use(GroupFigures group) => group.Agents == 1
        ? Spans.Percent(group.Utilisation)
        : $"{Spans.Percent(group.Utilisation)}, "
            + $"{Spans.Percent(group.UtilisationMin)}–{Spans.Percent(group.UtilisationMax)}";

    private static string Use(AgentFigures agent) =>
        $"{Spans.Percent(agent.Utilisation)}, {Spans.Count(agent.Done)} done";
}
