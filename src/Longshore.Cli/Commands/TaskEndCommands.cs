using System.CommandLine;
using Longshore.Cli.Shell;
using Longshore.Client.Wire;
using Longshore.Storage;

namespace Longshore.Cli.Commands;

/// <summary>
/// <c>longshore task renew | complete | fail | snooze | release | add-steps | worked</c>: what the holder of a task
/// says of it.
/// </summary>
internal static class TaskEndCommands
{
    private static readonly Option<string?> Result = Options.Word(
        "--result", "What it yielded: JSON, @FILE, or - for stdin.", "JSON");
    private static readonly Option<string?> Detail = Options.Word(
        "--detail", "More about it, such as a stack; kept with the attempt.", "TEXT");

    private static readonly Option<string?> Error = Options.Word("--error", "What went wrong.", "TEXT");
    private static readonly Option<string?> Reason = Options.Word("--reason", "Why; for people.", "TEXT");
    private static readonly Option<bool> Final = new("--final") { Description = "It is not tried again." };
    private static readonly Option<TimeSpan?> Delay = Options.Seconds(
        "--delay", "Come back after so many seconds, instead of what its retry policy says.");

    private static readonly Option<TimeSpan?> Until = new Option<TimeSpan?>("--delay")
    {
        Description = "Come back after so many seconds.",
        HelpName = "SECONDS",
        Required = true,
        CustomParser = Delay.CustomParser,
    };

    private static readonly Option<TimeSpan?> Lease = Options.Seconds(
        "--lease", "How long from now it holds; 30 if not given.");
    private static readonly Option<double?> Progress = Options.Number("--progress", "How far it is, 0 to 1.");
    private static readonly Option<string?> Draft = Options.Word(
        "--draft", "Unfinished work to keep for whoever goes on: JSON, @FILE, or - for stdin.", "JSON");
    private static readonly Argument<string> MoreSteps = new("STEPS")
    {
        Description = "An array of steps, as in a workflow: JSON, @FILE, or - for stdin.",
    };

    private static readonly Argument<string> Agent = new("AGENT") { Description = "Who." };
    private static readonly Option<string[]> Steps = Options.Words(
        "--step", "A step of the same item; may be repeated.", "STEP");

    public static IEnumerable<Command> Create() =>
    [
        CreateRenew(),
        Ending("complete", "Say that the work is done.", "submitted", FinishKind.Complete, """
            longshore task complete t-12 --result '{"pages":3}'
            """, Result),
        Ending("fail", "Say that the work failed.", "failed", FinishKind.Fail, """
            longshore task fail t-12 --error "the scanner is broken" --delay 3600
            """, Error, Detail, Final, Delay),
        Ending("snooze", "Put the work off; costs no attempt.", "put off", FinishKind.Snooze, """
            longshore task snooze t-12 --delay 3600 --reason "the office is closed"
            """, Until, Reason),
        Ending("release", "Give a task back; costs no attempt.", "given back", FinishKind.Release, """
            longshore task release t-12
            """, Reason),
        CreateAddSteps(),
        CreateWorked(),
    ];

    private static ExplainedCommand CreateRenew()
    {
        var command = new ExplainedCommand("renew", "Say that the work goes on.", """
            longshore task renew t-12 --lease 3600 --progress 0.5 --draft @half.json
            """) { TaskCommand.Id, TaskCommand.Namespace, Lease, Progress, Draft, TaskHolderCommands.Epoch };
        command.SetAction((parsed, ct) => TaskHolderCommands.RunAsync(parsed, async (connection, id) =>
        {
            var epoch = await TaskHolderCommands.EpochAsync(parsed, connection, id, ct).ConfigureAwait(false);
            var usual = new ClaimRequest { Agent = "any" }.Lease;
            var renewal = new Renewal(id, epoch, parsed.GetValue(Lease) ?? usual, parsed.GetValue(Progress))
            {
                Draft = await TaskFile.JsonAsync(parsed.GetValue(Draft), "--draft", ct).ConfigureAwait(false),
            };
            var until = await connection.Client.RenewAsync(renewal, ct).ConfigureAwait(false);
            return (new RenewedWire(until), $"goes on; it holds until {Output.Instant(until)} if nothing is heard");
        }, ct));
        return command;
    }

    private static ExplainedCommand Ending(
        string name, string about, string said, FinishKind kind, string example, params Option[] options)
    {
        var command = new ExplainedCommand(name, about, example) { TaskCommand.Id, TaskCommand.Namespace };
        foreach (var option in options.Append(TaskHolderCommands.Epoch))
        {
            command.Add(option);
        }

        command.SetAction((parsed, ct) => TaskHolderCommands.RunAsync(parsed, async (connection, id) =>
        {
            var finish = new Finish
            {
                TaskId = id,
                Epoch = await TaskHolderCommands.EpochAsync(parsed, connection, id, ct).ConfigureAwait(false),
                Kind = kind,
                Result = await TaskFile.JsonAsync(parsed.GetValue(Result), "--result", ct).ConfigureAwait(false),
                Error = parsed.GetValue(Error) ?? parsed.GetValue(Reason),
                ErrorDetail = parsed.GetValue(Detail),
                Retry = !parsed.GetValue(Final),
                Delay = kind == FinishKind.Snooze ? parsed.GetValue(Until) : parsed.GetValue(Delay),
            };
            var outcome = await connection.Client.FinishAsync(finish, ct).ConfigureAwait(false);
            return (FinishedWire.Of(outcome), said);
        }, ct));
        return command;
    }

    private static ExplainedCommand CreateAddSteps()
    {
        var command = new ExplainedCommand(
            "add-steps", "Add steps to the run of a task under it, while it is held.", """
            longshore task add-steps t-12 '[{"name":"page-1","task":{"kind":"read","payload":{"page":1}}}]'
            """) { TaskCommand.Id, MoreSteps, TaskCommand.Namespace, TaskHolderCommands.Epoch };
        command.SetAction((parsed, ct) => TaskHolderCommands.RunAsync(parsed, async (connection, id) =>
        {
            var json = await TaskFile.JsonAsync(parsed.GetValue(MoreSteps), "STEPS", ct).ConfigureAwait(false);
            var steps = StepWire.ToSteps(WireJson.Read<IReadOnlyList<StepWire?>>(json.Memory.Span));
            var epoch = await TaskHolderCommands.EpochAsync(parsed, connection, id, ct).ConfigureAwait(false);
            var run = await connection.Client.AddStepsAsync(id, epoch, steps, ct).ConfigureAwait(false);
            return (RunWire.Of(run), $"goes on; its run {run.Code} has {Output.Number(run.Steps)} steps");
        }, ct));
        return command;
    }

    private static ExplainedCommand CreateWorked()
    {
        var command = new ExplainedCommand(
            "worked", "Tell whether an agent does or did a step of the same item.", """
            longshore task worked t-12 painter --step sketch --step colour
            """) { TaskCommand.Id, Agent, TaskCommand.Namespace, Steps };
        command.SetAction((parsed, ct) => TaskHolderCommands.RunAsync(parsed, async (connection, id) =>
        {
            var agent = parsed.GetValue(Agent)!;
            var worked = await connection.Client.HasWorkedAsync(agent, id, parsed.GetValue(Steps)!, ct)
                .ConfigureAwait(false);
            return (new WorkedWire(worked), worked ? $"or its item: {agent} worked on it" : $": {agent} did not");
        }, ct));
        return command;
    }
}
