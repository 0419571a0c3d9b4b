using Longshore.Client;
using Longshore.Client.Wire;
using Longshore.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Longshore.Server.Http;

/// <summary>Schedules.</summary>
internal static class SchedulesApi
{
    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/schedules", ListAsync).WithTags("schedules")
            .Produces<PageWire<ScheduleStatusWire>>().WithName("listSchedules");
        var one = api.MapGroup("/namespaces/{namespace}/schedules/{name}").WithTags("schedules");
        one.MapGet("", GetAsync).Produces<ScheduleStatusWire>().WithName("getSchedule");
        one.MapPut("", PutAsync).Accepts<ScheduleWire>("application/json")
            .Produces<ScheduleStatusWire>().WithName("putSchedule");
        one.MapDelete("", RemoveAsync).Produces(StatusCodes.Status204NoContent).WithName("removeSchedule");
        one.MapPost("/pause", PauseAsync).Produces<ScheduleStatusWire>().WithName("pauseSchedule");
        one.MapPost("/resume", ResumeAsync).Produces<ScheduleStatusWire>().WithName("resumeSchedule");
        one.MapPost("/trigger", TriggerAsync).Produces<TriggeredWire>().WithName("triggerSchedule");
        one.MapGet("/ticks", TicksAsync).Produces<TickListWire>().WithName("nextTicks");
    }

    private static async Task<IResult> ListAsync(HttpRequest request, ILongshoreClient client, CancellationToken ct)
    {
        var query = new QueryString(request, "namespace", "after", "limit");
        var asked = new ScheduleQuery();
        var page = await client.ListSchedulesAsync(
            asked with
            {
                Namespace = query.Text("namespace"),
                After = query.Text("after"),
                Limit = query.Int("limit") ?? asked.Limit,
            },
            ct);
        return Answer.Json(
            new PageWire<ScheduleStatusWire>([.. page.Items.Select(ScheduleStatusWire.Of)], page.Next));
    }

    private static async Task<IResult> GetAsync(
        string @namespace, string name, ILongshoreClient client, CancellationToken ct) =>
        Answer.Json(ScheduleStatusWire.Of(await client.GetScheduleAsync(@namespace, name, ct)));

    private static async Task<IResult> PutAsync(
        string @namespace, string name, HttpRequest request, ILongshoreClient client, CancellationToken ct)
    {
        var body = await Body.ReadAsync<ScheduleWire>(request, ct);
        Demand(body.Name, name, "name");
        Demand(body.Namespace, @namespace, "namespace");
        var schedule = (body with { Name = name, Namespace = @namespace }).ToSchedule();
        return Answer.Json(ScheduleStatusWire.Of(await client.PutScheduleAsync(schedule, body.Version, ct)));
    }

    private static async Task<IResult> RemoveAsync(
        string @namespace, string name, ILongshoreClient client, CancellationToken ct)
    {
        await client.RemoveScheduleAsync(@namespace, name, ct);
        return Results.NoContent();
    }

    private static async Task<IResult> PauseAsync(
        string @namespace, string name, ILongshoreClient client, CancellationToken ct) =>
        Answer.Json(ScheduleStatusWire.Of(await client.PauseScheduleAsync(@namespace, name, true, ct)));

    private static async Task<IResult> ResumeAsync(
        string @namespace, string name, ILongshoreClient client, CancellationToken ct) =>
        Answer.Json(ScheduleStatusWire.Of(await client.PauseScheduleAsync(@namespace, name, false, ct)));

    private static async Task<IResult> TriggerAsync(
        string @namespace, string name, ILongshoreClient client, CancellationToken ct) =>
        Answer.Json(new TriggeredWire(await client.TriggerScheduleAsync(@namespace, name, ct)));

    private static async Task<IResult> TicksAsync(
        string @namespace, string name, HttpRequest request, ILongshoreClient client, CancellationToken ct)
    {
        var count = new QueryString(request, "count").Int("count") ?? 10;
        return Answer.Json(new TickListWire(await client.NextTicksAsync(@namespace, name, count, ct)));
    }

    private static void Demand(string? said, string meant, string field)
    {
        if (said is not null && said != meant)
        {
            throw LongshoreException.Invalid(field, $"is '{said}', and '{meant}' in the path; leave it out");
        }
    }
}
