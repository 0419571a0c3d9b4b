using System.Text.Json.Nodes;

namespace Longshore.Server.Tests.Cli;

/// <summary><c>longshore doctor</c> and the verbose <c>/readyz</c> against a real server.</summary>
public sealed class DoctorTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_server_at_work_is_well_and_the_exit_code_says_so()
    {
        await using var server = await TestServer.StartAsync();
        await server.UntilItLeadsAsync();
        var said = (await CliRun.OfAsync(server.Http.BaseAddress!, "doctor")).Succeeded().Output;
        said.ShouldContain("schema_version");
        said.ShouldContain("write_ahead_log");
        var report = (await CliRun.OfAsync(server.Http.BaseAddress!, "doctor", "--json")).Succeeded().Json;
        ((string)report["level"]!).ShouldBe("ok");
        report["findings"]!.AsArray().Select(f => (string)f!["name"]!).ShouldContain("leadership");
    }

    [Fact]
    public async Task A_problem_is_told_with_advice_and_exit_code_1()
    {
        await using var server = await TestServer.StartAsync();
        await server.UntilItLeadsAsync();
        await server.Engine.StopAsync(Ct);
        var run = await CliRun.OfAsync(server.Http.BaseAddress!, "doctor");
        run.ExitCode.ShouldBe(1);
        run.Errors.ShouldBeEmpty();
        run.Output.ShouldContain("problem: leadership: deferred and lost tasks stay where they are");
        var json = await CliRun.OfAsync(server.Http.BaseAddress!, "doctor", "--json");
        json.ExitCode.ShouldBe(1);
        ((string)json.Json["level"]!).ShouldBe("problem");
    }

    [Fact]
    public async Task Readiness_shows_the_findings_on_request()
    {
        await using var server = await TestServer.StartAsync();
        (await server.Http.GetStringAsync("readyz", Ct)).ShouldBe("ready");
        var report = JsonNode.Parse(await server.Http.GetStringAsync("readyz?verbose=true", Ct))!;
        report["findings"]!.AsArray().Select(f => (string)f!["name"]!).ShouldContain("integrity");
    }

    [Fact]
    public async Task The_same_findings_come_by_http_as_in_process()
    {
        await using var server = await TestServer.StartAsync();
        var local = await server.Local.CheckHealthAsync(Ct);
        (await new Longshore.Client.HttpLongshoreClient(server.Http).CheckHealthAsync(Ct)).ShouldBe(local);
    }
}
