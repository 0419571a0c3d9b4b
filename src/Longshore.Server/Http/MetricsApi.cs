using Longshore.Server.Metrics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Longshore.Server.Http;

/// <summary>What the node measures, for Prometheus and what reads its format.</summary>
internal static class MetricsApi
{
    public static void Map(WebApplication app) => app.MapGet("/metrics", CollectAsync)
        .WithTags("health").Produces<string>(contentType: "text/plain").WithName("metrics");

    private static async Task<IResult> CollectAsync(PrometheusCollector metrics, CancellationToken ct) =>
        Results.Text(await metrics.CollectAsync(ct), PrometheusText.ContentType);
}
