using System.CommandLine;
using System.Globalization;
using Longshore.Assignments;
using Longshore.Capabilities;
using Longshore.Cli.Shell;
using Longshore.Client.Wire;
using Longshore.Events;
using Longshore.Tasks;

namespace Longshore.Cli.Commands;

/// <summary><c>longshore task</c>: one task, looked at or changed.</summary>
internal static class TaskCommand
{
    public static readonly Argument<string> Id = new("ID") { Description = "The task's id or code." };

    public static readonly Option<string?> Namespace = Options.Word(
        "--namespace", "Where the code is looked up.", "NAME");

    private static readonly Option<string?> Reason = Options.Word("--reason", "Why; kept with the task.", "TEXT");

    public static Command Create()
    {
        var show = new ExplainedCommand("show", "Show a task, what happened to it, and its claims.", """
            longshore task show 12
            longshore task show report-2030-01 --namespace billing
            """) { Id, Namespace };
        show.SetAction(ShowAsync);
        var cancel = new ExplainedCommand("cancel", "Call a task off; a running claim of it ends at once.", """
            longshore task cancel t-12 --reason "no longer needed"
            """) { Id, Namespace, Reason };
        cancel.SetAction((parsed, ct) => ChangeAsync(parsed, "cancelled", async (connection, id) =>
            await connection.Client.CancelAsync(id, parsed.GetValue(Reason), ct).ConfigureAwait(false), ct));
        var retry = new ExplainedCommand("retry", "Give a task that ended badly, or is deferred, fresh attempts.", """
            longshore task retry t-12
            """) { Id, Namespace };
        retry.SetAction((parsed, ct) => ChangeAsync(parsed, "is ready again", async (connection, id) =>
            await connection.Client.RetryAsync(id, ct).ConfigureAwait(false), ct));
        var command = new Command("task", "Look at one task, change it, or decide who has it.")
        {
            show, cancel, retry,
            TaskHolderCommands.CreateAccept(), TaskHolderCommands.CreateReject(), TaskHolderCommands.CreateAssign(),
            TaskHolderCommands.CreateEvict(), HandoffCommands.CreateHandOff(), HandoffCommands.CreateWithdraw(),
            HelpCommands.CreateAsk(), ReviewCommands.CreateReview(),
        };
        foreach (var ending in TaskEndCommands.Create())
        {
            command.Add(ending);
        }

        return command;
    }

    private static async Task<int> ShowAsync(ParseResult parsed, CancellationToken ct)
    {
        using var connection = Connection.Open(parsed);
        var id = await IdAsync(parsed, connection, ct).ConfigureAwait(false);
        var task = await connection.Client.GetTaskAsync(id, ct).ConfigureAwait(false);
        var claims = await connection.Client.ListAssignmentsAsync(id, ct).ConfigureAwait(false);
        var events = await connection.Client.HistoryAsync(id, ct).ConfigureAwait(false);
        if (parsed.WantsJson())
        {
            Output.Json(new
            {
                task = TaskWire.Of(task),
                assignments = claims.Select(AssignmentWire.Of),
                events = events.Select(EventWire.Of),
            });
            return 0;
        }

        ShowTask(task);
        ShowEvents(events);
        ShowClaims(claims);
        return 0;
    }

