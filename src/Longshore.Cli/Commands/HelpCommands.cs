using System.CommandLine;
using Longshore.Cli.Shell;
using Longshore.Client.Wire;
using Longshore.Help;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Cli.Commands;

/// <summary><c>longshore task ask</c> and <c>longshore help-requests</c>: asking for help, and giving it.</summary>
internal static class HelpCommands
{
    private static readonly Option<string> Type = new Option<string>("--type")
    {
        Description = "What for; a blocker blocks the task.",
        Required = true,
    }.AcceptOnlyFromAmong([.. Enum.GetValues<HelpType>().Select(type => type.ToWire())]);

    private static readonly Option<string?> Agent = Options.Word(
        "--agent", "Who asks; the task's holder if not given.", "NAME");

    private static readonly Option<string> Text = new("--text")
    {
        Description = "In words.",
        HelpName = "TEXT",
        Required = true,
    };

    private static readonly Option<string?> Urgency = Options.Word(
        "--urgency", "low, medium, high or critical; medium if not given.", "WORD");

    private static readonly Option<string[]> Needs = Options.Words(
        "--capability", "What is needed to answer; what the task requires if not given.", "CAPABILITY");

    private static readonly Option<int?> Epoch = Options.Whole(
        "--epoch", "The grant meant; the present one if not given.");

    private static readonly Argument<int> Request = new("REQUEST") { Description = "The request's number." };
    private static readonly Argument<string> Helper = new("AGENT") { Description = "Who takes it on." };
    private static readonly Option<string?> OfAgent = Options.Word("--agent", "Only asked by this agent.", "NAME");
    private static readonly Option<int?> OfTask = Options.Whole("--task", "Only about the task with this id.");
    private static readonly Option<bool> All = new("--all") { Description = "Those that are over as well." };
    private static readonly Option<int?> Limit = Options.Whole(
        "--limit", "At most so many, 1 to 1000; 50 if not given.");

    private static readonly Option<string?> After = Options.Word(
        "--after", "Go on where the page before said.", "PLACE");

    public static Command CreateAsk()
    {
        var command = new ExplainedCommand("ask", "Ask for help with a task; a blocker blocks it.", """
            longshore task ask t-12 --type blocker --text "the password of the staging database"
            longshore task ask t-12 --type technical_question --text "which codec?" --capability video --urgency high
            """) { TaskCommand.Id, TaskCommand.Namespace, Type, Agent, Text, Urgency, Needs, Epoch };
        command.SetAction(AskAsync);
        return command;
    }

    public static Command Create()
    {
        var take = new ExplainedCommand("take", "Take a request on, so that others need not.", """
            longshore help-requests take 3 bob
            """) { Request, Helper };
        take.SetAction((parsed, ct) => ChangeAsync(parsed, "taken on", connection =>
            connection.Client.TakeHelpAsync(parsed.GetValue(Request), parsed.GetValue(Helper)!, ct)));
        var resolve = new ExplainedCommand("resolve", "Answer a request; the last blocker unblocks its task.", """
            longshore help-requests resolve 3 --text "it is in the vault" --actor bob
            """) { Request, Text, TaskHolderCommands.Actor };
        resolve.SetAction((parsed, ct) => ChangeAsync(parsed, "answered", connection =>
            connection.Client.ResolveHelpAsync(
                parsed.GetValue(Request), TaskHolderCommands.ActorOf(parsed), parsed.GetValue(Text)!, ct)));
        var cancel = new ExplainedCommand("cancel", "Call a request off.", """
            longshore help-requests cancel 3
            """) { Request, TaskHolderCommands.Actor };
        cancel.SetAction((parsed, ct) => ChangeAsync(parsed, "called off", connection =>
            connection.Client.CancelHelpAsync(parsed.GetValue(Request), TaskHolderCommands.ActorOf(parsed), ct)));
        var show = new ExplainedCommand("show", "Show one request, with its answer.", """
            longshore help-requests show 3
            """) { Request };
        show.SetAction(ShowAsync);
        var helpers = new ExplainedCommand("helpers", "Show who could help, and why.", """
            longshore help-requests helpers 3
            """) { Request };
        helpers.SetAction(HelpersAsync);
        var command = new ExplainedCommand("help-requests", "List help requests that wait, or answer one.", """
            longshore help-requests
            longshore help-requests --task 12 --all --json
            longshore help-requests resolve 3 --text "it is in the vault"
            """) { OfTask, OfAgent, TaskCommand.Namespace, All, Limit, After, show, take, resolve, cancel, helpers };
        command.SetAction(ListAsync);
        return command;
    }

