using System.CommandLine;
using System.Globalization;
using Longshore.Cli.Shell;
using Longshore.Client.Wire;
using Longshore.Storage;
using Longshore.Tasks;
using Longshore.Workflows;

namespace Longshore.Cli.Commands;

/// <summary><c>longshore runs</c>: workflows that were started.</summary>
internal static class RunsCommand
{
    private static readonly Argument<string> Workflow = new("WORKFLOW") { Description = "name, or name@version." };

    private static readonly Argument<string> Run = new("RUN") { Description = "The run's id, or its code." };

    private static readonly Argument<string> Step = new("STEP") { Description = "The name of the step." };

    private static readonly Option<string?> Namespace = Options.Word(
        "--namespace", "Of the workflow and its runs; default if not given.", "NAME");

    private static readonly Option<string?> Input = Options.Word(
        "--input", "What steps get that have no payload of their own: JSON, @FILE, or - for stdin.", "JSON");

    private static readonly Option<string?> Code = Options.Word(
        "--code", "Unique in the namespace; starting the same again under it yields the first run.", "CODE");

    private static readonly Option<string?> Correlation = Options.Word(
        "--correlation", "Links events to their cause.", "ID");

    private static readonly Option<string?> Of = Options.Word("--workflow", "Only runs of this workflow.", "NAME");

    private static readonly Option<string?> State = new Option<string?>("--state")
    {
        Description = "Only runs in this state.",
    }.AcceptOnlyFromAmong([.. Enum.GetValues<RunState>().Select(state => state.ToWire())]);

    private static readonly Option<int?> Limit = Options.Whole("--limit", "Most to show; 50 if not given.");
    private static readonly Option<string?> After = Options.Word("--after", "The mark of the page before.", "MARK");
    private static readonly Option<string?> Reason = Options.Word("--reason", "Why; for people.", "TEXT");

    private static readonly Option<string?> Result = Options.Word(
        "--result", "What the step yields: JSON, @FILE, or - for stdin.", "JSON");

    public static Command Create() => new("runs", "Start workflows, and see them through.")
    {
        Start(),
        List(),
        One("show", "Show a run and its steps.", (connection, id, _, ct) => connection.Client.GetRunAsync(id, ct)),
        One("cancel", "Call a run off; what was done is made up for.", (connection, id, parsed, ct) =>
            connection.Client.CancelRunAsync(id, parsed.GetValue(Reason), ct), Reason),
        One("retry", "Let a run that failed go on from there.", (connection, id, _, ct) =>
            connection.Client.RetryRunAsync(id, ct)),
        One("resolve", "Settle a step by hand.", async (connection, id, parsed, ct) =>
        {
            var result = await TaskFile.JsonAsync(parsed.GetValue(Result), "--result", ct).ConfigureAwait(false);
            return await connection.Client.ResolveStepAsync(id, parsed.GetValue(Step)!, result, ct)
                .ConfigureAwait(false);
        }, Step, Result),
    };

    private static ExplainedCommand Start()
    {
        var start = new ExplainedCommand("start", "Start a workflow.", """
            longshore runs start intake --input '{"folder":"in"}'
            longshore runs start intake@2 --code nightly-2026-01-31
            """) { Workflow, Namespace, Input, Code, Correlation };
        start.SetAction(async (parsed, ct) =>
        {
            using var connection = Connection.Open(parsed);
            var request = new RunRequest(parsed.GetValue(Workflow)!)
            {
                Namespace = parsed.GetValue(Namespace) ?? "default",
                Input = await TaskFile.JsonAsync(parsed.GetValue(Input), "--input", ct).ConfigureAwait(false),
                Code = parsed.GetValue(Code),
                CorrelationId = parsed.GetValue(Correlation),
            };
            var started = await connection.Client.StartRunAsync(request, ct).ConfigureAwait(false);
            if (parsed.WantsJson())
            {
                Output.Json(StartedRunWire.Of(started));
                return 0;
            }

            var run = started.Run;
            Output.Line(
                $"run {Output.Number(run.Id)} ({run.Code}) of {run.Workflow}@{Output.Number(run.Version)} "
                + (started.IsNew
                    ? $"is started: {Output.Number(run.Steps)} steps"
                    : $"was started before and is {run.State.ToWire()}"));
            foreach (var warning in started.Warnings)
            {
                Output.Line("warning: " + warning);
            }

            return 0;
        });
        return start;
    }

