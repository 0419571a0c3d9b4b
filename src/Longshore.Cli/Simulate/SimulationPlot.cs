using Longshore.Simulation.Figures;

namespace Longshore.Cli.Simulate;

/// <summary>The report as a drawing: waits, the course of the queue, room in use, and pressure.</summary>
internal static class SimulationPlot
{
    public const double Width = 1180;
    public const double Left = 190;
    public const double Right = Width - 40;
    private const double HeadHeight = 96;
    private const double Gap = 44;
    private const double LetterWidth = 7.2;

    /// <summary>Colours that colour-blind people can tell apart: Okabe and Ito (2008), and two more.</summary>
    private static readonly string[] Colours =
        ["#000000", "#e69f00", "#0072b2", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#8f8f00", "#7f7f7f", "#882255"];

    public static string Draw(SimulationReport report)
    {
        List<IPanel> panels =
        [
            new WaitsPanel(report), new QueuePanel(report), new UsePanel(report),
            .. report.Runs[0].Pressure.Count > 0 ? [new PressurePanel(report.Runs[0])] : Array.Empty<IPanel>(),
        ];
        var svg = new Svg(Width, HeadHeight + panels.Sum(panel => panel.Height + Gap));
        svg.Text(28, 34, report.Scenario, size: 20, weight: "600");
        svg.Text(28, 54, report.Size, colour: Svg.Muted);
        var x = 34.0;
        for (var i = 0; i < report.Runs.Count; i++)
        {
            svg.Dot(x, 76, 5, ColourOf(i));
            svg.Text(x + 10, 80, report.Runs[i].Method);
            x += 34 + (report.Runs[i].Method.Length * LetterWidth);
        }

        var top = HeadHeight + 14;
        foreach (var panel in panels)
        {
            panel.Draw(svg, top);
            top += panel.Height + Gap;
        }

        return svg.ToString();
    }

    public static string ColourOf(int run) => Colours[run % Colours.Length];
}

/// <summary>A part of the drawing, as wide as all of it.</summary>
internal interface IPanel
{
    double Height { get; }

    void Draw(Svg svg, double top);
}

/// <summary>For each kind and method, a line from the median wait to the 95th percentile, a dot at the mean.</summary>
internal sealed class WaitsPanel(SimulationReport report) : IPanel
{
    private const double Row = 11;
    private const double RowGap = 12;
    private readonly List<string> _kinds =
        [.. report.Runs[0].Kinds.Count == 1 ? [] : new[] { "all" }, .. report.Runs[0].Kinds.Select(kind => kind.Kind)];

    public double Height => 46 + (_kinds.Count * ((report.Runs.Count * Row) + RowGap));

    public void Draw(Svg svg, double top)
    {
        svg.Text(28, top, "Waits until begun", size: 14, weight: "600");
        svg.Text(
            SimulationPlot.Left, top, "from the median to the 95th percentile; the dot is the mean",
            colour: Svg.Muted);
        var all = report.Runs.SelectMany(run => _kinds.Select(kind => Of(run, kind))).ToList();
        var most = all.Max(kind => Math.Max(kind.WaitP95Seconds, kind.WaitMeanSeconds));
        var (unit, word) = TimeUnits.For(most);
        var axis = Axis.Of(most, unit, SimulationPlot.Left, SimulationPlot.Right);
        var (first, last) = (top + 12, top + Height - 30);
        foreach (var tick in axis.Ticks)
        {
            svg.Line(axis.At(tick), first, axis.At(tick), last, Svg.Grid);
            svg.Text(axis.At(tick), last + 15, Spans.Invariant($"{tick / unit:0.##}"), "middle", 11, colour: Svg.Muted);
        }

        svg.Text(SimulationPlot.Right, last + 30, word, "end", 11, colour: Svg.Muted);
        var y = first + (RowGap / 2);
        foreach (var kind in _kinds)
        {
            var middle = y + (report.Runs.Count * Row / 2);
            svg.Text(SimulationPlot.Left - 12, middle + 4, kind, "end");
            for (var i = 0; i < report.Runs.Count; i++)
            {
                Draw(svg, axis, Of(report.Runs[i], kind), y + ((i + 0.5) * Row), SimulationPlot.ColourOf(i));
            }

            y += (report.Runs.Count * Row) + RowGap;
            svg.Line(SimulationPlot.Left, y - (RowGap / 2), SimulationPlot.Right, y - (RowGap / 2), Svg.Grid);
        }
    }

    private static void Draw(Svg svg, Axis axis, KindFigures kind, double y, string colour)
    {
        svg.Line(axis.At(kind.WaitP50Seconds), y, axis.At(kind.WaitP95Seconds), y, colour, 3);
        svg.Line(axis.At(kind.WaitP50Seconds), y - 3, axis.At(kind.WaitP50Seconds), y + 3, colour, 1.5);
        svg.Line(axis.At(kind.WaitP95Seconds), y - 3, axis.At(kind.WaitP95Seconds), y + 3, colour, 1.5);
        svg.Dot(axis.At(kind.WaitMeanSeconds), y, 3.4, colour);
    }

    private static KindFigures Of(RunFigures run, string kind) =>
        run.Kinds.FirstOrDefault(one => one.Kind == kind) ?? run.All;
}

/// <summary>How many wait in the course of time.</summary>
internal sealed class QueuePanel(SimulationReport report) : IPanel
{
    public double Height => 210;

    public void Draw(Svg svg, double top)
    {
        svg.Text(28, top, "Tasks waiting", size: 14, weight: "600");
        svg.Text(SimulationPlot.Left, top, "on average in each part of the time", colour: Svg.Muted);
        var (first, last) = (top + 14, top + Height - 34);
        var count = Axis.Of(report.Runs.Max(run => run.Waiting.Max()), 1, last, first);
        foreach (var tick in count.Ticks)
        {
            svg.Line(SimulationPlot.Left, count.At(tick), SimulationPlot.Right, count.At(tick), Svg.Grid);
            svg.Text(
                SimulationPlot.Left - 12, count.At(tick) + 4, Spans.Invariant($"{tick:0.##}"), "end", 11,
                colour: Svg.Muted);
        }

        var (unit, word) = report.Days > 2 ? (1.0, "days") : (1 / 24.0, "hours");
        var time = Axis.Of(report.Days, report.Days > 2 ? 1 : 6 * unit, SimulationPlot.Left, SimulationPlot.Right);
        foreach (var tick in time.Ticks.Where(tick => tick <= report.Days * 1.0001))
        {
            svg.Line(time.At(tick), last, time.At(tick), last + 4, Svg.Muted);
            svg.Text(time.At(tick), last + 17, Spans.Invariant($"{tick / unit:0.##}"), "middle", 11, colour: Svg.Muted);
        }

        svg.Text(SimulationPlot.Right, last + 31, $"{word} since the beginning", "end", 11, colour: Svg.Muted);
        for (var i = 0; i < report.Runs.Count; i++)
        {
            var waiting = report.Runs[i].Waiting;
            svg.Path(
                waiting.Select((n, part) => (time.At((part + 0.5) * report.Days / waiting.Count), count.At(n))),
                SimulationPlot.ColourOf(i));
        }
    }
}
