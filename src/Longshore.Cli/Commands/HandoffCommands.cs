using System.CommandLine;
using Longshore.Cli.Shell;
using Longshore.Client.Wire;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Cli.Commands;

/// <summary><c>longshore task handoff | withdraw</c> and <c>longshore handoffs</c>: tasks passed on.</summary>
internal static class HandoffCommands
{
    private static readonly Option<string?> ToCapability = Options.Word(
        "--to-capability", "To whoever has it, such as sql>=3.", "CAPABILITY");

    private static readonly Option<string?> ToAgent = Options.Word("--to-agent", "To this agent.", "NAME");

    private static readonly Option<string> Summary = new("--summary")
    {
        Description = "What was done and what is left.",
        HelpName = "TEXT",
        Required = true,
    };

    private static readonly Option<double> Confidence = new("--confidence")
    {
        Description = "How sure the giver is of what was done, 0 to 1.",
        HelpName = "X",
        Required = true,
    };

    private static readonly Option<string[]> Artifacts = Options.Words("--artifact", "What is found where.", "TEXT");
    private static readonly Option<string[]> Limitations = Options.Words("--limitation", "What does not work.", "TEXT");
    private static readonly Option<string[]> NextSteps = Options.Words("--next", "What to do next.", "TEXT");
    private static readonly Option<string[]> Resolved = Options.Words("--resolved", "What was in the way.", "TEXT");
    private static readonly Option<TimeSpan?> Effort = Options.Seconds("--effort", "How long the rest may take.");
    private static readonly Option<int?> Epoch = Options.Whole(
        "--epoch", "The grant meant; the present one if not given.");

    private static readonly Option<string?> Reason = Options.Word("--reason", "Why; for people.", "TEXT");
    private static readonly Option<string?> OfAgent = Options.Word("--agent", "Only for this agent.", "NAME");
    private static readonly Option<int?> OfTask = Options.Whole("--task", "Only of the task with this id.");
    private static readonly Option<string?> Status = Options.Word(
        "--status", "Only open, accepted or withdrawn ones.", "STATUS");

    private static readonly Option<int?> Limit = Options.Whole(
        "--limit", "At most so many, 1 to 1000; 50 if not given.");

    private static readonly Option<string?> After = Options.Word(
        "--after", "Go on where the page before said.", "PLACE");

    public static Command CreateHandOff()
    {
        var command = new ExplainedCommand("handoff", "Pass a task on to a capability or an agent.", """
            longshore task handoff t-12 --to-capability "sql>=3" --summary "schema done, queries slow" --confidence 0.8
            longshore task handoff t-12 --to-agent bob --summary "half done" --confidence 0.5 --next "measure it"
            """)
        {
            TaskCommand.Id, TaskCommand.Namespace, ToCapability, ToAgent, Summary, Confidence, Artifacts, Limitations,
            NextSteps, Resolved, Effort, Epoch,
        };
        command.SetAction(HandOffAsync);
        return command;
    }

    public static Command CreateWithdraw()
    {
        var command = new ExplainedCommand("withdraw", "Call off a hand-off that nobody has taken.", """
            longshore task withdraw t-12 --reason "nobody has sql>=3"
            """) { TaskCommand.Id, TaskCommand.Namespace, Reason, TaskHolderCommands.Actor };
        command.SetAction(WithdrawAsync);
        return command;
    }

    public static Command Create()
    {
        var opportunities = new ExplainedCommand("opportunities", "Show who could take which open hand-off now.", """
            longshore handoffs opportunities
            longshore handoffs opportunities --agent bob
            """) { OfAgent, TaskCommand.Namespace, Limit };
        opportunities.SetAction(OpportunitiesAsync);
        var command = new ExplainedCommand("handoffs", "List tasks that were passed on.", """
            longshore handoffs --status open
            longshore handoffs --task 12 --json
            longshore handoffs opportunities --agent bob
            """) { OfTask, TaskCommand.Namespace, Status, Limit, After, opportunities };
        command.SetAction(ListAsync);
        return command;
    }

