using System.CommandLine;
using Longshore.Cli.Shell;
using Longshore.Client.Wire;

namespace Longshore.Cli.Commands;

/// <summary><c>longshore offers</c>: what an agent is offered.</summary>
internal static class OffersCommand
{
    private static readonly Argument<string> Agent = new("AGENT") { Description = "The agent's name." };
    private static readonly Option<TimeSpan?> Wait = Options.Seconds(
        "--wait", "Wait so long for an offer, at most 120.");

    public static Command Create()
    {
        var command = new ExplainedCommand("offers", "Show what an agent is offered and has not accepted yet.", """
            longshore offers painter
            longshore offers painter --wait 60 --json
            """) { Agent, Wait };
        command.SetAction(ListAsync);
        return command;
    }

    private static async Task<int> ListAsync(ParseResult parsed, CancellationToken ct)
    {
        using var connection = Connection.Open(parsed);
        var offers = await connection.Client
            .ListOffersAsync(parsed.GetValue(Agent)!, parsed.GetValue(Wait) ?? TimeSpan.Zero, ct).ConfigureAwait(false);
        if (parsed.WantsJson())
        {
            Output.Json(GrantListWire.Of(offers));
            return 0;
        }

        Output.Table(
            ["CODE", "EPOCH", "KIND", "STEP", "PRIORITY", "UNTIL", "NAME"],
            offers.Select(offer => (IReadOnlyList<string>)
            [
                offer.Task.Code,
                Output.Number(offer.Epoch),
                offer.Task.Spec.Kind,
                offer.Task.Spec.Step ?? "",
                Output.Number(offer.Task.Spec.Priority),
                Output.Instant(offer.LeaseUntil),
                offer.Task.Spec.Name ?? "",
            ]));
        return 0;
    }
}