    private static ExplainedCommand List()
    {
        var list = new ExplainedCommand("list", "List runs, the newest first.", """
            longshore runs list --workflow intake --state failed
            """) { Namespace, Of, State, Limit, After };
        list.SetAction(async (parsed, ct) =>
        {
            using var connection = Connection.Open(parsed);
            var query = new RunQuery
            {
                Namespace = parsed.GetValue(Namespace),
                Workflow = parsed.GetValue(Of),
                State = parsed.GetValue(State) is { } state ? Words.Parse<RunState>(state, "--state") : null,
                After = parsed.GetValue(After),
            };
            var page = await connection.Client
                .ListRunsAsync(query with { Limit = parsed.GetValue(Limit) ?? query.Limit }, ct)
                .ConfigureAwait(false);
            return Output.Page(
                parsed,
                page,
                RunWire.Of,
                ["ID", "CODE", "WORKFLOW", "STATE", "STEPS", "OPEN", "STARTED", "ENDED"],
                r =>
                [
                    Output.Number(r.Id), r.Code, $"{r.Workflow}@{Output.Number(r.Version)}", r.State.ToWire(),
                    Output.Number(r.Steps), Output.Number(r.Open), Output.Instant(r.StartedAt),
                    Output.Instant(r.EndedAt),
                ]);
        });
        return list;
    }

    private static Command One(
        string verb, string description,
        Func<Connection, long, ParseResult, CancellationToken, Task<WorkflowRun>> action, params Symbol[] more)
    {
        var command = new Command(verb, description) { Run, Namespace };
        foreach (var symbol in more)
        {
            if (symbol is Argument argument)
            {
                command.Arguments.Add(argument);
            }
            else
            {
                command.Options.Add((Option)symbol);
            }
        }

        command.SetAction(async (parsed, ct) =>
        {
            using var connection = Connection.Open(parsed);
            var id = await IdAsync(connection, parsed, ct).ConfigureAwait(false);
            var run = await action(connection, id, parsed, ct).ConfigureAwait(false);
            if (parsed.WantsJson())
            {
                Output.Json(RunWire.Of(run));
                return 0;
            }

            Show(run, await connection.Client.ListRunStepsAsync(id, ct).ConfigureAwait(false));
            return 0;
        });
        return command;
    }

    private static async Task<long> IdAsync(Connection connection, ParseResult parsed, CancellationToken ct)
    {
        var which = parsed.GetValue(Run)!;
        return long.TryParse(which, NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            ? id
            : (await connection.Client.FindRunAsync(parsed.GetValue(Namespace) ?? "default", which, ct)
                .ConfigureAwait(false)).Id;
    }

    private static void Show(WorkflowRun run, IReadOnlyList<RunStepInfo> steps)
    {
        Output.Fields(
            ("run", Output.Number(run.Id)),
            ("code", run.Code),
            ("workflow", $"{run.Workflow}@{Output.Number(run.Version)}"),
            ("namespace", run.Namespace),
            ("state", run.State.ToWire()),
            ("reason", run.Reason ?? ""),
            ("progress", run.Progress.ToString("P0", CultureInfo.InvariantCulture)),
            ("started", Output.Instant(run.StartedAt)),
            ("ended", Output.Instant(run.EndedAt)));
        Output.Table(
            ["STEP", "OUTCOME", "STATE", "TASK", "AGENT", "AFTER", "RESULT OR REASON"],
            steps.Select(step => (string[])[
                step.Name, step.Outcome.ToWire(), step.State.ToWire(), WorkTaskCode(step.TaskId), step.Agent ?? "",
                string.Join(", ", step.DependsOn),
                step.State == TaskState.Done ? Short(step.Result.ToString()) : step.Error ?? "",
            ]));
    }

    private static string WorkTaskCode(long id) => string.Create(CultureInfo.InvariantCulture, $"t-{id}");

    private static string Short(string text) => text.Length <= 60 ? text : text[..57] + "...";
}
