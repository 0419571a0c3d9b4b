using Longshore.Client;
using Longshore.Client.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Longshore.Server.Http;

/// <summary>Changing many tasks at once.</summary>
internal static class BulkApi
{
    public static void Map(RouteGroupBuilder api)
    {
        var tasks = api.MapGroup("/tasks").WithTags("tasks");
        foreach (var action in Enum.GetValues<BulkAction>())
        {
            var word = Words.Snake(action);
            tasks.MapPost("/" + word, (HttpRequest request, ILongshoreClient client, CancellationToken ct) =>
                    ChangeAsync(action, request, client, ct))
                .Accepts<BulkWire>("application/json").Produces<BulkOutcomeWire>().WithName(word + "Tasks");
        }
    }

    private static async Task<IResult> ChangeAsync(
        BulkAction action, HttpRequest request, ILongshoreClient client, CancellationToken ct)
    {
        var body = await Body.ReadAsync<BulkWire>(request, ct);
        var done = await client.ChangeTasksAsync(body.ToChange(action), ct);
        return Answer.Json(new BulkOutcomeWire(done.Matched, done.Changed, done.Refused, done.Next));
    }
}
