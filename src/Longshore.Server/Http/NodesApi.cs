using Longshore.Client;
using Longshore.Client.Wire;
using Longshore.Events;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Longshore.Server.Http;

/// <summary>The nodes that share the store, and how this one learns of work.</summary>
internal static class NodesApi
{
    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/nodes", ListAsync).WithTags("nodes").Produces<NodeListWire>().WithName("listNodes");
        api.MapGet("/mode", GetModeAsync).WithTags("nodes").Produces<NodeModeWire>().WithName("getMode");
        api.MapPut("/mode", SetModeAsync).WithTags("nodes").Accepts<NodeModeWire>("application/json")
            .Produces<NodeModeWire>().WithName("setMode");
    }

    private static async Task<IResult> ListAsync(ILongshoreClient client, CancellationToken ct)
    {
        var nodes = await client.ListNodesAsync(ct);
        return Answer.Json(new NodeListWire([.. nodes.Select(NodeWire.Of)]));
    }

    private static async Task<IResult> GetModeAsync(ILongshoreClient client, CancellationToken ct) =>
        Answer.Json(new NodeModeWire((await client.GetModeAsync(ct)).ToWire()));

    private static async Task<IResult> SetModeAsync(HttpRequest request, ILongshoreClient client, CancellationToken ct)
    {
        var body = await Body.ReadAsync<NodeModeWire>(request, ct);
        await client.SetModeAsync(NodeModes.Parse(body.Mode), ct);
        return await GetModeAsync(client, ct);
    }
}
