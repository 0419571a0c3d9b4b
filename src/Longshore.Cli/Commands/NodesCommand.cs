using System.CommandLine;
using System.Globalization;
using Longshore.Cli.Shell;
using Longshore.Client.Wire;
using Longshore.Events;

namespace Longshore.Cli.Commands;

/// <summary><c>longshore nodes</c>, <c>longshore mode</c>: who shares a store, how a node learns of work.</summary>
internal static class NodesCommand
{
    private static readonly Argument<string?> Mode = new Argument<string?>("MODE")
    {
        Description = "What it shall be; without it the present mode is shown.",
        Arity = ArgumentArity.ZeroOrOne,
    }.AcceptOnlyFromAmong([.. Enum.GetValues<NodeMode>().Select(mode => mode.ToWire())]);

    public static Command Create()
    {
        var command = new ExplainedCommand("nodes", "List the nodes that share the server's store.", """
            longshore nodes
            longshore nodes --json
            """);
        command.SetAction(ListAsync);
        return command;
    }

    public static Command CreateMode()
    {
        var command = new ExplainedCommand(
            "mode", "Show or change how a node learns of work that other nodes made possible.", """
            longshore mode
            longshore mode polling_only
            """) { Mode };
        command.SetAction(ShowOrSwitchAsync);
        return command;
    }

    private static async Task<int> ListAsync(ParseResult parsed, CancellationToken ct)
    {
        using var connection = Connection.Open(parsed);
        var nodes = (await connection.Client.ListNodesAsync(ct).ConfigureAwait(false)).Select(NodeWire.Of).ToList();
        if (parsed.WantsJson())
        {
            Output.Json(new NodeListWire(nodes));
        }
        else
        {
            Output.Table(
                ["NAME", "VERSION", "MODE", "HEARD OF", "WAITS FOR"],
                nodes.Select(n => (IReadOnlyList<string>)[
                    n.Name,
                    n.Version,
                    n.Mode,
                    n.HeardAt.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture),
                    string.Join(", ", n.Interests)]));
        }

        return 0;
    }

    private static async Task<int> ShowOrSwitchAsync(ParseResult parsed, CancellationToken ct)
    {
        using var connection = Connection.Open(parsed);
        if (parsed.GetValue(Mode) is { } wanted)
        {
            await connection.Client.SetModeAsync(NodeModes.Parse(wanted), ct).ConfigureAwait(false);
        }

        var mode = (await connection.Client.GetModeAsync(ct).ConfigureAwait(false)).ToWire();
        if (parsed.WantsJson())
        {
            Output.Json(new NodeModeWire(mode));
        }
        else
        {
            Output.Line(mode);
        }

        return 0;
    }
}
