using Longshore.Client;
using Longshore.Client.Wire;
using Longshore.Storage;
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
        reviews.MapGet("/reviews", ListAsync).Produces<PageWire<SubmittedWorkWire>>().WithName("listReviews");
        reviews.MapPost("/agents/{name}/ratings", RateAsync).Accepts<RatingWire>("application/json")
            .Produces<AgentWire>().WithName("rateAgent");
    }

    private static async Task<IResult> ReviewAsync(
        string id, HttpRequest request, ILongshoreClient client, CancellationToken ct)
    {
        var body = await Body.ReadAsync<ReviewWire>(request, ct);
        return Answer.Json(AgentWire.Of(await client.ReviewAsync(body.ToReview(PathValue.Id(id)), ct)));
    }

    private static async Task<IResult> ListAsync(HttpRequest request, ILongshoreClient client, CancellationToken ct)
    {
        var query = new QueryString(
            request, "task", "agent", "namespace", "kind", "reviewed", "by", "for", "after", "limit");
        var page = await client.ListReviewsAsync(
            new ReviewQuery
            {
                TaskId = query.Long("task"),
                Agent = query.Text("agent"),
                Namespace = query.Text("namespace"),
                Kind = query.Text("kind"),
                IsReviewed = query.Flag("reviewed"),
                ReviewedBy = query.Text("by"),
                OpenFor = query.Text("for"),
                After = query.Text("after"),
                Limit = query.Int("limit") ?? 50,
            },
            ct);
        return Answer.Json(new PageWire<SubmittedWorkWire>([.. page.Items.Select(SubmittedWorkWire.Of)], page.Next));
    }

    private static async Task<IResult> RateAsync(
        string name, HttpRequest request, ILongshoreClient client, CancellationToken ct)
    {
        var body = await Body.ReadAsync<RatingWire>(request, ct);
        var agent = await client.RateAsync(body.ToRating(name), body.Actor ?? AssignmentsApi.Nameless, ct);
        return Answer.Json(AgentWire.Of(agent));
    }
}
