using System.CommandLine;
using System.Globalization;
using Longshore.Agents;
using Longshore.Cli.Shell;
using Longshore.Client.Wire;

namespace Longshore.Cli.Commands;

/// <summary><c>longshore agents show</c>: an agent, and how well it works.</summary>
internal static class RecordCommands
{
    private static readonly Argument<string> Name = new("NAME") { Description = "The agent's name." };

    public static Command CreateShow()
    {
        var command = new ExplainedCommand("show", "Show an agent, and how well it works.", """
            longshore agents show painter
            """) { Name };
        command.SetAction(async (parsed, ct) =>
        {
            using var connection = Connection.Open(parsed);
            var agent = await connection.Client.GetAgentAsync(parsed.GetValue(Name)!, ct).ConfigureAwait(false);
            if (parsed.WantsJson())
            {
                Output.Json(AgentWire.Of(agent));
            }
            else
            {
                Write(agent);
            }

            return 0;
        });
        return command;
    }

    private static void Write(Agent agent)
    {
        Output.Fields(
            ("name", agent.Name),
            ("type", agent.Profile.Type),
            ("description", agent.Profile.Description),
            ("status", agent.Status.ToWire()),
            ("load", $"{Output.Number(agent.Load)} of {Output.Number(agent.Profile.MaxConcurrent)}"),
            ("principal", agent.Profile.Principal),
            ("kinds", string.Join(", ", agent.Profile.Kinds)),
            ("namespaces", string.Join(", ", agent.Profile.Namespaces)),
            ("last seen", Output.Instant(agent.LastSeen)),
            ("completed", Output.Number(agent.TotalCompleted)),
            ("failed", Output.Number(agent.TotalFailed)),
            ("reputation", agent.Reputation < 1
                ? $"{Output.Number(agent.Reputation)}, as supplied; it stands for the scores below"
                : null));
        var record = agent.Record;
        var unknown = agent.Profile.Capabilities.Select(c => c.Name).Distinct(StringComparer.Ordinal)
            .Where(name => !record.Capabilities.ContainsKey(name));
        Output.Table(
            ["IN", "SCORE", "GOOD", "BAD"],
            [
                Row("all", record.Score, record.Overall),
                .. record.Capabilities.Select(pair => Row(pair.Key, record.ScoreIn(pair.Key), pair.Value)),
                .. unknown.Select(name => Row(name, record.ScoreIn(name), default)),
            ]);
    }

    private static IReadOnlyList<string> Row(string name, double score, Evidence evidence) =>
        [name, Text(score, "0.000"), Text(evidence.Good, "0.0"), Text(evidence.Bad, "0.0")];

    private static string Text(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
