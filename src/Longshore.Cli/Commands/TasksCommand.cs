using System.CommandLine;
using Longshore.Cli.Shell;
using Longshore.Client.Wire;
using Longshore.Tasks;

namespace Longshore.Cli.Commands;

/// <summary><c>longshore tasks</c>: a page of tasks.</summary>
internal static class TasksCommand
{
    private static readonly Option<string[]> States = Options.Words(
        "--state", "Only in this state; may be repeated.", "STATE");
    private static readonly Option<string?> Agent = Options.Word(
        "--agent", "Only held, or ended, by this agent.", "NAME");
    private static readonly Option<int?> Limit = Options.Whole(
        "--limit", "At most so many, 1 to 1000; 50 if not given.");
    private static readonly Option<string?> After = Options.Word(
        "--after", "Go on where the page before said.", "PLACE");
    private static readonly Option<bool> Descending = new("--desc") { Description = "The latest first." };

    public static Command Create()
    {
        var command = new ExplainedCommand("tasks", "List tasks.", """
            longshore tasks --state failed --state quarantined
            longshore tasks --kind thumbnail --desc --limit 10
            longshore tasks --json | jq -r '.items[].code'
            """)
        {
            Limit, After, Descending, CreateCounts(),
        };
        Array.ForEach(TaskFilter.OptionsWith(States, Agent), command.Add);
        foreach (var bulk in BulkCommands.Create())
        {
            command.Add(bulk);
        }

        command.SetAction(ListAsync);
        return command;
    }

    private static ExplainedCommand CreateCounts()
    {
        var command = new ExplainedCommand("counts", "Tell how many tasks are in each state.", """
            longshore tasks counts --namespace billing
            """) { TaskFilter.Namespace };
        command.SetAction(async (parsed, ct) =>
        {
            using var connection = Connection.Open(parsed);
            var counts = await connection.Client
                .CountByStateAsync(parsed.GetValue(TaskFilter.Namespace), ct).ConfigureAwait(false);
            if (parsed.WantsJson())
            {
                Output.Json(counts.ToDictionary(pair => pair.Key.ToWire(), pair => pair.Value));
                return 0;
            }

            Output.Table(
                ["STATE", "TASKS"],
                counts.Where(pair => pair.Value > 0).OrderBy(pair => pair.Key).Select(pair => (IReadOnlyList<string>)
                [
                    pair.Key.ToWire(), Output.Number(pair.Value),
                ]));
            return 0;
        });
        return command;
    }

    private static async Task<int> ListAsync(ParseResult parsed, CancellationToken ct)
    {
        var query = TaskFilter.Of(parsed, States, Agent) with
        {
            After = parsed.GetValue(After),
            Descending = parsed.GetValue(Descending),
        };
        query = query with { Limit = parsed.GetValue(Limit) ?? query.Limit };
        using var connection = Connection.Open(parsed);
        var page = await connection.Client.ListTasksAsync(query, ct).ConfigureAwait(false);
        return Output.Page(
            parsed,
            page,
            TaskWire.Of,
            ["CODE", "STATE", "KIND", "PRIORITY", "ATTEMPTS", "AGENT", "CREATED", "NAME"],
            task =>
            [
                task.Code,
                task.State.ToWire(),
                task.Spec.Kind,
                Output.Number(task.Spec.Priority),
                $"{Output.Number(task.Attempts)}/{Output.Number(task.Spec.MaxAttempts)}",
                task.Agent ?? "",
                Output.Instant(task.CreatedAt),
                task.Spec.Name ?? "",
            ]);
    }
}
