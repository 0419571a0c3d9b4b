using System.CommandLine;
using System.Globalization;
using Longshore.Agents;
using Longshore.Capabilities;
using Longshore.Cli.Shell;
using Longshore.Client.Wire;

namespace Longshore.Cli.Commands;

/// <summary><c>longshore agents register | heartbeat | presence</c>: who is there.</summary>
internal static class AgentPresenceCommands
{
    private static readonly Argument<string> Name = new("NAME") { Description = "The agent's name." };
    private static readonly Option<string?> Type = Options.Word(
        "--type", "What sort of agent; service if not given.", "WORD");
    private static readonly Option<string?> About = Options.Word("--description", "For people.", "TEXT");
    private static readonly Option<string[]> Capabilities = Options.Words(
        "--capability", "Something it can do, such as rust or sql:3; may be repeated.", "CAPABILITY");
    private static readonly Option<string[]> Specializations = Options.Words(
        "--specialization", "What it likes best; may be repeated.", "NAME");
    private static readonly Option<string[]> Kinds = Options.Words(
        "--kind", "Only takes this kind; may be repeated.", "KIND");
    private static readonly Option<string[]> Namespaces = Options.Words(
        "--namespace", "Works in this namespace, instead of default; may be repeated.", "NAME");
    private static readonly Option<string[]> Levels = Options.Words(
        "--priority-level", "Only takes tasks of this priority; may be repeated.", "P");
    private static readonly Option<string?> Principal = Options.Word(
        "--principal", "Who stands behind it; agents of one count as one where exclusion says so.", "NAME");
    private static readonly Option<int?> MaxConcurrent = Options.Whole(
        "--max-concurrent", "How many tasks at once; 1 if not given.");
    private static readonly Option<double?> Reputation = Options.Number("--reputation", "Its standing, 0 to 1.");
    private static readonly Option<string?> Session = Options.Word(
        "--session", "This life of it; another than before gives up what it held.", "WORD");

    private static readonly Argument<string?> Namespace = new("NAMESPACE")
    {
        Description = "Which; default if not given.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private static readonly Option<TimeSpan?> Within = Options.Seconds(
        "--within", "Who was seen within so many seconds is active; 300 if not given.");

    public static Command CreateRegister()
    {
        var command = new ExplainedCommand("register", "Register an agent, or replace what it said of itself.", """
            longshore agents register ann --type person --capability imaging --max-concurrent 3
            longshore agents register model-a --capability sql:3 --principal acme --namespace billing
            """)
        {
            Name, Type, About, Capabilities, Specializations, Kinds, Namespaces, Levels, Principal, MaxConcurrent,
            Reputation, Session,
        };
        command.SetAction(async (parsed, ct) =>
        {
            var profile = Profile(parsed);
            using var connection = Connection.Open(parsed);
            var agent = await connection.Client.RegisterAsync(profile, ct).ConfigureAwait(false);
            return Said(parsed, AgentWire.Of(agent), $"{agent.Name} is registered");
        });
        return command;
    }

    public static Command CreateHeartbeat()
    {
        var command = new ExplainedCommand("heartbeat", "Say that an agent is alive.", """
            longshore agents heartbeat ann
            """) { Name };
        command.SetAction(async (parsed, ct) =>
        {
            using var connection = Connection.Open(parsed);
            var name = parsed.GetValue(Name)!;
            await connection.Client.HeartbeatAsync(name, ct).ConfigureAwait(false);
            return Said(parsed, new { heard = name }, $"{name} was heard");
        });
        return command;
    }

    public static Command CreatePresence()
    {
        var command = new ExplainedCommand("presence", "Show who works in a namespace and was there of late.", """
            longshore agents presence
            longshore agents presence billing --within 60
            """) { Namespace, Within };
        command.SetAction(async (parsed, ct) =>
        {
            using var connection = Connection.Open(parsed);
            var there = await connection.Client
                .PresenceAsync(parsed.GetValue(Namespace) ?? "default", parsed.GetValue(Within), ct)
                .ConfigureAwait(false);
            if (parsed.WantsJson())
            {
                Output.Json(new PresenceListWire([.. there.Select(PresenceWire.Of)]));
                return 0;
            }

            Output.Table(
                ["NAME", "ACTIVE", "STATUS", "LAST SEEN"],
                there.Select(one => (IReadOnlyList<string>)
                [
                    one.Agent, one.IsActive ? "yes" : "no", one.Status.ToWire(), Output.Instant(one.LastSeen),
                ]));
            return 0;
        });
        return command;
    }

    private static AgentRegistration Profile(ParseResult parsed)
    {
        var usual = new AgentRegistration { Name = parsed.GetValue(Name)! };
        return usual with
        {
            Type = parsed.GetValue(Type) ?? usual.Type,
            Description = parsed.GetValue(About),
            Capabilities = [.. parsed.GetValue(Capabilities)!.Select(text => Capability.Parse(text, "--capability"))],
            Specializations = parsed.GetValue(Specializations)!,
            Kinds = parsed.GetValue(Kinds)!,
            Namespaces = parsed.GetValue(Namespaces) is { Length: > 0 } given ? given : usual.Namespaces,
            PriorityLevels = [.. parsed.GetValue(Levels)!.Select(Level)],
            Principal = parsed.GetValue(Principal),
            MaxConcurrent = parsed.GetValue(MaxConcurrent) ?? usual.MaxConcurrent,
            Reputation = parsed.GetValue(Reputation),
            Session = parsed.GetValue(Session),
        };
    }

    private static int Level(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var level)
            ? level
            : throw LongshoreException.Invalid("--priority-level", $"'{text}' is not a priority from 0 to 10");

    private static int Said<T>(ParseResult parsed, T document, string text)
    {
        if (parsed.WantsJson())
        {
            Output.Json(document);
        }
        else
        {
            Output.Line(text);
        }

        return 0;
    }
}
