using System.CommandLine;
using System.Globalization;
using Longshore.Cli.Shell;
using Longshore.Client;
using Longshore.Client.Wire;

namespace Longshore.Cli.Commands;

/// <summary><c>longshore stats</c>: how attempts went.</summary>
internal static class StatsCommand
{
    private static readonly Option<string?> Namespace = Options.Word("--namespace", "Only of this one.", "NAME");
    private static readonly Option<string?> Kind = Options.Word("--kind", "Only of this one.", "KIND");
    private static readonly Option<TimeSpan?> Window = Options.Span(
        "--window", "How far back, such as 15m or 1d; 1h if not given.");

    public static Command Create()
    {
        var command = new ExplainedCommand("stats", "Show how the latest attempts went, by kind.", """
            longshore stats
            longshore stats --window 1d --kind invoice
            """) { Namespace, Kind, Window };
        command.SetAction(ShowAsync);
        return command;
    }

    private static async Task<int> ShowAsync(ParseResult parsed, CancellationToken ct)
    {
        using var connection = Connection.Open(parsed);
        var query = new StatisticsQuery { Namespace = parsed.GetValue(Namespace), Kind = parsed.GetValue(Kind) };
        var found = await connection.Client
            .GetStatisticsAsync(query with { Window = parsed.GetValue(Window) ?? query.Window }, ct)
            .ConfigureAwait(false);
        return Output.Say(parsed, StatisticsWire.Of(found), () => Write(found));
    }

    private static void Write(Statistics found)
    {
        string[] headings =
            ["NAMESPACE", "KIND", "ATTEMPTS", "SUCCESS", "RETRIED", "WAIT P50/P95/MAX", "RUN P50/P95/MAX"];
        Output.Table(headings, found.Kinds.Select(kind => (IReadOnlyList<string>)
        [
            kind.Namespace,
            kind.Kind,
            Output.Number(kind.Attempts),
            Percent(kind.SuccessRate),
            Percent(kind.RetryRate),
            Times(kind.Wait),
            Times(kind.Run),
        ]));
        Output.Line(found.IsComplete
            ? $"All attempts that ended since {Output.Instant(found.Since)}."
            : $"There were too many: only those that ended since {Output.Instant(found.Since)}.");
    }

    private static string Percent(double rate) => string.Create(CultureInfo.InvariantCulture, $"{100 * rate:0.#} %");

    private static string Times(DurationStatistics? times) => times is null ? "" : string.Create(
        CultureInfo.InvariantCulture,
        $"{times.P50.TotalSeconds:0.###} / {times.P95.TotalSeconds:0.###} / {times.Max.TotalSeconds:0.###} s");
}