    private static async Task<int> HandOffAsync(ParseResult parsed, CancellationToken ct)
    {
        using var connection = Connection.Open(parsed);
        var id = await TaskCommand.IdAsync(parsed, connection, ct).ConfigureAwait(false);
        var capability = parsed.GetValue(ToCapability);
        var handoff = await connection.Client.HandOffAsync(
            new NewHandoff
            {
                TaskId = id,
                Epoch = parsed.GetValue(Epoch)
                    ?? (await connection.Client.GetTaskAsync(id, ct).ConfigureAwait(false)).Epoch,
                To = new HandoffTarget(
                    capability is null ? null : HandoffTarget.ToCapability(capability).Capability,
                    parsed.GetValue(ToAgent)),
                Summary = parsed.GetValue(Summary)!,
                Confidence = parsed.GetValue(Confidence),
                Artifacts = parsed.GetValue(Artifacts)!,
                KnownLimitations = parsed.GetValue(Limitations)!,
                NextSteps = parsed.GetValue(NextSteps)!,
                BlockersResolved = parsed.GetValue(Resolved)!,
                EstimatedEffort = parsed.GetValue(Effort),
            },
            ct).ConfigureAwait(false);
        if (parsed.WantsJson())
        {
            Output.Json(HandoffWire.Of(handoff));
        }
        else
        {
            Output.Line($"{parsed.GetValue(TaskCommand.Id)} is handed off to {handoff.To}"
                + (handoff.NeedsReview ? ", and asks for a review" : ""));
        }

        return 0;
    }

    private static async Task<int> WithdrawAsync(ParseResult parsed, CancellationToken ct)
    {
        using var connection = Connection.Open(parsed);
        var id = await TaskCommand.IdAsync(parsed, connection, ct).ConfigureAwait(false);
        var task = await connection.Client
            .WithdrawHandoffAsync(id, TaskHolderCommands.ActorOf(parsed), parsed.GetValue(Reason), ct)
            .ConfigureAwait(false);
        if (parsed.WantsJson())
        {
            Output.Json(TaskWire.Of(task));
        }
        else
        {
            Output.Line($"{task.Code} is for everybody again who meets its own needs");
        }

        return 0;
    }

    private static async Task<int> ListAsync(ParseResult parsed, CancellationToken ct)
    {
        var query = new HandoffQuery
        {
            TaskId = parsed.GetValue(OfTask),
            Namespace = parsed.GetValue(TaskCommand.Namespace),
            Status = parsed.GetValue(Status) is { } status ? Words.Parse<HandoffStatus>(status, "--status") : null,
            After = parsed.GetValue(After),
            Limit = parsed.GetValue(Limit) ?? 50,
        };
        using var connection = Connection.Open(parsed);
        var page = await connection.Client.ListHandoffsAsync(query, ct).ConfigureAwait(false);
        return Output.Page(
            parsed,
            page,
            HandoffWire.Of,
            ["ID", "TASK", "STATUS", "FROM", "TO", "CONFIDENCE", "REVIEW", "TAKEN BY", "CREATED", "SUMMARY"],
            one =>
            [
                Output.Number(one.Id), Output.Number(one.TaskId), Words.Snake(one.Status), one.From,
                one.To.ToString(), Output.Number(one.Confidence), one.NeedsReview ? "yes" : "",
                one.AcceptedBy ?? "", Output.Instant(one.CreatedAt), one.Summary,
            ]);
    }

    private static async Task<int> OpportunitiesAsync(ParseResult parsed, CancellationToken ct)
    {
        using var connection = Connection.Open(parsed);
        var found = await connection.Client
            .ListOpportunitiesAsync(
                parsed.GetValue(OfAgent), parsed.GetValue(TaskCommand.Namespace), parsed.GetValue(Limit) ?? 50, ct)
            .ConfigureAwait(false);
        if (parsed.WantsJson())
        {
            Output.Json(new OpportunityListWire([.. found.Select(OpportunityWire.Of)]));
            return 0;
        }

        Output.Table(
            ["HANDOFF", "TASK", "FROM", "TO", "CONFIDENCE", "PRIORITY", "AGENT", "REPUTATION", "LOAD"],
            found.Select(one => (IReadOnlyList<string>)
            [
                Output.Number(one.Handoff.Id), one.Task.Code, one.Handoff.From, one.Handoff.To.ToString(),
                Output.Number(one.Handoff.Confidence), Output.Number(one.Task.Spec.Priority), one.Agent,
                Output.Number(Math.Round(one.Reputation, 3)), Output.Number(one.Load),
            ]));
        return 0;
    }
}
