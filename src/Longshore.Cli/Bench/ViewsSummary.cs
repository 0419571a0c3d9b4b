using System.Globalization;
using Longshore.Cli.Shell;

namespace Longshore.Cli.Bench;

/// <summary>How long a view's first hundred rows took; its members are the keys of <c>--json</c>.</summary>
internal sealed record ViewRow(string View, double Milliseconds, double MinMs, double MaxMs);

/// <summary>All views.</summary>
internal sealed record ViewsSummary(string Store, int Tasks, int Agents, int Runs, IReadOnlyList<ViewRow> Views)
{
    public void Write()
    {
        Output.Line(string.Create(CultureInfo.InvariantCulture, $"{Store}: {Tasks:n0} tasks, {Agents:n0} agents"));
        Output.Table(
            ["VIEW", "MS (MEDIAN)", "MIN", "MAX"],
            Views.Select(row => (IReadOnlyList<string>)
            [
                row.View,
                row.Milliseconds.ToString("n1", CultureInfo.InvariantCulture),
                row.MinMs.ToString("n1", CultureInfo.InvariantCulture),
                row.MaxMs.ToString("n1", CultureInfo.InvariantCulture),
            ]));
    }
}
