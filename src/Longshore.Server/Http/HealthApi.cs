using Longshore.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

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

    /// <summary>Ready means that the store answers and the process is not stopping.</summary>
    private static async Task<IResult> ReadyAsync(ILongshoreClient client, StopSignal stop, CancellationToken ct)
    {
        if (stop.Stopping.IsCancellationRequested)
        {
            throw new LongshoreException(ErrorCode.Unavailable, "the server is stopping");
        }

        try
        {
            await client.ReadEventsAsync(long.MaxValue, 1, ct).WaitAsync(AnswerWithin, TimeProvider.System, ct);
            return Results.Text("ready");
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            throw new LongshoreException(ErrorCode.Unavailable, $"the store does not answer: {e.Message}", inner: e);
        }
    }
}