    private static void ShowTask(WorkTask task) => Output.Fields(
        ("task", $"{task.Code} (id {Output.Number(task.Id)})"),
        ("state", task.State.ToWire() + (task.Suspect ? " (suspect: its holder vanished; it is granted alone)" : "")),
        ("kind", task.Spec.Kind),
        ("namespace", task.Spec.Namespace),
        ("name", task.Spec.Name),
        ("description", task.Spec.Description),
        ("requires", string.Join(", ", task.Spec.Requires)
            + (task.Spec.Match == MatchMode.Tiered ? "" : $" ({task.Spec.Match.ToWire()} match)")),
        ("asks now for", AsksNow(task)),
        ("group", task.Spec.Group),
        ("step", task.Spec.Step),
        ("owner", task.Spec.Owner),
        ("handed off to", task.Target?.ToString()),
        ("hand-off", task.Handoff is { } handoff
            ? $"{handoff.From}: {handoff.Summary} (confidence "
                + $"{Output.Number(handoff.Confidence)}{(handoff.NeedsReview ? ", asks for a review" : "")})"
            : null),
        ("next steps", string.Join("; ", task.Handoff?.NextSteps ?? [])),
        ("priority", Output.Number(task.Spec.Priority)),
        ("attempts", string.Create(
            CultureInfo.InvariantCulture, $"{task.Attempts} of {task.Spec.MaxAttempts}, {task.Failures} failed")),
        ("agent", task.Agent),
        ("created", Output.Instant(task.CreatedAt)),
        ("deferred until", Output.Instant(task.DeferredUntil)),
        ("lease until", Output.Instant(task.LeaseUntil)),
        ("deadline", Output.Instant(task.Spec.Deadline)),
        ("ended", Output.Instant(task.EndedAt)),
        ("tags", string.Join(", ", task.Spec.Tags)),
        ("draft", task.Draft.ToString()),
        ("payload", task.Spec.Payload.ToString()),
        ("result", task.Result.ToString()),
        ("error", task.Error));

    private static string? AsksNow(WorkTask task)
    {
        if (RelaxationWire.Of(task) is not { } now)
        {
            return null;
        }

        var what = now.Requires.Count == 0 ? "no capability" : string.Join(", ", now.Requires);
        var who = now.OnlyAgent is { } agent ? $" of {agent} alone" : "";
        var part = now.MinimumMatch < 1
            ? string.Create(CultureInfo.InvariantCulture, $", at least {now.MinimumMatch:0.##} of it")
            : "";
        var until = now.NextAt is { } next ? $" until {Output.Instant(next)}" : "";
        return string.Create(CultureInfo.InvariantCulture, $"{what}{part}{who} (step {now.Step}{until})");
    }

    private static void ShowEvents(IReadOnlyList<EventRecord> events)
    {
        Output.Line("");
        Output.Table(["AT", "EVENT", "BY", "DETAILS"], events.Select(happened => (IReadOnlyList<string>)
        [
            Output.Instant(happened.At), happened.Type, happened.Actor, happened.Payload.ToString(),
        ]));
    }

    private static void ShowClaims(IReadOnlyList<Assignment> claims)
    {
        if (claims.Count == 0)
        {
            return;
        }

        Output.Line("");
        string[] headings = ["EPOCH", "AGENT", "GRANTED", "ENDED", "STATUS", "WHY"];
        Output.Table(headings, claims.Select(claim => (IReadOnlyList<string>)
        [
            Output.Number(claim.Epoch),
            claim.Agent,
            Output.Instant(claim.GrantedAt),
            Output.Instant(claim.EndedAt),
            claim.Status.ToWire(),
            string.Join(": ", new[] { claim.Reason?.ToWire(), claim.Error }.OfType<string>()),
        ]));
        if (claims.LastOrDefault(claim => claim.ErrorDetail is not null) is { } latest)
        {
            Output.Line("");
            Output.Line($"More about the error of grant {Output.Number(latest.Epoch)}:");
            Output.Line(latest.ErrorDetail!);
        }
    }

    private static async Task<int> ChangeAsync(
        ParseResult parsed, string said, Func<Connection, long, Task<WorkTask>> change, CancellationToken ct)
    {
        using var connection = Connection.Open(parsed);
        var id = await IdAsync(parsed, connection, ct).ConfigureAwait(false);
        var task = await change(connection, id).ConfigureAwait(false);
        if (parsed.WantsJson())
        {
            Output.Json(TaskWire.Of(task));
        }
        else
        {
            Output.Line($"{task.Code} {said}");
        }

        return 0;
    }

    /// <summary>The id of the task that is named by its id or code.</summary>
    public static async Task<long> IdAsync(ParseResult parsed, Connection connection, CancellationToken ct)
    {
        var text = parsed.GetValue(Id)!;
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            ? id
            : await connection.Client
                .FindTaskAsync(parsed.GetValue(Namespace) ?? "default", text, ct).ConfigureAwait(false);
    }
}
