using System.CommandLine;
using Longshore.Cli.Shell;
using Longshore.Client;
using Longshore.Client.Wire;
using Longshore.Rules;

namespace Longshore.Cli.Commands;

/// <summary><c>longshore pause</c> and <c>longshore resume</c>: whether anything new is given out.</summary>
internal static class PauseCommands
{
    private static readonly Argument<string> Namespace = new("NAMESPACE") { Description = "Which." };
    private static readonly Option<string?> Kind = Options.Word("--kind", "Only this kind.", "KIND");

    public static Command Create() => Of(
        "pause",
        "Give out nothing new of a namespace, or of one kind; what is held goes on.",
        """
        longshore pause default
        longshore pause default --kind thumbnail
        """,
        (client, name, kind, ct) => client.PauseAsync(name, kind, ct));

    public static Command CreateResume() => Of(
        "resume",
        "Give out again what was paused; whoever waits for it gets it at once.",
        """
        longshore resume default
        longshore resume default --kind thumbnail
        """,
        (client, name, kind, ct) => client.ResumeAsync(name, kind, ct));

    private static ExplainedCommand Of(
        string verb, string about, string examples,
        Func<ILongshoreClient, string, string?, CancellationToken, Task<NamespaceRules>> change)
    {
        var command = new ExplainedCommand(verb, about, examples) { Namespace, Kind };
        command.SetAction(async (parsed, ct) =>
        {
            using var connection = Connection.Open(parsed);
            var kind = parsed.GetValue(Kind);
            var rules = await change(connection.Client, parsed.GetValue(Namespace)!, kind, ct).ConfigureAwait(false);
            if (parsed.WantsJson())
            {
                Output.Json(RulesWire.Of(rules));
                return 0;
            }

            var since = kind is null ? rules.PausedAt : rules.PausedSince(kind);
            Output.Line(since is { } at ? $"paused since {Output.Instant(at)}" : "not paused");
            return 0;
        });
        return command;
    }
}
