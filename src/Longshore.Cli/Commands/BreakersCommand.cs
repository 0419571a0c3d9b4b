using System.CommandLine;
using Longshore.Assignments;
using Longshore.Cli.Shell;
using Longshore.Client.Wire;

namespace Longshore.Cli.Commands;

/// <summary><c>longshore breakers</c>: who is kept from work because too much failed.</summary>
internal static class BreakersCommand
{
    private static readonly Option<string?> Agent = Options.Word("--agent", "Of this agent.", "NAME");
    private static readonly Option<bool> Open = new("--open") { Description = "Only those that are not closed." };
    private static readonly Option<string?> Kind = Options.Word("--kind", "Of the agent doing this kind.", "KIND");
    private static readonly Option<int?> Task = Options.Whole("--task", "Of the task with this id.");
    private static readonly Option<string?> Reason = Options.Word("--reason", "Why; for people.", "TEXT");

    public static Command Create()
    {
        var list = new ExplainedCommand("list", "List breakers with a failure to remember.", """
            longshore breakers list --open
            """) { Agent, Open };
        list.SetAction(ListAsync);
        var reset = new ExplainedCommand("reset", "Close a breaker; a task it quarantined goes back to the queue.", """
            longshore breakers reset --agent painter
            longshore breakers reset --agent painter --kind thumbnail --reason "fixed the printer"
            longshore breakers reset --task 12
            """) { Agent, Kind, Task, Reason, TaskHolderCommands.Actor };
        reset.SetAction(ResetAsync);
        var command = new ExplainedCommand("breakers", "List circuit breakers, or reset one.", """
            longshore breakers --open
            longshore breakers reset --agent painter
            """) { Agent, Open, list, reset };
        command.SetAction(ListAsync);
        return command;
    }

    private static async Task<int> ListAsync(ParseResult parsed, CancellationToken ct)
    {
        using var connection = Connection.Open(parsed);
        var found = await connection.Client
            .ListBreakersAsync(parsed.GetValue(Agent), parsed.GetValue(Open), ct).ConfigureAwait(false);
        var breakers = found.Select(one => BreakerWire.Of(one, TimeProvider.System.GetUtcNow())).ToList();
        if (parsed.WantsJson())
        {
            Output.Json(new BreakerListWire(breakers));
            return 0;
        }

        Output.Table(
            ["SCOPE", "AGENT", "KIND", "TASK", "STATE", "FAILURES", "TRIPS", "LAST FAILURE", "OPEN UNTIL", "PROBE"],
            breakers.Select(one => (IReadOnlyList<string>)
            [
                one.Scope,
                one.Agent ?? "",
                one.Kind ?? "",
                Output.Number(one.TaskId),
                one.State,
                Output.Number(one.Failures),
                Output.Number(one.Trips),
                Output.Instant(one.LastFailureAt),
                Output.Instant(one.OpenUntil),
                Output.Number(one.ProbeTaskId),
            ]));
        return 0;
    }

    private static async Task<int> ResetAsync(ParseResult parsed, CancellationToken ct)
    {
        var (agent, kind, task) = (parsed.GetValue(Agent), parsed.GetValue(Kind), parsed.GetValue(Task));
        var scope = task is not null ? BreakerScope.Task
            : kind is not null ? BreakerScope.AgentKind
            : BreakerScope.Agent;
        using var connection = Connection.Open(parsed);
        await connection.Client.ResetBreakerAsync(
            new BreakerKey(scope, agent, kind, task),
            TaskHolderCommands.ActorOf(parsed),
            parsed.GetValue(Reason),
            ct).ConfigureAwait(false);
        if (parsed.WantsJson())
        {
            Output.Json(new { reset = new { scope = Words.Snake(scope), agent, kind, task_id = task } });
        }
        else
        {
            Output.Line("closed");
        }

        return 0;
    }
}
