using System.Text.Json;
using Longshore.Client;
using Longshore.Client.Wire;
using Longshore.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Longshore.Server.Http;

/// <summary>What an agent is offered, now or as it comes.</summary>
internal static class OffersApi
{
    public static void Map(RouteGroupBuilder api)
    {
        var offers = api.MapGroup("/agents/{name}/offers").WithTags("assignments");
        offers.MapGet("", ListAsync).Produces<GrantListWire>().WithName("listOffers");
        offers.MapGet("/stream", StreamAsync)
            .Produces<GrantListWire>(contentType: "text/event-stream").WithName("followOffers");
    }

    private static async Task<IResult> ListAsync(
        string name, HttpRequest request, ILongshoreClient client, StopSignal stop, CancellationToken ct)
    {
        var query = new QueryString(request, "wait_seconds");
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, stop.Stopping);
        var offers = await client.ListOffersAsync(name, WorkApi.WaitOf(query.Number("wait_seconds")), either.Token);
        return Answer.Json(GrantListWire.Of(offers));
    }

    private static async Task StreamAsync(
        string name, HttpContext context, ILongshoreClient client, StopSignal stop, CancellationToken ct)
    {
        _ = new QueryString(context.Request);

        // Whoever is unknown is told so while there can still be a status.
        await client.GetAgentAsync(name, ct);
        await EventStream.SendAsync(context, token => client.FollowOffersAsync(name, token), Frame, stop);
    }

    private static string Frame(IReadOnlyList<Grant> offers) =>
        $"event: offers\ndata: {JsonSerializer.Serialize(GrantListWire.Of(offers), WireJson.Options)}\n\n";
}
