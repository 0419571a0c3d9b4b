using System.CommandLine;
using System.Globalization;
using Longshore.Cli.Shell;
using Longshore.Client.Wire;
using Longshore.Planning;

namespace Longshore.Cli.Commands;

/// <summary><c>longshore recommend</c>: what an agent should look at.</summary>
internal static class RecommendCommand
{
    private static readonly Argument<string> Agent = new("AGENT") { Description = "The agent's name." };
    private static readonly Option<int?> Limit = Options.Whole("--limit", "At most so many: 1 to 100; 5 when missing.");
    private static readonly Option<double?> HighPriorityFrom = Options.Number(
        "--high-priority-from", "The urgency from which a task is recommended for that alone; 80 when missing.");

    public static Command Create()
    {
        var command = new ExplainedCommand("recommend", "Recommend tasks that wait to an agent.", """
            longshore recommend painter
            longshore recommend painter --limit 20 --json
            """) { Agent, Limit, HighPriorityFrom };
        command.SetAction(RecommendAsync);
        return command;
    }

    private static async Task<int> RecommendAsync(ParseResult parsed, CancellationToken ct)
    {
        using var connection = Connection.Open(parsed);
        var usual = new RecommendQuery { Agent = parsed.GetValue(Agent)! };
        var query = usual with
        {
            Limit = parsed.GetValue(Limit) ?? usual.Limit,
            HighPriorityFrom = parsed.GetValue(HighPriorityFrom) ?? usual.HighPriorityFrom,
        };
        var found = await connection.Client.RecommendAsync(query, ct).ConfigureAwait(false);
        if (parsed.WantsJson())
        {
            Output.Json(RecommendationListWire.Of(found));
            return 0;
        }

        foreach (var one in found)
        {
            var confidence = one.Confidence.ToString("0.0", CultureInfo.InvariantCulture);
            Output.Line($"{one.Code}: {Words.Snake(one.Reason)} (confidence: {confidence})");
        }

        return 0;
    }
}