    private static async Task<int> AskAsync(ParseResult parsed, CancellationToken ct)
    {
        using var connection = Connection.Open(parsed);
        var id = await TaskCommand.IdAsync(parsed, connection, ct).ConfigureAwait(false);
        var task = await connection.Client.GetTaskAsync(id, ct).ConfigureAwait(false);
        var asked = new NewHelpRequest
        {
            TaskId = id,
            Epoch = parsed.GetValue(Epoch) ?? task.Epoch,
            Agent = parsed.GetValue(Agent) ?? task.Agent
                ?? throw new LongshoreException(
                    ErrorCode.InvalidInput, $"nobody holds {task.Code}; say who asks with --agent", "agent"),
            Type = HelpWords.ParseType(parsed.GetValue(Type)!, "--type"),
            Description = parsed.GetValue(Text)!,
            Urgency = parsed.GetValue(Urgency) is { } urgency
                ? HelpWords.ParseUrgency(urgency, "--urgency")
                : HelpUrgency.Medium,
            Capabilities = parsed.GetValue(Needs)!,
        };
        var request = await connection.Client.AskForHelpAsync(asked, ct).ConfigureAwait(false);
        Say(parsed, request, request.Type == HelpType.Blocker ? $"asked; {task.Code} is blocked" : "asked");
        return 0;
    }

    private static async Task<int> ChangeAsync(
        ParseResult parsed, string said, Func<Connection, Task<HelpRequest>> change)
    {
        using var connection = Connection.Open(parsed);
        Say(parsed, await change(connection).ConfigureAwait(false), said);
        return 0;
    }

    private static async Task<int> ListAsync(ParseResult parsed, CancellationToken ct)
    {
        using var connection = Connection.Open(parsed);
        var page = await connection.Client.ListHelpAsync(
            new HelpQuery
            {
                TaskId = parsed.GetValue(OfTask),
                Namespace = parsed.GetValue(TaskCommand.Namespace),
                Agent = parsed.GetValue(OfAgent),
                OpenOnly = !parsed.GetValue(All),
                After = parsed.GetValue(After),
                Limit = parsed.GetValue(Limit) ?? 50,
            },
            ct).ConfigureAwait(false);
        return Output.Page(
            parsed,
            new Page<HelpWire>([.. page.Items.Select(Wire)], page.Next),
            one => one,
            ["ID", "TASK", "TYPE", "URGENCY", "STATUS", "ASKED BY", "TAKEN BY", "ASKED", "TEXT"],
            one =>
            [
                Output.Number(one.Id), Output.Number(one.TaskId), one.HelpType, one.Urgency, one.Status, one.Agent,
                one.ClaimedBy ?? "", Output.Instant(one.CreatedAt), one.Description,
            ]);
    }

    private static async Task<int> ShowAsync(ParseResult parsed, CancellationToken ct)
    {
        using var connection = Connection.Open(parsed);
        var one = Wire(await connection.Client.GetHelpAsync(parsed.GetValue(Request), ct).ConfigureAwait(false));
        return Output.Say(parsed, one, () => Output.Fields(
            ("request", Output.Number(one.Id)),
            ("task", Output.Number(one.TaskId)),
            ("type", one.HelpType),
            ("status", one.Status),
            ("urgency", one.Urgency == one.AskedUrgency ? one.Urgency : $"{one.Urgency}, asked as {one.AskedUrgency}"),
            ("needs", string.Join(", ", one.Capabilities)),
            ("asked", $"{Output.Instant(one.CreatedAt)} by {one.Agent}"),
            ("text", one.Description),
            ("taken", one.ClaimedBy is null ? null : $"{Output.Instant(one.ClaimedAt)} by {one.ClaimedBy}"),
            ("answered", one.ResolvedAt is null ? null : $"{Output.Instant(one.ResolvedAt)} by {one.ResolvedBy}"),
            ("answer", one.Resolution),
            ("called off", Output.Instant(one.CancelledAt)),
            ("closed", Output.Instant(one.ClosedAt))));
    }

    private static async Task<int> HelpersAsync(ParseResult parsed, CancellationToken ct)
    {
        using var connection = Connection.Open(parsed);
        var found = await connection.Client.SuggestHelpersAsync(parsed.GetValue(Request), ct).ConfigureAwait(false);
        if (parsed.WantsJson())
        {
            Output.Json(new HelpSuggestionListWire([.. found.Select(HelpSuggestionWire.Of)]));
            return 0;
        }

        Output.Table(
            ["AGENT", "QUALITY", "LOAD", "WHY"],
            found.Select(one => (IReadOnlyList<string>)
            [
                one.Agent, Output.Number(Math.Round(one.Quality, 3)), Output.Number(one.Load),
                string.Join("; ", one.Reasons),
            ]));
        return 0;
    }

    private static HelpWire Wire(HelpRequest request) => HelpWire.Of(request, TimeProvider.System.GetUtcNow());

    private static void Say(ParseResult parsed, HelpRequest request, string said)
    {
        if (parsed.WantsJson())
        {
            Output.Json(Wire(request));
        }
        else
        {
            Output.Line($"request {Output.Number(request.Id)} {said}");
        }
    }
}
