using Longshore.Client;
using Longshore.Client.Wire;
using Longshore.Help;
using Longshore.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Longshore.Server.Http;

/// <summary>Asking for help, and giving it.</summary>
internal static class HelpApi
{
    public static void Map(RouteGroupBuilder api)
    {
        var help = api.MapGroup("").WithTags("help");
        help.MapPost("/tasks/{id}/help", AskAsync).Accepts<NewHelpWire>("application/json")
            .Produces<HelpWire>().WithName("askForHelp");
        help.MapGet("/help", ListAsync).Produces<PageWire<HelpWire>>().WithName("listHelp");
        help.MapGet("/help/{id}", GetAsync).Produces<HelpWire>().WithName("getHelp");
        help.MapGet("/help/{id}/helpers", HelpersAsync).Produces<HelpSuggestionListWire>().WithName("suggestHelpers");
        help.MapPost("/help/{id}/take", TakeAsync).Accepts<TakeHelpWire>("application/json")
            .Produces<HelpWire>().WithName("takeHelp");
        help.MapPost("/help/{id}/resolve", ResolveAsync).Accepts<ResolveHelpWire>("application/json")
            .Produces<HelpWire>().WithName("resolveHelp");
        help.MapPost("/help/{id}/cancel", CancelAsync).Accepts<CancelHelpWire>(true, "application/json")
            .Produces<HelpWire>().WithName("cancelHelp");
    }

    private static async Task<IResult> AskAsync(
        string id, HttpRequest request, ILongshoreClient client, CancellationToken ct)
    {
        var body = await Body.ReadAsync<NewHelpWire>(request, ct);
        return Said(await client.AskForHelpAsync(body.ToRequest(PathValue.Id(id)), ct));
    }

    private static async Task<IResult> ListAsync(
        HttpRequest request, ILongshoreClient client, CancellationToken ct)
    {
        var query = new QueryString(request, "task", "namespace", "agent", "type", "open", "after", "limit");
        var page = await client.ListHelpAsync(
            new HelpQuery
            {
                TaskId = query.Long("task"),
                Namespace = query.Text("namespace"),
                Agent = query.Text("agent"),
                Type = query.Word<HelpType>("type"),
                OpenOnly = query.Flag("open") ?? false,
                After = query.Text("after"),
                Limit = query.Int("limit") ?? 50,
            },
            ct);
        var now = TimeProvider.System.GetUtcNow();
        return Answer.Json(new PageWire<HelpWire>([.. page.Items.Select(r => HelpWire.Of(r, now))], page.Next));
    }

    private static async Task<IResult> GetAsync(
        string id, ILongshoreClient client, CancellationToken ct) =>
        Said(await client.GetHelpAsync(PathValue.Id(id), ct));

    private static async Task<IResult> HelpersAsync(string id, ILongshoreClient client, CancellationToken ct)
    {
        var found = await client.SuggestHelpersAsync(PathValue.Id(id), ct);
        return Answer.Json(new HelpSuggestionListWire([.. found.Select(HelpSuggestionWire.Of)]));
    }

    private static async Task<IResult> TakeAsync(
        string id, HttpRequest request, ILongshoreClient client, CancellationToken ct)
    {
        var body = await Body.ReadAsync<TakeHelpWire>(request, ct);
        return Said(await client.TakeHelpAsync(PathValue.Id(id), body.Agent, ct));
    }

    private static async Task<IResult> ResolveAsync(
        string id, HttpRequest request, ILongshoreClient client, CancellationToken ct)
    {
        var body = await Body.ReadAsync<ResolveHelpWire>(request, ct);
        return Said(await client.ResolveHelpAsync(PathValue.Id(id), body.By, body.Resolution, ct));
    }

    private static async Task<IResult> CancelAsync(
        string id, HttpRequest request, ILongshoreClient client, CancellationToken ct)
    {
        var body = await Body.ReadOrEmptyAsync<CancelHelpWire>(request, ct);
        return Said(
            await client.CancelHelpAsync(PathValue.Id(id), body.By ?? AssignmentsApi.Nameless, ct));
    }

    private static IResult Said(HelpRequest request) =>
        Answer.Json(HelpWire.Of(request, TimeProvider.System.GetUtcNow()));
}
