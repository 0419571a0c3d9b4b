using System.CommandLine;
using System.CommandLine.Completions;
using Longshore.Assignments;
using Longshore.Cli.Shell;
using Longshore.Client.Wire;
using Longshore.Storage;

namespace Longshore.Cli.Commands;

/// <summary><c>longshore assignments</c>: who has and had what.</summary>
internal static class AssignmentsCommand
{
    private static readonly Option<string?> Agent = Options.Word("--agent", "Only of this agent.", "NAME");
    private static readonly Option<int?> Task = Options.Whole("--task", "Only of the task with this id.");
    private static readonly Option<string[]> Statuses = Options.Words(
        "--status", "Only in this status; may be repeated.", "STATUS");
    private static readonly Option<int?> Limit = Options.Whole(
        "--limit", "At most so many, 1 to 1000; 50 if not given.");
    private static readonly Option<string?> After = Options.Word(
        "--after", "Go on where the page before said.", "PLACE");

    public static Command Create()
    {
        var command = new ExplainedCommand("assignments", "List who has and had which task.", """
            longshore assignments --agent painter --status in_progress --status assigned
            longshore assignments --task 12
            """) { Agent, Task, Statuses, Limit, After };
        Statuses.CompletionSources.Add(_ =>
            Enum.GetValues<AssignmentStatus>().Select(status => new CompletionItem(status.ToWire())));
        command.SetAction(ListAsync);
        return command;
    }

    private static async Task<int> ListAsync(ParseResult parsed, CancellationToken ct)
    {
        var query = new AssignmentQuery
        {
            Agent = parsed.GetValue(Agent),
            TaskId = parsed.GetValue(Task),
            Statuses = [.. parsed.GetValue(Statuses)!.Select(s => Words.Parse<AssignmentStatus>(s, "--status"))],
            After = parsed.GetValue(After),
        };
        query = query with { Limit = parsed.GetValue(Limit) ?? query.Limit };
        using var connection = Connection.Open(parsed);
        var page = await connection.Client.FindAssignmentsAsync(query, ct).ConfigureAwait(false);
        return Output.Page(
            parsed,
            page,
            AssignmentWire.Of,
            ["TASK", "EPOCH", "AGENT", "STATUS", "GRANTED", "ENDED", "WHY"],
            one =>
            [
                Output.Number(one.TaskId),
                Output.Number(one.Epoch),
                one.Agent,
                one.Status.ToWire(),
                Output.Instant(one.GrantedAt),
                Output.Instant(one.EndedAt),
                string.Join(": ", new[] { one.Reason?.ToWire(), one.Error }.OfType<string>()),
            ]);
    }
}
