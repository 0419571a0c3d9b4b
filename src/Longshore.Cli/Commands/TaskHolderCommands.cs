using System.CommandLine;
using Longshore.Assignments;
using Longshore.Cli.Shell;
using Longshore.Client.Wire;
using Longshore.Storage;

namespace Longshore.Cli.Commands;

/// <summary><c>longshore task accept | reject | assign | evict</c>: who has a task.</summary>
internal static class TaskHolderCommands
{
    /// <summary>Who an administrator is.</summary>
    public static readonly Option<string?> Actor = Options.Word(
        "--actor", "Who decides it, for the log; the user's name if not given.", "NAME");

    /// <summary>Which grant is meant.</summary>
    public static readonly Option<int?> Epoch = Options.Whole(
        "--epoch", "The grant meant; the present one if not given.");

    private static readonly Option<TimeSpan?> Lease = Options.Seconds(
        "--lease", "How long it may lie still; as the rules of its namespace say if not given.");

    private static readonly Option<bool> Later = new("--later") { Description = "The work does not begin yet." };

    private static readonly Option<string> RejectFor = new Option<string>("--reason")
    {
        Description = "Why it is declined.",
        Required = true,
    }.AcceptOnlyFromAmong([.. Enum.GetValues<RejectReason>().Select(reason => reason.ToWire())]);

    private static readonly Option<string?> Text = Options.Word(
        "--text", "More about the reason; required with other.", "TEXT");

    private static readonly Option<string?> Reason = Options.Word("--reason", "Why; for people.", "TEXT");

    private static readonly Option<bool> Replace = new("--replace")
    {
        Description = "Take it from its present agent first.",
    };

    private static readonly Argument<string> Agent = new("AGENT") { Description = "To whom." };

    public static Command CreateAccept()
    {
        var command = new ExplainedCommand("accept", "Take what was offered to an agent.", """
            longshore task accept t-12
            longshore task accept t-12 --lease 3600 --later
            """) { TaskCommand.Id, TaskCommand.Namespace, Epoch, Lease, Later };
        command.SetAction((parsed, ct) => RunAsync(parsed, async (connection, id) =>
        {
            var epoch = await EpochAsync(parsed, connection, id, ct).ConfigureAwait(false);
            var until = await connection.Client
                .AcceptAsync(id, epoch, parsed.GetValue(Lease), parsed.GetValue(Later), ct).ConfigureAwait(false);
            return (new RenewedWire(until), $"accepted; it holds until {Output.Instant(until)} if nothing is heard");
        }, ct));
        return command;
    }

    public static Command CreateReject()
    {
        var command = new ExplainedCommand("reject", "Decline a task for the agent that has it.", """
            longshore task reject t-12 --reason outside_expertise
            longshore task reject t-12 --reason other --text "the scan is upside down"
            """) { TaskCommand.Id, TaskCommand.Namespace, RejectFor, Text, Epoch };
        command.SetAction((parsed, ct) => RunAsync(parsed, async (connection, id) =>
        {
            var reject = new Finish
            {
                TaskId = id,
                Epoch = await EpochAsync(parsed, connection, id, ct).ConfigureAwait(false),
                Kind = FinishKind.Reject,
                Reason = Words.Parse<RejectReason>(parsed.GetValue(RejectFor)!, "--reason"),
                Error = parsed.GetValue(Text),
            };
            var outcome = await connection.Client.FinishAsync(reject, ct).ConfigureAwait(false);
            return (FinishedWire.Of(outcome), "rejected");
        }, ct));
        return command;
    }

    public static Command CreateAssign()
    {
        var command = new ExplainedCommand("assign", "Offer a task to an agent by name.", """
            longshore task assign t-12 painter
            longshore task assign t-12 painter --replace --reason "knows the customer"
            """) { TaskCommand.Id, Agent, TaskCommand.Namespace, Replace, Reason, Actor };
        command.SetAction((parsed, ct) => RunAsync(parsed, async (connection, id) =>
        {
            var agent = parsed.GetValue(Agent)!;
            var grant = await connection.Client.AssignAsync(
                id, agent, ActorOf(parsed), parsed.GetValue(Reason), parsed.GetValue(Replace), ct)
                .ConfigureAwait(false);
            return (GrantWire.Of(grant), $"offered to {agent} until {Output.Instant(grant.LeaseUntil)}");
        }, ct));
        return command;
    }

    public static Command CreateEvict()
    {
        var command = new ExplainedCommand("evict", "Take a task from its agent; it goes back to the queue.", """
            longshore task evict t-12 --reason "does not answer"
            """) { TaskCommand.Id, TaskCommand.Namespace, Reason, Actor };
        command.SetAction((parsed, ct) => RunAsync(parsed, async (connection, id) =>
        {
            var task = await connection.Client.EvictAsync(id, ActorOf(parsed), parsed.GetValue(Reason), ct)
                .ConfigureAwait(false);
            return (TaskWire.Of(task), "taken back");
        }, ct));
        return command;
    }

    /// <summary>Who gives the command.</summary>
    public static string ActorOf(ParseResult parsed) =>
        parsed.GetValue(Actor) ?? (Environment.UserName is { Length: > 0 } user ? user : "cli");

    /// <summary>Does something with the task that is named, and says so.</summary>
    public static async Task<int> RunAsync<T>(
        ParseResult parsed, Func<Connection, long, Task<(T Document, string Said)>> run, CancellationToken ct)
    {
        using var connection = Connection.Open(parsed);
        var id = await TaskCommand.IdAsync(parsed, connection, ct).ConfigureAwait(false);
        var (document, said) = await run(connection, id).ConfigureAwait(false);
        if (parsed.WantsJson())
        {
            Output.Json(document);
        }
        else
        {
            Output.Line($"{parsed.GetValue(TaskCommand.Id)} {said}");
        }

        return 0;
    }

    /// <summary>The grant that is meant.</summary>
    public static async Task<int> EpochAsync(
        ParseResult parsed, Connection connection, long id, CancellationToken ct) =>
        parsed.GetValue(Epoch) ?? (await connection.Client.GetTaskAsync(id, ct).ConfigureAwait(false)).Epoch;
}
