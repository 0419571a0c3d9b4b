using System.CommandLine;
using Longshore.Cli.Shell;
using Longshore.Client.Wire;
using Longshore.Events;

namespace Longshore.Cli.Commands;

/// <summary><c>longshore events</c>: what happened, and what happens.</summary>
internal static class EventsCommand
{
    private static readonly Option<int?> After = Options.Whole(
        "--after", "Only after this position; from the beginning if not given, or from now on with --follow.");
    private static readonly Option<int?> Limit = Options.Whole(
        "--limit", "At most so many, 1 to 1000; 50 if not given.");
    private static readonly Option<bool> Follow = new("--follow")
    {
        Description = "Show each as it comes, until interrupted.",
    };

    public static Command Create()
    {
        var command = new ExplainedCommand("events", "Show the event log.", """
            longshore events --after 1200 --limit 20
            longshore events --follow --json | jq -r .type
            """) { After, Limit, Follow };
        command.SetAction((parsed, ct) => parsed.GetValue(Follow) ? FollowAsync(parsed, ct) : ListAsync(parsed, ct));
        return command;
    }

    private static async Task<int> ListAsync(ParseResult parsed, CancellationToken ct)
    {
        using var connection = Connection.Open(parsed);
        var events = await connection.Client
            .ReadEventsAsync(parsed.GetValue(After) ?? 0, parsed.GetValue(Limit) ?? 50, ct).ConfigureAwait(false);
        if (parsed.WantsJson())
        {
            Output.Json(new EventListWire([.. events.Select(EventWire.Of)]));
            return 0;
        }

        Output.Table(
            ["POSITION", "AT", "EVENT", "TASK", "BY", "DETAILS"],
            events.Select(happened => (IReadOnlyList<string>)
            [
                Output.Number(happened.Position), Output.Instant(happened.At), happened.Type,
                Output.Number(happened.TaskId), happened.Actor, happened.Payload.ToString(),
            ]));
        return 0;
    }

    // A document for each line, since there is no end at which one for all could be closed.
    private static async Task<int> FollowAsync(ParseResult parsed, CancellationToken ct)
    {
        using var connection = Connection.Open(parsed);
        var events = connection.Client.FollowEventsAsync(parsed.GetValue(After), ct);
        await foreach (var happened in events.Take(parsed.MostOf(Limit)).ConfigureAwait(false))
        {
            if (parsed.WantsJson())
            {
                Output.Json(EventWire.Of(happened));
            }
            else
            {
                Output.Line(Text(happened));
            }
        }

        return 0;
    }

    private static string Text(EventRecord happened) => string.Join("  ", new[]
    {
        Output.Number(happened.Position), Output.Instant(happened.At), happened.Type,
        Output.Number(happened.TaskId), happened.Actor, happened.Payload.ToString(),
    }.Where(part => part.Length > 0));
}
