using System.CommandLine;
using Longshore.Cli.Shell;
using Longshore.Client.Wire;
using Longshore.Storage;

namespace Longshore.Cli.Commands;

/// <summary><c>longshore offers</c>: what an agent is offered.</summary>
internal static class OffersCommand
{
    private static readonly Argument<string> Agent = new("AGENT") { Description = "The agent's name." };
    private static readonly Option<TimeSpan?> Wait = Options.Seconds(
        "--wait", "Wait so long for an offer, at most 120.");

    private static readonly Option<bool> Follow = new("--follow")
    {
        Description = "The list as it is, and again each time it changes, until interrupted.",
    };

    private static readonly Option<int?> Limit = Options.Whole(
        "--limit", "With --follow: so many lists at most; no end if not given.");

    public static Command Create()
    {
        var command = new ExplainedCommand("offers", "Show what an agent is offered and has not accepted yet.", """
            longshore offers painter
            longshore offers painter --wait 60 --json
            longshore offers painter --follow --json
            """) { Agent, Wait, Follow, Limit };
        command.SetAction((parsed, ct) => parsed.GetValue(Follow) ? FollowAsync(parsed, ct) : ListAsync(parsed, ct));
        return command;
    }

    private static async Task<int> ListAsync(ParseResult parsed, CancellationToken ct)
    {
        using var connection = Connection.Open(parsed);
        var wait = parsed.GetValue(Wait) ?? TimeSpan.Zero;
        Say(parsed, await connection.Client.ListOffersAsync(parsed.GetValue(Agent)!, wait, ct).ConfigureAwait(false));
        return 0;
    }

    private static async Task<int> FollowAsync(ParseResult parsed, CancellationToken ct)
    {
        if (parsed.GetValue(Wait) is not null)
        {
            throw new LongshoreException(ErrorCode.InvalidInput, "--follow waits anyway; leave --wait out", "--wait");
        }

        using var connection = Connection.Open(parsed);
        var lists = connection.Client.FollowOffersAsync(parsed.GetValue(Agent)!, ct);
        await foreach (var offers in lists.Take(parsed.MostOf(Limit)).ConfigureAwait(false))
        {
            Say(parsed, offers);
        }

        return 0;
    }

    private static void Say(ParseResult parsed, IReadOnlyList<Grant> offers) =>
        Output.Say(parsed, GrantListWire.Of(offers), () => Output.Table(
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
            ])));
}
