using Longshore.Client;
using Longshore.Client.Wire;
using Longshore.Engine;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Longshore.Server.Http;

/// <summary>What operators decide: the rules of namespaces, and breakers; and who is there.</summary>
internal static class RulesApi
{
    public static void Map(RouteGroupBuilder api)
    {
        var namespaces = api.MapGroup("/namespaces/{namespace}").WithTags("namespaces");
        namespaces.MapGet("/rules", GetAsync).Produces<RulesWire>().WithName("getRules");
        namespaces.MapPut("/rules", SetAsync).Accepts<RulesWire>("application/json")
            .Produces<RulesWire>().WithName("setRules");
        namespaces.MapPost("/pause", PauseAsync).Produces<RulesWire>().WithName("pause");
        namespaces.MapPost("/resume", ResumeAsync).Produces<RulesWire>().WithName("resume");
        namespaces.MapPost("/alerts/test", TestWebhookAsync).Produces<TriggeredWire>()
            .WithName("testWebhook");
        namespaces.MapGet("/limits", LimitsAsync).Produces<LimitListWire>().WithName("listLimits");
        namespaces.MapGet("/presence", PresenceAsync).Produces<PresenceListWire>().WithName("presence");
        var breakers = api.MapGroup("/breakers").WithTags("breakers");
        breakers.MapGet("", BreakersAsync).Produces<BreakerListWire>().WithName("listBreakers");
        breakers.MapPost("/reset", ResetAsync).Accepts<ResetBreakerWire>("application/json")
            .Produces(StatusCodes.Status204NoContent).WithName("resetBreaker");
    }

    private static async Task<IResult> GetAsync(string @namespace, ILongshoreClient client, CancellationToken ct) =>
        Answer.Json(RulesWire.Of(await client.GetRulesAsync(@namespace, ct)));

    private static async Task<IResult> SetAsync(
        string @namespace, HttpRequest request, ILongshoreClient client, CancellationToken ct)
    {
        var body = await Body.ReadAsync<RulesWire>(request, ct);
        return Answer.Json(RulesWire.Of(await client.SetRulesAsync(@namespace, body.ToRules(), body.Version, ct)));
    }

    private static async Task<IResult> PauseAsync(
        string @namespace, HttpRequest request, ILongshoreClient client, CancellationToken ct) =>
        Answer.Json(RulesWire.Of(await client.PauseAsync(@namespace, KindOf(request), ct)));

    private static async Task<IResult> ResumeAsync(
        string @namespace, HttpRequest request, ILongshoreClient client, CancellationToken ct) =>
        Answer.Json(RulesWire.Of(await client.ResumeAsync(@namespace, KindOf(request), ct)));

    private static async Task<IResult> TestWebhookAsync(
        string @namespace, HttpRequest request, ILongshoreClient client, CancellationToken ct)
    {
        var webhook = new QueryString(request, "webhook").Text("webhook")
            ?? throw LongshoreException.Invalid("webhook", "is required");
        return Answer.Json(new TriggeredWire(await client.TestWebhookAsync(@namespace, webhook, ct)));
    }

    private static async Task<IResult> LimitsAsync(
        string @namespace, ILongshoreClient client, LongshoreEngine engine, CancellationToken ct)
    {
        var limits = await client.ListLimitsAsync(@namespace, ct);
        return Answer.Json(new LimitListWire([.. limits.Select(one => LimitStatusWire.Of(one, engine.Time.Now))]));
    }

    private static string? KindOf(HttpRequest request) => new QueryString(request, "kind").Text("kind");

    private static async Task<IResult> PresenceAsync(
        string @namespace, HttpRequest request, ILongshoreClient client, CancellationToken ct)
    {
        var within = new QueryString(request, "within_seconds").Number("within_seconds");
        var there = await client.PresenceAsync(@namespace, Words.SecondsOrNull(within, "within_seconds"), ct);
        return Answer.Json(new PresenceListWire([.. there.Select(PresenceWire.Of)]));
    }

    private static async Task<IResult> BreakersAsync(
        HttpRequest request, ILongshoreClient client, LongshoreEngine engine, CancellationToken ct)
    {
        var query = new QueryString(request, "agent", "open");
        var breakers = await client.ListBreakersAsync(query.Text("agent"), query.Flag("open") ?? false, ct);
        return Answer.Json(new BreakerListWire([.. breakers.Select(b => BreakerWire.Of(b, engine.Time.Now))]));
    }

    private static async Task<IResult> ResetAsync(HttpRequest request, ILongshoreClient client, CancellationToken ct)
    {
        var body = await Body.ReadAsync<ResetBreakerWire>(request, ct);
        await client.ResetBreakerAsync(body.ToKey(), body.Actor ?? AssignmentsApi.Nameless, body.Reason, ct);
        return Results.NoContent();
    }
}
