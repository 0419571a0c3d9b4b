using System.Text;
using Longshore.Client;
using Longshore.Events;

namespace Longshore.Server.Tests.Cli;

/// <summary><c>longshore nodes</c> and <c>longshore mode</c> against a real server.</summary>
public sealed class NodesTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_server_is_listed_among_the_nodes()
    {
        await using var server = await TestServer.StartAsync();
        await server.UntilItLeadsAsync();
        var listed = (await CliRun.OfAsync(server.Http.BaseAddress!, "nodes", "--json")).Succeeded().Json;
        ((string)listed["nodes"]![0]!["name"]!).ShouldBe(server.Engine.NodeName);
        (await CliRun.OfAsync(server.Http.BaseAddress!, "nodes")).Succeeded().Output.ShouldContain("hybrid");
        var local = await server.Local.ListNodesAsync(Ct);
        var remote = await new HttpLongshoreClient(server.Http).ListNodesAsync(Ct);
        remote.Single().Session.ShouldBe(local.Single().Session);
        remote.Single().StartedUs.ShouldBe(local.Single().StartedUs);
    }

    [Fact]
    public async Task The_mode_is_shown_and_switched_while_the_server_runs()
    {
        await using var server = await TestServer.StartAsync();
        (await CliRun.OfAsync(server.Http.BaseAddress!, "mode")).Succeeded().Output.Trim().ShouldBe("hybrid");
        foreach (var mode in Enum.GetValues<NodeMode>().Reverse())
        {
            (await CliRun.OfAsync(server.Http.BaseAddress!, "mode", mode.ToWire())).Succeeded();
            server.Engine.Mode.ShouldBe(mode);
            (await new HttpLongshoreClient(server.Http).GetModeAsync(Ct)).ShouldBe(mode);
        }
    }

    [Fact]
    public async Task An_unknown_mode_is_refused_with_the_known_ones()
    {
        await using var server = await TestServer.StartAsync();
        using var body = new StringContent("{\"mode\": \"Hybrid\"}", Encoding.UTF8, "application/json");
        var answer = await server.Http.PutAsync("api/v1/mode", body, Ct);
        ((int)answer.StatusCode).ShouldBe(400);
        (await answer.Content.ReadAsStringAsync(Ct)).ShouldContain("event_driven_only, hybrid, polling_only");
        (await CliRun.OfAsync(server.Http.BaseAddress!, "mode", "polling")).ExitCode.ShouldBe(2);
    }
}
