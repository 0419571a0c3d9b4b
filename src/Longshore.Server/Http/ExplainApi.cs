using Longshore.Client;
using Longshore.Client.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Longshore.Server.Http;

/// <summary>Why something is as it is, and what the distributor did.</summary>
internal static class ExplainApi
{
    public static void Map(RouteGroupBuilder api)
    {
        var explain = api.MapGroup("").WithTags("explain");
        explain.MapGet("/tasks/{id:long}/explain", async (long id, ILongshoreClient client, CancellationToken ct) =>
            Answer.Json(TaskExplanationWire.Of(await client.ExplainTaskAsync(id, ct))))
            .Produces<TaskExplanationWire>().WithName("explainTask");
        explain.MapGet(
            "/tasks/{id:long}/explain-assignment",
            async (long id, ILongshoreClient client, CancellationToken ct) =>
                Answer.Json(AssignmentExplanationWire.Of(await client.ExplainAssignmentAsync(id, ct))))
            .Produces<AssignmentExplanationWire>().WithName("explainAssignment");
        explain.MapGet("/agents/{name}/explain", async (string name, ILongshoreClient client, CancellationToken ct) =>
            Answer.Json(AgentExplanationWire.Of(await client.ExplainAgentAsync(name, ct))))
            .Produces<AgentExplanationWire>().WithName("explainAgent");
        explain.MapPost("/explain", DryRunAsync).Accepts<NewTaskWire>("application/json")
            .Produces<TaskExplanationWire>().WithName("explainNewTask");
        explain.MapGet("/explain/pending", PendingAsync).Produces<PendingListWire>().WithName("explainPending");
        explain.MapGet("/distribution", async (ILongshoreClient client, CancellationToken ct) =>
            Answer.Json(DistributionWire.Of(await client.GetDistributionAsync(ct))))
            .Produces<DistributionWire>().WithName("getDistribution");
    }

    private static async Task<IResult> DryRunAsync(HttpRequest request, ILongshoreClient client, CancellationToken ct)
    {
        var body = await Body.ReadAsync<NewTaskWire>(request, ct);
        return Answer.Json(TaskExplanationWire.Of(await client.DryRunAsync(body.ToNewTask(), ct)));
    }

    private static async Task<IResult> PendingAsync(HttpRequest request, ILongshoreClient client, CancellationToken ct)
    {
        var name = new QueryString(request, "namespace").Text("namespace");
        var pending = await client.ExplainPendingAsync(name, ct);
        return Answer.Json(new PendingListWire([.. pending.Select(PendingReasonWire.Of)]));
    }
}
