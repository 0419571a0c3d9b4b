using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Longshore.Alerts;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Longshore.Server.Tests.Alerts;

/// <summary>Somebody who is told: checks each signature, and refuses as long as it is to.</summary>
internal sealed class HookReceiver : IAsyncDisposable
{
    public const string Secret = "a-secret-of-sixteen";
    private readonly ConcurrentQueue<(string Delivery, JsonNode Alert)> _accepted = new();
    private readonly WebApplication _app;
    private int _refused;
    private int _forged;

    private HookReceiver()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.MapPost("/hook", TakeAsync);
    }

    public string Url => _app.Urls.First() + "/hook";

    /// <summary>How many of the next calls are answered with 500.</summary>
    public int Refusing { get; set; }

    public int Refused => Volatile.Read(ref _refused);

    /// <summary>How many calls were not signed as they should be.</summary>
    public int Forged => Volatile.Read(ref _forged);

    public IReadOnlyList<(string Delivery, JsonNode Alert)> Accepted => [.. _accepted];

    public static async Task<HookReceiver> StartAsync()
    {
        var receiver = new HookReceiver();
        await receiver._app.StartAsync(TestContext.Current.CancellationToken);
        return receiver;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task<IResult> TakeAsync(HttpRequest request)
    {
        using var bytes = new MemoryStream();
        await request.Body.CopyToAsync(bytes);
        var isRight = WebhookSignature.IsRight(
            Secret,
            request.Headers[WebhookSignature.TimestampHeader],
            request.Headers[WebhookSignature.SignatureHeader],
            bytes.ToArray(),
            TimeProvider.System.GetUtcNow(),
            TimeSpan.FromMinutes(5));
        if (!isRight)
        {
            Interlocked.Increment(ref _forged);
            return Results.Unauthorized();
        }

        if (Refusing > 0)
        {
            Refusing--;
            Interlocked.Increment(ref _refused);
            return Results.StatusCode(500);
        }

        _accepted.Enqueue(
            (request.Headers[WebhookSignature.DeliveryHeader].ToString(), JsonNode.Parse(bytes.ToArray())!));
        return Results.NoContent();
    }
}
