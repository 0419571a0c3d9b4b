using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Longshore.Server.Tests.Telemetry;

/// <summary>A collector that keeps what it is sent by OTLP over HTTP.</summary>
internal sealed class OtlpReceiver : IAsyncDisposable
{
    private readonly ConcurrentQueue<(string Path, string? Type, string Body)> _received = new();
    private readonly WebApplication _app;

    private OtlpReceiver()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.MapPost("/{**path}", async (HttpRequest request) =>
        {
            using var bytes = new MemoryStream();
            await request.Body.CopyToAsync(bytes);

            // Names and texts stand in protobuf as they are.
            _received.Enqueue((request.Path, request.ContentType, Encoding.Latin1.GetString(bytes.ToArray())));
            return Results.Bytes([], "application/x-protobuf");
        });
    }

    public Uri Address => new(_app.Urls.First());

    public static async Task<OtlpReceiver> StartAsync()
    {
        var receiver = new OtlpReceiver();
        await receiver._app.StartAsync(TestContext.Current.CancellationToken);
        return receiver;
    }

    /// <summary>Whether all these texts arrived at a path, as protobuf.</summary>
    public bool Has(string path, params string[] texts)
    {
        var bodies = string.Concat(_received
            .Where(r => r.Path == path && r.Type == "application/x-protobuf").Select(r => r.Body));
        return texts.All(text => bodies.Contains(text, StringComparison.Ordinal));
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
