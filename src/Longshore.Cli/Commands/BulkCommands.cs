using System.CommandLine;
using Longshore.Cli.Shell;
using Longshore.Client;
using Longshore.Client.Wire;
using Longshore.Tasks;

namespace Longshore.Cli.Commands;

/// <summary><c>longshore tasks cancel | retry | reprioritise</c>: changes of many tasks at once.</summary>
internal static class BulkCommands
{
    private static readonly Option<string[]> States = Options.Words(
        "--state", "Only in this state; may be repeated. Without it those in which there is something to do.", "STATE");
    private static readonly Option<string?> Agent = Options.Word("--agent", "Only held by this agent.", "NAME");
    private static readonly Option[] Filter = TaskFilter.OptionsWith(States, Agent);
    private static readonly Option<bool> DryRun = new("--dry-run")
    {
        Description = "Tell how many it would be, and change nothing.",
    };

    private static readonly Option<string?> Reason = Options.Word("--reason", "Why, for people.", "TEXT");
    private static readonly Option<int?> Priority = Options.Whole("--to", "The new priority, 0 to 10.");

    public static IEnumerable<Command> Create()
    {
        yield return One(BulkAction.Cancel, "Call off all tasks of a filter.", """
            longshore tasks cancel --kind thumbnail --state created --reason 'no longer wanted'
            longshore tasks cancel --tag nightly --dry-run
            """, Reason);
        yield return One(BulkAction.Retry, "Give all failed and quarantined tasks of a filter a fresh try.", """
            longshore tasks retry --kind import
            longshore tasks retry --namespace billing --state cancelled
            """);
        yield return One(BulkAction.Reprioritise, "Give all waiting tasks of a filter another priority.", """
            longshore tasks reprioritise --tag vip --to 9
            """, Priority);
    }

    private static ExplainedCommand One(BulkAction action, string description, string examples, params Option[] own)
    {
        var command = new ExplainedCommand(Words.Snake(action), description, examples);
        Array.ForEach([.. Filter, DryRun, .. own], command.Add);
        command.SetAction((parsed, ct) => ChangeAsync(action, own, parsed, ct));
        return command;
    }

    private static async Task<int> ChangeAsync(
        BulkAction action, Option[] own, ParseResult parsed, CancellationToken ct)
    {
        var change = new BulkChange
        {
            Action = action,
            Filter = TaskFilter.Of(parsed, States, Agent) with { Limit = Limits.PageMax },
            Reason = own.Contains(Reason) ? parsed.GetValue(Reason) : null,
            Priority = own.Contains(Priority) ? parsed.GetValue(Priority) : null,
            DryRun = parsed.GetValue(DryRun),
        };
        using var connection = Connection.Open(parsed);
        var total = new BulkOutcome(0, 0, 0, null);
        do
        {
            change = change with { Filter = change.Filter with { After = total.Next } };
            var page = await connection.Client.ChangeTasksAsync(change, ct).ConfigureAwait(false);
            total = new BulkOutcome(
                total.Matched + page.Matched, total.Changed + page.Changed, total.Refused + page.Refused, page.Next);
        }
        while (total.Next is not null);
        if (parsed.WantsJson())
        {
            Output.Json(new BulkOutcomeWire(total.Matched, total.Changed, total.Refused, null));
        }
        else
        {
            var changed = change.DryRun ? "would be changed" : "changed";
            Output.Line(
                $"{Output.Number(total.Matched)} matched, {Output.Number(total.Changed)} {changed}, "
                + $"{Output.Number(total.Refused)} refused");
        }

        return 0;
    }
}
