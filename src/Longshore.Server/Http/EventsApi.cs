using System.Globalization;
using System.Text.Json;
using Longshore.Client;
using Longshore.Client.Wire;
using Longshore.Events;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Longshore.Server.Http;

/// <summary>The event log: as a stream that goes on, or page by page.</summary>
internal static class EventsApi
{
    public static void Map(RouteGroupBuilder api) =>
        api.MapGet("/events", EventsAsync).WithTags("events").Produces<EventListWire>().WithName("events");

    private static async Task EventsAsync(
        HttpContext context, ILongshoreClient client, StopSignal stop, CancellationToken ct)
    {
        var query = new QueryString(context.Request, "after", "limit", "follow");
        var after = context.Request.Headers.TryGetValue("Last-Event-ID", out var last)
            ? PathValue.Id(last.ToString(), "Last-Event-ID")
            : query.Long("after");
        if (query.Flag("follow") == false)
        {
            var page = await client.ReadEventsAsync(after ?? 0, query.Int("limit") ?? 1000, ct);
            await Answer.Json(new EventListWire([.. page.Select(EventWire.Of)])).ExecuteAsync(context);
            return;
        }

        await EventStream.SendAsync(context, token => client.FollowEventsAsync(after, token), Frame, stop);
    }

    private static string Frame(EventRecord happened)
    {
        var data = JsonSerializer.Serialize(EventWire.Of(happened), WireJson.Options);
        var position = happened.Position.ToString(CultureInfo.InvariantCulture);
        return $"id: {position}\nevent: {happened.Type}\ndata: {data}\n\n";
    }
}
