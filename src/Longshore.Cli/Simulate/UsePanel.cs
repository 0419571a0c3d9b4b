using Longshore.Simulation.Figures;

namespace Longshore.Cli.Simulate;

/// <summary>For each group and method, the room in use: from the least busy agent to the busiest.</summary>
internal sealed class UsePanel(SimulationReport report) : IPanel
{
    private const double Row = 9;
    private const double RowGap = 12;

    public double Height => 46 + (report.Runs[0].Groups.Count * ((report.Runs.Count * Row) + RowGap));

    public void Draw(Svg svg, double top)
    {
        svg.Text(28, top, "Room in use", size: 14, weight: "600");
        svg.Text(
            SimulationPlot.Left, top, "the dot is the group; the line goes from the least busy agent to the busiest",
            colour: Svg.Muted);
        var most = report.Runs.SelectMany(run => run.Groups).Max(group => group.UtilisationMax);
        var axis = Axis.Of(Math.Max(1, most), 1, SimulationPlot.Left, SimulationPlot.Right);
        var (first, last) = (top + 12, top + Height - 30);
        foreach (var tick in axis.Ticks)
        {
            svg.Line(axis.At(tick), first, axis.At(tick), last, Svg.Grid);
            svg.Text(axis.At(tick), last + 15, Spans.Percent(tick), "middle", 11, colour: Svg.Muted);
        }

        svg.Text(SimulationPlot.Right, last + 30, "of the time at work", "end", 11, colour: Svg.Muted);
        var y = first + (RowGap / 2);
        for (var g = 0; g < report.Runs[0].Groups.Count; g++)
        {
            var middle = y + (report.Runs.Count * Row / 2);
            svg.Text(SimulationPlot.Left - 12, middle + 4, Title(report.Runs[0].Groups[g]), "end");
            for (var i = 0; i < report.Runs.Count; i++)
            {
                var (group, at) = (report.Runs[i].Groups[g], y + ((i + 0.5) * Row));
                var colour = SimulationPlot.ColourOf(i);
                svg.Line(axis.At(group.UtilisationMin), at, axis.At(group.UtilisationMax), at, colour, 2);
                svg.Dot(axis.At(group.Utilisation), at, 3.4, colour);
            }

            y += (report.Runs.Count * Row) + RowGap;
            svg.Line(SimulationPlot.Left, y - (RowGap / 2), SimulationPlot.Right, y - (RowGap / 2), Svg.Grid);
        }
    }

    private static string Title(GroupFigures group) =>
        group.Agents == 1 ? group.Group : $"{group.Group} ({group.Agents})";
}
