using System.CommandLine;
using Longshore.Cli.Shell;
using Longshore.Client.Wire;
using Longshore.Storage;

namespace Longshore.Cli.Commands;

/// <summary><c>longshore claim</c>: takes work for an agent that does it itself.</summary>
internal static class ClaimCommand
{
    private static readonly Argument<string> Agent = new("AGENT") { Description = "For whom." };
    private static readonly Option<int?> Max = Options.Whole("--max", "At most so many; 1 if not given.");
    private static readonly Option<string[]> Kinds = Options.Words(
        "--kind", "Only of this kind; may be repeated.", "KIND");
    private static readonly Option<TimeSpan?> Lease = Options.Seconds(
        "--lease", "How long it holds without renewal; 30 if not given.");
    private static readonly Option<TimeSpan?> Wait = Options.Seconds("--wait", "Wait so long for work, at most 120.");
    private static readonly Option<string?> Key = Options.Word(
        "--key", "Claiming again under it yields the same tasks.", "KEY");

    public static Command Create()
    {
        var command = new ExplainedCommand("claim", "Take work for an agent that does it by itself.", """
            longshore claim ann --lease 3600 --wait 30
            longshore task complete t-12 --result '{"pages":3}'
            """) { Agent, Max, Kinds, Lease, Wait, Key };
        command.SetAction(ClaimAsync);
        return command;
    }

    private static async Task<int> ClaimAsync(ParseResult parsed, CancellationToken ct)
    {
        var request = new ClaimRequest
        {
            Agent = parsed.GetValue(Agent)!,
            Kinds = parsed.GetValue(Kinds)!,
            Key = parsed.GetValue(Key),
        };
        request = request with
        {
            Max = parsed.GetValue(Max) ?? request.Max,
            Lease = parsed.GetValue(Lease) ?? request.Lease,
        };
        using var connection = Connection.Open(parsed);
        var grants = await connection.Client
            .ClaimAsync(request, parsed.GetValue(Wait) ?? TimeSpan.Zero, ct).ConfigureAwait(false);
        if (parsed.WantsJson())
        {
            Output.Json(GrantListWire.Of(grants));
            return 0;
        }

        Output.Table(
            ["CODE", "EPOCH", "KIND", "PRIORITY", "UNTIL", "NAME", "PAYLOAD"],
            grants.Select(grant => (IReadOnlyList<string>)
            [
                grant.Task.Code,
                Output.Number(grant.Epoch),
                grant.Task.Spec.Kind,
                Output.Number(grant.Task.Spec.Priority),
                Output.Instant(grant.LeaseUntil),
                grant.Task.Spec.Name ?? "",
                grant.Task.Spec.Payload.ToString(),
            ]));
        return 0;
    }
}
