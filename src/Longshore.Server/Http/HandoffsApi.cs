using Longshore.Client;
using Longshore.Client.Wire;
using Longshore.Storage;
using Longshore.Tasks;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Longshore.Server.Http;

/// <summary>Passing tasks on, and who could take them.</summary>
internal static class HandoffsApi
{
    public static void Map(RouteGroupBuilder api)
    {
        var handoffs = api.MapGroup("").WithTags("handoffs");
        handoffs.MapPost("/tasks/{id}/handoff", HandOffAsync).Accepts<NewHandoffWire>("application/json")
            .Produces<HandoffWire>().WithName("handOff");
        handoffs.MapPost("/tasks/{id}/handoff/withdraw", WithdrawAsync).Accepts<EvictWire>(true, "application/json")
            .Produces<TaskWire>().WithName("withdrawHandoff");
        handoffs.MapGet("/handoffs", ListAsync).Produces<PageWire<HandoffWire>>().WithName("listHandoffs");
        handoffs.MapGet("/handoffs/opportunities", OpportunitiesAsync).Produces<OpportunityListWire>()
            .WithName("listOpportunities");
    }

    private static async Task<IResult> HandOffAsync(
        string id, HttpRequest request, ILongshoreClient client, CancellationToken ct)
    {
        var body = await Body.ReadAsync<NewHandoffWire>(request, ct);
        return Answer.Json(HandoffWire.Of(await client.HandOffAsync(body.ToHandoff(PathValue.Id(id)), ct)));
    }

    private static async Task<IResult> WithdrawAsync(
        string id, HttpRequest request, ILongshoreClient client, CancellationToken ct)
    {
        var body = await Body.ReadOrEmptyAsync<EvictWire>(request, ct);
        return Answer.Json(TaskWire.Of(await client.WithdrawHandoffAsync(
            PathValue.Id(id), body.Actor ?? AssignmentsApi.Nameless, body.Reason, ct)));
    }

    private static async Task<IResult> ListAsync(HttpRequest request, ILongshoreClient client, CancellationToken ct)
    {
        var query = new QueryString(request, "task", "namespace", "status", "after", "limit");
        var page = await client.ListHandoffsAsync(
            new HandoffQuery
            {
                TaskId = query.Long("task"),
                Namespace = query.Text("namespace"),
                Status = query.Word<HandoffStatus>("status"),
                After = query.Text("after"),
                Limit = query.Int("limit") ?? 50,
            },
            ct);
        return Answer.Json(new PageWire<HandoffWire>([.. page.Items.Select(HandoffWire.Of)], page.Next));
    }

    private static async Task<IResult> OpportunitiesAsync(
        HttpRequest request, ILongshoreClient client, CancellationToken ct)
    {
        var query = new QueryString(request, "agent", "namespace", "limit");
        var found = await client.ListOpportunitiesAsync(
            query.Text("agent"), query.Text("namespace"), query.Int("limit") ?? 50, ct);
        return Answer.Json(new OpportunityListWire([.. found.Select(OpportunityWire.Of)]));
    }
}
