using System.Globalization;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Longshore.Client.Wire;
using Longshore.Events;
using Longshore.Storage;

namespace Longshore.Client;

/// <content>The event log, and how the server is doing.</content>
public sealed partial class HttpLongshoreClient
{
    private static readonly TimeSpan ReconnectAfter = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<EventRecord>> HistoryAsync(long id, CancellationToken ct = default)
    {
        var answer = await GetAsync<EventListWire>($"tasks/{Text(id)}/events", ct).ConfigureAwait(false);
        return [.. answer.Events.Select(e => e.ToEvent())];
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<EventRecord>> ReadEventsAsync(
        long afterPosition, int limit = 1000, CancellationToken ct = default)
    {
        var path = "events" + Query(("follow", "false"), ("after", Text(afterPosition)), ("limit", Text(limit)));
        var answer = await GetAsync<EventListWire>(path, ct).ConfigureAwait(false);
        return [.. answer.Events.Select(e => e.ToEvent())];
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<HealthFinding>> CheckHealthAsync(CancellationToken ct = default)
    {
        var answer = await GetAsync<HealthWire>("health", ct).ConfigureAwait(false);
        return [.. answer.Findings.Select(f => f.ToFinding())];
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<EventRecord> FollowEventsAsync(
        long? afterPosition = null, [EnumeratorCancellation] CancellationToken ct = default)
    {
        // "From now on" must be a position before the first connection is lost, or a reconnection would skip events.
        var position = afterPosition;
        while (true)
        {
            var path = "events" + Query(("after", position is { } after ? Text(after) : null));
            var stream = await ConnectAsync(path, ct).ConfigureAwait(false);
            if (stream is not null)
            {
                await using var _ = stream.ConfigureAwait(false);
                var items = SseParser.Create(stream).EnumerateAsync(ct).GetAsyncEnumerator(ct);
                await using var __ = items.ConfigureAwait(false);
                while (await NextAsync(items).ConfigureAwait(false) is { } item)
                {
                    if (item.EventType == "position")
                    {
                        position = long.Parse(item.Data, CultureInfo.InvariantCulture);
                        continue;
                    }

                    var happened = JsonSerializer.Deserialize<EventWire>(item.Data, WireJson.Options)!.ToEvent();
                    position = happened.Position;
                    yield return happened;
                }
            }

            await Task.Delay(ReconnectAfter, TimeProvider.System, ct).ConfigureAwait(false);
        }
    }

    /// <summary>Opens the stream; null when the server is away, which may pass.</summary>
    private async Task<Stream?> ConnectAsync(string path, CancellationToken ct)
    {
        try
        {
            var response = await _http.GetAsync(Prefix + path, HttpCompletionOption.ResponseHeadersRead, ct)
                .ConfigureAwait(false);
            if (!response.IsSuccessStatusCode && (int)response.StatusCode < 500)
            {
                throw Error(response, await response.Content.ReadAsByteArrayAsync(ct).ConfigureAwait(false));
            }

            return response.IsSuccessStatusCode
                ? await response.Content.ReadAsStreamAsync(ct).ConfigureAwait(false)
                : null;
        }
        catch (HttpRequestException e) when (e.StatusCode is null)
        {
            return null;
        }
    }

    /// <summary>The next event of the stream; null when the connection ended, however it did.</summary>
    private static async Task<SseItem<string>?> NextAsync(IAsyncEnumerator<SseItem<string>> items)
    {
        try
        {
            return await items.MoveNextAsync().ConfigureAwait(false) ? items.Current : null;
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            return null;
        }
    }
}
