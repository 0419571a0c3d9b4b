using Longshore.Client;
using Longshore.Client.Wire;
using Longshore.Planning;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Longshore.Server.Http;

/// <summary>Plans for many tasks at once.</summary>
internal static class PlansApi
{
    public static void Map(RouteGroupBuilder api)
    {
        var plans = api.MapGroup("/plans").WithTags("plans");
        plans.MapPost("", PlanAsync).Accepts<PlanRequestWire>("application/json")
            .Produces<AssignmentPlanWire>().WithName("plan");
        plans.MapPost("/compare", CompareAsync).Accepts<PlanRequestWire>("application/json")
            .Produces<PlanComparisonWire>().WithName("comparePlans");
        plans.MapPost("/apply", ApplyAsync).Accepts<ApplyPlanWire>("application/json")
            .Produces<AppliedPlanWire>().WithName("applyPlan");
        api.MapGet("/agents/{name}/recommendations", RecommendAsync).WithTags("plans")
            .Produces<RecommendationListWire>().WithName("recommend");
    }

    private static async Task<IResult> RecommendAsync(
        string name, HttpRequest request, ILongshoreClient client, CancellationToken ct)
    {
        var query = new QueryString(request, "limit", "high_priority_from");
        var usual = new RecommendQuery { Agent = name };
        var asked = usual with
        {
            Limit = query.Int("limit") ?? usual.Limit,
            HighPriorityFrom = query.Number("high_priority_from") ?? usual.HighPriorityFrom,
        };
        return Answer.Json(RecommendationListWire.Of(await client.RecommendAsync(asked, ct)));
    }

    private static async Task<IResult> PlanAsync(HttpRequest request, ILongshoreClient client, CancellationToken ct)
    {
        var body = await Body.ReadOrEmptyAsync<PlanRequestWire>(request, ct);
        return Answer.Json(AssignmentPlanWire.Of(await client.PlanAsync(body.ToRequest(), ct)));
    }

    private static async Task<IResult> CompareAsync(HttpRequest request, ILongshoreClient client, CancellationToken ct)
    {
        var body = await Body.ReadOrEmptyAsync<PlanRequestWire>(request, ct);
        return Answer.Json(PlanComparisonWire.Of(await client.ComparePlansAsync(body.ToRequest(), ct)));
    }

    private static async Task<IResult> ApplyAsync(HttpRequest request, ILongshoreClient client, CancellationToken ct)
    {
        var body = await Body.ReadAsync<ApplyPlanWire>(request, ct);
        var assignments = body.Assignments.Select(one => one.ToAssignment()).ToList();
        return Answer.Json(AppliedPlanWire.Of(await client.ApplyPlanAsync(assignments, body.Actor ?? "api", ct)));
    }
}
