using Longshore.Client;
using Longshore.Client.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Longshore.Server.Http;

/// <summary>How attempts went.</summary>
internal static class StatisticsApi
{
    public static void Map(RouteGroupBuilder api) => api.MapGroup("/statistics").WithTags("statistics")
        .MapGet("", GetAsync).Produces<StatisticsWire>().WithName("statistics");

    private static async Task<IResult> GetAsync(HttpRequest request, ILongshoreClient client, CancellationToken ct)
    {
        var query = new QueryString(request, "namespace", "kind", "window_seconds");
        var asked = new StatisticsQuery { Namespace = query.Text("namespace"), Kind = query.Text("kind") };
        var window = Words.SecondsOrNull(query.Number("window_seconds"), "window_seconds");
        return Answer.Json(StatisticsWire.Of(
            await client.GetStatisticsAsync(asked with { Window = window ?? asked.Window }, ct)));
    }
}
