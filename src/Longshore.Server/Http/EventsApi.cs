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
    private static readonly TimeSpan HeartbeatEvery = TimeSpan.FromSeconds(15);

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

        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, stop.Stopping);
        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-store";
        try
        {
            await StreamAsync(context.Response, client, after, either.Token);
        }
        catch (OperationCanceledException)
        {
            // The reader went away, or the server stops: both end a stream that has no end of its own.
        }
    }

    private static async Task StreamAsync(
        HttpResponse response, ILongshoreClient client, long? after, CancellationToken ct)
    {
        await response.WriteAsync(": longshore\n\n", ct);
        await response.Body.FlushAsync(ct);
        await using var events = client.FollowEventsAsync(after, ct).GetAsyncEnumerator(ct);
        var next = events.MoveNextAsync().AsTask();
        while (true)
        {
            var beat = Task.Delay(HeartbeatEvery, TimeProvider.System, ct);
            if (await Task.WhenAny(next, beat) != next)
            {
                // A comment keeps proxies from closing an idle stream, and shows us a reader that has gone.
                await response.WriteAsync(": beat\n\n", ct);
                await response.Body.FlushAsync(ct);
                continue;
            }

            if (!await next)
            {
                return;
            }

            await WriteAsync(response, events.Current, ct);
            next = events.MoveNextAsync().AsTask();
            if (!next.IsCompleted)
            {
                await response.Body.FlushAsync(ct);
            }
        }
    }

    private static Task WriteAsync(HttpResponse response, EventRecord happened, CancellationToken ct)
    {
        var data = JsonSerializer.Serialize(EventWire.Of(happened), WireJson.Options);
        var position = happened.Position.ToString(CultureInfo.InvariantCulture);
        return response.WriteAsync($"id: {position}\nevent: {happened.Type}\ndata: {data}\n\n", ct);
    }
}
