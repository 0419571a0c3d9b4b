using System.CommandLine;
using System.CommandLine.Parsing;
using Longshore.Agents;
using Longshore.Cli.Shell;
using Longshore.Client.Wire;

namespace Longshore.Cli.Commands;

/// <summary>
/// <c>longshore agents availability | authorise</c>: which of its capabilities an agent can and may use.
/// </summary>
internal static class SkillCommands
{
    private static readonly Argument<string> Name = new("NAME") { Description = "The agent's name." };

    private static readonly Argument<string[]> Missing = new("CAPABILITY")
    {
        Description = "What it cannot use now; none means that all of it is there.",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private static readonly Argument<string[]> Allowed = new("CAPABILITY")
    {
        Description = "What it may use of what it declares.",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private static readonly Option<bool> All = new("--all") { Description = "It may use all it declares." };

    private static readonly Option<bool> None = new("--none") { Description = "It may use nothing." };

    public static Command CreateAvailability()
    {
        var command = new ExplainedCommand("availability", "Say which of its capabilities an agent cannot use now.", """
            longshore agents availability painter airbrush
            longshore agents availability painter
            """) { Name, Missing };
        command.SetAction(async (parsed, ct) =>
        {
            using var connection = Connection.Open(parsed);
            var agent = await connection.Client
                .SetAvailabilityAsync(parsed.GetValue(Name)!, parsed.GetValue(Missing) ?? [], ct).ConfigureAwait(false);
            return Show(parsed, agent);
        });
        return command;
    }

    public static Command CreateAuthorise()
    {
        var command = new ExplainedCommand("authorise", "Decide which of its capabilities an agent may use.", """
            longshore agents authorise painter imaging lettering
            longshore agents authorise painter --all
            """) { Name, Allowed, All, None };
        command.Validators.Add(CheckOne);
        command.SetAction(async (parsed, ct) =>
        {
            using var connection = Connection.Open(parsed);
            var allowed = parsed.GetValue(All) ? null : parsed.GetValue(Allowed) ?? [];
            var agent = await connection.Client.AuthoriseAsync(parsed.GetValue(Name)!, allowed, ct)
                .ConfigureAwait(false);
            return Show(parsed, agent);
        });
        return command;
    }

    // A list that was forgotten must not mean that nothing, or everything, is allowed.
    private static void CheckOne(CommandResult result)
    {
        var ways = (result.GetValue(Allowed) is { Length: > 0 } ? 1 : 0)
            + (result.GetValue(All) ? 1 : 0) + (result.GetValue(None) ? 1 : 0);
        if (ways != 1)
        {
            result.AddError("name the capabilities it may use, or give --all or --none");
        }
    }

    private static int Show(ParseResult parsed, Agent agent)
    {
        if (parsed.WantsJson())
        {
            Output.Json(AgentWire.Of(agent));
        }
        else
        {
            var usable = string.Join(", ", agent.Usable);
            Output.Line($"{agent.Name} can use {(usable.Length == 0 ? "none of its capabilities" : usable)}");
        }

        return 0;
    }
}
