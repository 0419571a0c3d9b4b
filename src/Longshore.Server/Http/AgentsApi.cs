using Longshore.Agents;
using Longshore.Client;
using Longshore.Client.Wire;
using Longshore.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Longshore.Server.Http;

/// <summary>Registering, seeing and signing off agents.</summary>
internal static class AgentsApi
{
    public static void Map(RouteGroupBuilder api)
    {
        var agents = api.MapGroup("/agents").WithTags("agents");
        agents.MapPost("", RegisterAsync).Accepts<NewAgentWire>("application/json")
            .Produces<AgentWire>().WithName("registerAgent");
        agents.MapGet("", ListAsync).Produces<PageWire<AgentWire>>().WithName("listAgents");
        agents.MapGet("/{name}", GetAsync).Produces<AgentWire>().WithName("getAgent");
        agents.MapPost("/{name}/heartbeat", HeartbeatAsync)
            .Produces(StatusCodes.Status204NoContent).WithName("heartbeat");
        agents.MapPost("/{name}/mode", SetModeAsync).Accepts<ModeWire>("application/json")
            .Produces<AgentWire>().WithName("setAgentMode");
        agents.MapPut("/{name}/availability", SetAvailabilityAsync).Accepts<AvailabilityWire>("application/json")
            .Produces<AgentWire>().WithName("setAvailability");
        agents.MapPut("/{name}/authorisation", AuthoriseAsync).Accepts<AuthorisationWire>("application/json")
            .Produces<AgentWire>().WithName("authoriseAgent");
        agents.MapDelete("/{name}", DeregisterAsync)
            .Produces(StatusCodes.Status204NoContent).WithName("deregisterAgent");
    }

    private static async Task<IResult> RegisterAsync(HttpRequest request, ILongshoreClient client, CancellationToken ct)
    {
        var body = await Body.ReadAsync<NewAgentWire>(request, ct);
        return Answer.Json(AgentWire.Of(await client.RegisterAsync(body.ToRegistration(), ct)));
    }

    private static async Task<IResult> ListAsync(HttpRequest request, ILongshoreClient client, CancellationToken ct)
    {
        var query = new QueryString(
            request, "status", "capability", "has_capacity", "min_reputation", "specialization", "after", "limit");
        var page = await client.ListAgentsAsync(
            new AgentQuery
            {
                Status = query.Word<AgentStatus>("status"),
                Capability = query.Text("capability"),
                HasCapacity = query.Flag("has_capacity"),
                MinReputation = query.Number("min_reputation"),
                Specialization = query.Text("specialization"),
                After = query.Text("after"),
                Limit = query.Int("limit") ?? 50,
            },
            ct);
        return Answer.Json(new PageWire<AgentWire>([.. page.Items.Select(AgentWire.Of)], page.Next));
    }

    private static async Task<IResult> GetAsync(string name, ILongshoreClient client, CancellationToken ct) =>
        Answer.Json(AgentWire.Of(await client.GetAgentAsync(name, ct)));

    private static async Task<IResult> HeartbeatAsync(string name, ILongshoreClient client, CancellationToken ct)
    {
        await client.HeartbeatAsync(name, ct);
        return Results.NoContent();
    }

    private static async Task<IResult> SetModeAsync(
        string name, HttpRequest request, ILongshoreClient client, CancellationToken ct)
    {
        var body = await Body.ReadAsync<ModeWire>(request, ct);
        await client.SetAgentModeAsync(name, Words.Parse<AgentMode>(body.Mode, "mode"), ct);
        return Answer.Json(AgentWire.Of(await client.GetAgentAsync(name, ct)));
    }

    private static async Task<IResult> SetAvailabilityAsync(
        string name, HttpRequest request, ILongshoreClient client, CancellationToken ct)
    {
        var body = await Body.ReadAsync<AvailabilityWire>(request, ct);
        return Answer.Json(AgentWire.Of(await client.SetAvailabilityAsync(name, body.Unavailable, ct)));
    }

    private static async Task<IResult> AuthoriseAsync(
        string name, HttpRequest request, ILongshoreClient client, CancellationToken ct)
    {
        var body = await Body.ReadAsync<AuthorisationWire>(request, ct);
        return Answer.Json(AgentWire.Of(await client.AuthoriseAsync(name, body.Capabilities, ct)));
    }

    private static async Task<IResult> DeregisterAsync(string name, ILongshoreClient client, CancellationToken ct)
    {
        await client.DeregisterAsync(name, ct);
        return Results.NoContent();
    }
}
