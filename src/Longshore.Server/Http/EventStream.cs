using Microsoft.AspNetCore.Http;

namespace Longshore.Server.Http;

/// <summary>An answer that goes on: server-sent events, with a sign of life while there are none.</summary>
internal static class EventStream
{
    private static readonly TimeSpan BeatEvery = TimeSpan.FromSeconds(15);

    /// <summary>Sends each item as <paramref name="frame"/> makes it, until the reader goes.</summary>
    public static async Task SendAsync<T>(
        HttpContext context, Func<CancellationToken, IAsyncEnumerable<T>> items, Func<T, string> frame, StopSignal stop)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stop.Stopping);
        try
        {
            await StreamAsync(context.Response, items(either.Token), frame, either.Token);
        }
        catch (OperationCanceledException)
        {
            // The reader went away, or the server stops: both end a stream that has no end of its own.
        }
    }

    private static async Task StreamAsync<T>(
        HttpResponse response, IAsyncEnumerable<T> items, Func<T, string> frame, CancellationToken ct)
    {
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-store";
        await response.WriteAsync(": longshore\n\n", ct);
        await response.Body.FlushAsync(ct);
        await using var source = items.GetAsyncEnumerator(ct);
        var next = source.MoveNextAsync().AsTask();
        while (true)
        {
            var beat = Task.Delay(BeatEvery, TimeProvider.System, ct);
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

            await response.WriteAsync(frame(source.Current), ct);
            next = source.MoveNextAsync().AsTask();
            if (!next.IsCompleted)
            {
                await response.Body.FlushAsync(ct);
            }
        }
    }
}
