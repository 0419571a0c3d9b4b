using Longshore.Assignments;
using Longshore.Client;
using Longshore.Client.Wire;
using Longshore.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Longshore.Server.Http;

/// <summary>Who has which task: accepting and rejecting, and what an administrator gives and takes.</summary>
internal static class AssignmentsApi
{
    /// <summary>Who an administrator is, when the call does not say.</summary>
    public const string Nameless = "api";

    public static void Map(RouteGroupBuilder api)
    {
        var work = api.MapGroup("").WithTags("assignments");
        work.MapPost("/tasks/{id}/accept", AcceptAsync).Accepts<AcceptWire>("application/json")
            .Produces<RenewedWire>().WithName("acceptOffer");
        work.MapPost("/tasks/{id}/reject", RejectAsync).Accepts<RejectWire>("application/json")
            .Produces<FinishedWire>().WithName("rejectTask");
        work.MapPost("/tasks/{id}/assign", AssignAsync).Accepts<AssignWire>("application/json")
            .Produces<GrantWire>().WithName("assignTask");
        work.MapPost("/tasks/{id}/evict", EvictAsync).Accepts<EvictWire>(true, "application/json")
            .Produces<TaskWire>().WithName("evictTask");
        work.MapGet("/tasks/{id}/worked", WorkedAsync).Produces<WorkedWire>().WithName("hasWorked");
        work.MapGet("/assignments", FindAsync).Produces<PageWire<AssignmentWire>>().WithName("findAssignments");
    }

    private static async Task<IResult> AcceptAsync(
        string id, HttpRequest request, ILongshoreClient client, CancellationToken ct)
    {
        var body = await Body.ReadAsync<AcceptWire>(request, ct);
        var lease = Words.SecondsOrNull(body.LeaseSeconds, "lease_seconds");
        var until = await client.AcceptAsync(PathValue.Id(id), body.Epoch, lease, body.Later ?? false, ct);
        return Answer.Json(new RenewedWire(until));
    }

    private static async Task<IResult> RejectAsync(
        string id, HttpRequest request, ILongshoreClient client, CancellationToken ct)
    {
        var body = await Body.ReadAsync<RejectWire>(request, ct);
        var finish = new Finish
        {
            TaskId = PathValue.Id(id),
            Epoch = body.Epoch,
            Kind = FinishKind.Reject,
            Reason = Words.Parse<RejectReason>(body.Reason, "reason"),
            Error = body.Text,
            Key = body.Key,
        };
        return Answer.Json(FinishedWire.Of(await client.FinishAsync(finish, ct)));
    }

    private static async Task<IResult> AssignAsync(
        string id, HttpRequest request, ILongshoreClient client, CancellationToken ct)
    {
        var body = await Body.ReadAsync<AssignWire>(request, ct);
        var grant = await client.AssignAsync(
            PathValue.Id(id), body.Agent, body.Actor ?? Nameless, body.Reason, body.Replace ?? false, ct);
        return Answer.Json(GrantWire.Of(grant));
    }

    private static async Task<IResult> EvictAsync(
        string id, HttpRequest request, ILongshoreClient client, CancellationToken ct)
    {
        var body = await Body.ReadOrEmptyAsync<EvictWire>(request, ct);
        var task = await client.EvictAsync(PathValue.Id(id), body.Actor ?? Nameless, body.Reason, ct);
        return Answer.Json(TaskWire.Of(task));
    }

    private static async Task<IResult> WorkedAsync(
        string id, HttpRequest request, ILongshoreClient client, CancellationToken ct)
    {
        var query = new QueryString(request, "agent", "step");
        var agent = query.Text("agent") ?? throw LongshoreException.Invalid("agent", "is required");
        return Answer.Json(new WorkedWire(
            await client.HasWorkedAsync(agent, PathValue.Id(id), query.List("step"), ct)));
    }

    private static async Task<IResult> FindAsync(HttpRequest request, ILongshoreClient client, CancellationToken ct)
    {
        var query = new QueryString(request, "agent", "task", "status", "after", "limit");
        var page = await client.FindAssignmentsAsync(
            new AssignmentQuery
            {
                Agent = query.Text("agent"),
                TaskId = query.Long("task"),
                Statuses = [.. query.Split("status").Select(s => Words.Parse<AssignmentStatus>(s, "status"))],
                After = query.Text("after"),
                Limit = query.Int("limit") ?? 50,
            },
            ct);
        return Answer.Json(new PageWire<AssignmentWire>([.. page.Items.Select(AssignmentWire.Of)], page.Next));
    }
}
