using System.CommandLine;
using System.Globalization;
using Longshore.Cli.Shell;
using Longshore.Client.Wire;
using Longshore.Storage;

namespace Longshore.Cli.Commands;

/// <summary><c>longshore discover</c>: what an agent could claim.</summary>
internal static class DiscoverCommand
{
    private static readonly Argument<string> Agent = new("AGENT") { Description = "For whom." };
    private static readonly Option<int?> Limit = Options.Whole("--limit", "At most so many, 1 to 100; 5 if not given.");
    private static readonly Option<TimeSpan?> Wait = Options.Seconds(
        "--wait", "Wait so long for something, at most 120.");
    private static readonly Option<string[]> Kinds = Options.Words(
        "--kind", "Only of this kind; may be repeated.", "KIND");
    private static readonly Option<int?> MinPriority = Options.Whole(
        "--min-priority", "Only of at least this priority.");

    public static Command Create()
    {
        var command = new ExplainedCommand("discover", "Show what an agent could claim, without claiming it.", """
            longshore discover painter
            longshore discover painter --limit 20 --wait 30
            """)
        {
            Agent, Limit, Wait, Kinds, MinPriority,
        };
        command.SetAction(DiscoverAsync);
        return command;
    }

    private static async Task<int> DiscoverAsync(ParseResult parsed, CancellationToken ct)
    {
        var query = new DiscoverQuery
        {
            Agent = parsed.GetValue(Agent)!,
            Kinds = parsed.GetValue(Kinds)!,
            MinPriority = parsed.GetValue(MinPriority),
        };
        query = query with { Limit = parsed.GetValue(Limit) ?? query.Limit };
        using var connection = Connection.Open(parsed);
        var found = await connection.Client
            .DiscoverAsync(query, parsed.GetValue(Wait) ?? TimeSpan.Zero, ct).ConfigureAwait(false);
        if (parsed.WantsJson())
        {
            Output.Json(new DiscoveredListWire([.. found.Select(DiscoveredWire.Of)]));
            return 0;
        }

        Output.Table(["CODE", "KIND", "URGENCY", "MATCH", "BEST", "REQUIRES", "NAME"], found.Select(item =>
            (IReadOnlyList<string>)
            [
                item.Task.Code,
                item.Task.Spec.Kind,
                item.UrgencyScore.ToString("0.#", CultureInfo.InvariantCulture),
                item.CapabilityMatchScore.ToString("0.##", CultureInfo.InvariantCulture),
                item.IsBestMatch ? "yes" : "",
                string.Join(", ", item.Task.Spec.Requires),
                item.Task.Spec.Name ?? "",
            ]));
        return 0;
    }
}
