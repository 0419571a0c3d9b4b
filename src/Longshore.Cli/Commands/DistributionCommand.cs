using System.CommandLine;
using System.Globalization;
using Longshore.Cli.Shell;
using Longshore.Client.Wire;

namespace Longshore.Cli.Commands;

/// <summary><c>longshore distribution</c>: what a node distributed, and what waits.</summary>
internal static class DistributionCommand
{
    public static Command Create()
    {
        var command = new ExplainedCommand("distribution", "Show what the server distributed, and what waits.", """
            longshore distribution
            """);
        command.SetAction(ShowAsync);
        return command;
    }

    private static async Task<int> ShowAsync(ParseResult parsed, CancellationToken ct)
    {
        using var connection = Connection.Open(parsed);
        var report = await connection.Client.GetDistributionAsync(ct).ConfigureAwait(false);
        if (parsed.WantsJson())
        {
            Output.Json(DistributionWire.Of(report));
            return 0;
        }

        Output.Fields(
            ("offers made", Output.Number(report.Distributed)),
            ("of these refused", Output.Number(report.Refused)),
            ("tasks that came back", Output.Number(report.Redistributed)),
            ("half within", Seconds(report.WaitP50)),
            ("99 of 100 within", Seconds(report.WaitP99)),
            ("tasks waiting", Output.Number(report.Queued)),
            ("tasks failed", Output.Number(report.Failed)),
            ("agents there", Output.Number(report.ActiveAgents)));
        Output.Table(
            ["KIND", "OFFERS"],
            report.ByKind.Select(pair => (IReadOnlyList<string>)[pair.Key, Output.Number(pair.Value)]));
        return 0;
    }

    private static string? Seconds(TimeSpan? time) =>
        time?.TotalSeconds.ToString("0.### s", CultureInfo.InvariantCulture);
}
