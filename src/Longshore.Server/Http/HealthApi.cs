using Longshore.Client;
using Longshore.Client.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Longshore.Server.Http;

/// <summary>For whoever watches over the process.</summary>
internal static class HealthApi
{
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(5);

    public static void Map(WebApplication app)
    {
        app.MapGet("/healthz", () => Results.Text("ok")).WithTags("health").WithName("healthz");
        app.MapGet("/readyz", ReadyAsync).WithTags("health").WithName("readyz");
    }

    public static void MapDoctor(RouteGroupBuilder api) => api.MapGet("/health", CheckAsync)
        .WithTags("health").Produces<HealthWire>().WithName("health");

    private static async Task<IResult> CheckAsync(ILongshoreClient client, CancellationToken ct) =>
        Answer.Json(HealthWire.Of(await client.CheckHealthAsync(ct)));

    /// <summary>
    /// Ready means that the store answers and the process is not stopping. With <c>verbose=true</c> the answer shows
    /// the doctor's findings; they do not change whether the node is ready, since another node would find the same.
    /// </summary>
    private static async Task<IResult> ReadyAsync(
        HttpRequest request, ILongshoreClient client, StopSignal stop, CancellationToken ct)
    {
        var verbose = new QueryString(request, "verbose").Flag("verbose") ?? false;
        if (stop.Stopping.IsCancellationRequested)
        {
            throw new LongshoreException(ErrorCode.Unavailable, "the server is stopping");
        }

        try
        {
            await client.ReadEventsAsync(long.MaxValue, 1, ct).WaitAsync(AnswerWithin, TimeProvider.System, ct);
            return verbose ? await CheckAsync(client, ct) : Results.Text("ready");
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            throw new LongshoreException(ErrorCode.Unavailable, $"the store does not answer: {e.Message}", inner: e);
        }
    }
}
