using System.CommandLine;
using Longshore.Agents;
using Longshore.Cli.Shell;
using Longshore.Client.Wire;
using Longshore.Storage;

namespace Longshore.Cli.Commands;

/// <summary><c>longshore agents</c>: who there is, and whether they may take work.</summary>
internal static class AgentsCommand
{
    private static readonly Option<string?> Status = new Option<string?>("--status")
    {
        Description = "Only in this status.",
    }.AcceptOnlyFromAmong([.. Enum.GetValues<AgentStatus>().Select(status => status.ToWire())]);

    private static readonly Option<string?> Capability = Options.Word("--capability", "Only who can do this.", "NAME");
    private static readonly Option<bool> HasCapacity = new("--has-capacity")
    {
        Description = "Only who has room for more.",
    };
    private static readonly Option<double?> MinReputation = Options.Number(
        "--min-reputation", "Only of this standing, 0 to 1.");
    private static readonly Option<string?> Specialization = Options.Word(
        "--specialization", "Only with this one.", "NAME");
    private static readonly Option<int?> Limit = Options.Whole(
        "--limit", "At most so many, 1 to 1000; 50 if not given.");
    private static readonly Option<string?> After = Options.Word("--after", "Only names after this one.", "NAME");

    private static readonly Argument<string> Name = new("NAME") { Description = "The agent's name." };

    private static readonly Argument<string> Mode = new Argument<string>("MODE")
    {
        Description = "available; draining: finishes what it holds; blocked: stopped; offline: signed off.",
    }.AcceptOnlyFromAmong([.. Enum.GetValues<AgentMode>().Select(mode => mode.ToWire())]);

    public static Command Create()
    {
        var mode = new ExplainedCommand("mode", "Say whether an agent may take work.", """
            longshore agents mode painter draining
            """) { Name, Mode };
        mode.SetAction(SetModeAsync);
        var remove = new ExplainedCommand("remove", "Sign an agent off and give back what it holds.", """
            longshore agents remove painter
            """) { Name };
        remove.SetAction(RemoveAsync);
        var command = new ExplainedCommand("agents", "List agents, or change one.", """
            longshore agents --capability imaging --has-capacity
            longshore agents mode painter draining
            """)
        {
            Status, Capability, HasCapacity, MinReputation, Specialization, Limit, After,
            AgentPresenceCommands.CreateRegister(), AgentPresenceCommands.CreateHeartbeat(),
            AgentPresenceCommands.CreatePresence(), RecordCommands.CreateShow(), ReviewCommands.CreateRate(),
            mode, SkillCommands.CreateAvailability(), SkillCommands.CreateAuthorise(), remove,
        };
        command.SetAction(ListAsync);
        return command;
    }

    private static async Task<int> ListAsync(ParseResult parsed, CancellationToken ct)
    {
        var query = new AgentQuery
        {
            Status = parsed.GetValue(Status) is { } word ? Words.Parse<AgentStatus>(word, "--status") : null,
            Capability = parsed.GetValue(Capability),
            HasCapacity = parsed.GetValue(HasCapacity) ? true : null,
            MinReputation = parsed.GetValue(MinReputation),
            Specialization = parsed.GetValue(Specialization),
            After = parsed.GetValue(After),
        };
        query = query with { Limit = parsed.GetValue(Limit) ?? query.Limit };
        using var connection = Connection.Open(parsed);
        var page = await connection.Client.ListAgentsAsync(query, ct).ConfigureAwait(false);
        return Output.Page(
            parsed,
            page,
            AgentWire.Of,
            ["NAME", "TYPE", "STATUS", "LOAD", "DONE", "FAILED", "REPUTATION", "LAST SEEN", "CAPABILITIES"],
            agent =>
            [
                agent.Name,
                agent.Profile.Type,
                agent.Status.ToWire(),
                $"{Output.Number(agent.Load)}/{Output.Number(agent.Profile.MaxConcurrent)}",
                Output.Number(agent.TotalCompleted),
                Output.Number(agent.TotalFailed),
                Output.Number(agent.Reputation),
                Output.Instant(agent.LastSeen),
                string.Join(", ", agent.Profile.Capabilities),
            ]);
    }

    private static async Task<int> SetModeAsync(ParseResult parsed, CancellationToken ct)
    {
        using var connection = Connection.Open(parsed);
        var name = parsed.GetValue(Name)!;
        var mode = Words.Parse<AgentMode>(parsed.GetValue(Mode)!, "MODE");
        await connection.Client.SetAgentModeAsync(name, mode, ct).ConfigureAwait(false);
        if (parsed.WantsJson())
        {
            Output.Json(AgentWire.Of(await connection.Client.GetAgentAsync(name, ct).ConfigureAwait(false)));
        }
        else
        {
            Output.Line($"{name} is {mode.ToWire()}");
        }

        return 0;
    }

    private static async Task<int> RemoveAsync(ParseResult parsed, CancellationToken ct)
    {
        using var connection = Connection.Open(parsed);
        var name = parsed.GetValue(Name)!;
        await connection.Client.DeregisterAsync(name, ct).ConfigureAwait(false);
        if (parsed.WantsJson())
        {
            Output.Json(new { removed = name });
        }
        else
        {
            Output.Line($"{name} is signed off");
        }

        return 0;
    }
}
