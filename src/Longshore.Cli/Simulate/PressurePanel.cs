using Longshore.Simulation.Figures;

namespace Longshore.Cli.Simulate;

/// <summary>For each requirement, the work that requires it against the room of those who have it.</summary>
internal sealed class PressurePanel(RunFigures run) : IPanel
{
    private const string Calm = "#7a8ca3";
    private const string Pressed = "#c2410c";
    private const double Row = 22;

    public double Height => 46 + (run.Pressure.Count * Row);

    public void Draw(Svg svg, double top)
    {
        svg.Text(28, top, "Pressure", size: 14, weight: "600");
        svg.Text(
            SimulationPlot.Left, top,
            "work that requires it, divided by the room of those who have it; at 100 % it cannot be done",
            colour: Svg.Muted);
        var axis = Axis.Of(
            Math.Max(1, run.Pressure.Max(one => one.Pressure ?? 0)), 1, SimulationPlot.Left, SimulationPlot.Right);
        var (first, last) = (top + 12, top + Height - 30);
        foreach (var tick in axis.Ticks)
        {
            svg.Line(axis.At(tick), first, axis.At(tick), last, Svg.Grid);
            svg.Text(axis.At(tick), last + 15, Spans.Percent(tick), "middle", 11, colour: Svg.Muted);
        }

        svg.Line(axis.At(1), first, axis.At(1), last, Pressed, 1.5);
        svg.Text(SimulationPlot.Right, last + 30, "of the room", "end", 11, colour: Svg.Muted);
        var y = first + 4;
        foreach (var one in run.Pressure)
        {
            svg.Text(SimulationPlot.Left - 12, y + 12, $"{one.Requires} ({one.Agents})", "end");
            var end = axis.At(one.Pressure ?? axis.Most);
            var colour = one.Pressure < 0.9 ? Calm : Pressed;
            svg.Box(SimulationPlot.Left, y + 1, end - SimulationPlot.Left, Row - 8, colour);
            svg.Text(
                Math.Min(end + 8, SimulationPlot.Right - 90), y + 12,
                one.Pressure is { } pressure ? Spans.Percent(pressure) : "nobody has it", size: 11, colour: Svg.Muted);
            y += Row;
        }
    }
}
