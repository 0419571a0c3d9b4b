using Longshore.Client;
using Longshore.Client.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Longshore.Server.Http;

/// <summary>What others say of an agent's work.</summary>
internal static class ReviewsApi
{
    public static void Map(RouteGroupBuilder api)
    {
        var reviews = api.MapGroup("").WithTags("reputation");
        reviews.MapPost("/tasks/{id}/reviews", ReviewAsync).Accepts<ReviewWire>("application/json")
            .Produces<AgentWire>().WithName("reviewTask");
        reviews.MapPost("/agents/{name}/ratings", RateAsync).Accepts<RatingWire>("application/json")
            .Produces<AgentWire>().WithName("rateAgent");
    }

    private static async Task<IResult> ReviewAsync(
        string id, HttpRequest request, ILongshoreClient client, CancellationToken ct)
    {
        var body = await Body.ReadAsync<ReviewWire>(request, ct);
        return Answer.Json(AgentWire.Of(await client.ReviewAsync(body.ToReview(PathValue.Id(id)), ct)));
    }

    private static async Task<IResult> RateAsync(
        string name, HttpRequest request, ILongshoreClient client, CancellationToken ct)
    {
        var body = await Body.ReadAsync<RatingWire>(request, ct);
        var agent = await client.RateAsync(body.ToRating(name), body.Actor ?? AssignmentsApi.Nameless, ct);
        return Answer.Json(AgentWire.Of(agent));
    }
}
