using Longshore.Agents;
using Longshore.Capabilities;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Server.Tests.Cli;

/// <summary>The commands about how well agents work, against a real server.</summary>
public sealed class ReputationCommandsTests : CommandTests
{
    protected override async Task PrepareAsync()
    {
        await Server.Local.RegisterAsync(
            new AgentRegistration { Name = "painter", Capabilities = [new Capability("ink"), new Capability("oil")] },
            Ct);
        var task = new NewTask { Kind = "draw", Code = "sign", Requires = [new Requirement("ink")] };
        await Server.Local.SubmitAsync([task], Ct);
        var grant = (await Server.Local.ClaimAsync(new ClaimRequest { Agent = "painter" }, ct: Ct))[0];
        await Server.Local.FinishAsync(
            new Finish { TaskId = grant.TaskId, Epoch = grant.Epoch, Kind = FinishKind.Complete }, Ct);
    }

    [Fact]
    public async Task Agent_is_shown_with_its_record_in_all_and_by_capability()
    {
        var lines = (await RunAsync("agents", "show", "painter")).Output.Split('\n');
        Columns("completed").ShouldBe(["completed", "1"]);
        Columns("all").ShouldBe(["all", "0.579", "1.0", "0.0"]);
        Columns("ink").ShouldBe(["ink", "0.623", "1.0", "0.0"]);
        Columns("oil").ShouldBe(["oil", "0.551", "0.0", "0.0"]);
        var record = (await RunAsync("agents", "show", "painter", "--json")).Json["record"]!;
        record["overall"]!["good"]!.GetValue<double>().ShouldBe(1);
        record["capabilities"]!["ink"]!["score"]!.GetValue<double>().ShouldBe(0.623, 0.001);
        (await FailAsync("agents", "show", "nobody")).ShouldContain("'nobody'");

        string[] Columns(string name) => lines.Single(line => line.StartsWith(name + " ", StringComparison.Ordinal))
            .Split(' ', StringSplitOptions.RemoveEmptyEntries);
    }

    [Fact]
    public async Task Result_is_reviewed_and_agent_rated()
    {
        (await RunAsync("reviews", "--waiting", "--for", "ann")).Output.ShouldContain("t-1   1      draw  painter");
        (await RunAsync("task", "review", "sign", "--wrong", "--reviewer", "ann")).Output
            .ShouldBe("painter: 0.383 of 1 trials\n");
        (await FailAsync("task", "review", "sign", "--right", "--reviewer", "ann")).ShouldContain("before");
        (await RunAsync("task", "review", "sign", "--score", "0.5", "--reviewer", "ben", "--comment", "half")).Output
            .ShouldContain("of 2 trials");
        (await RunAsync("reviews", "--done", "--agent", "painter")).Output.ShouldContain("ann 0; ben 0.5 (half)");
        (await RunAsync("reviews", "--for", "ann", "--json")).Json["items"]!.AsArray().ShouldBeEmpty();
        (await FailAsync("reviews", "--for", "ann", "--done", "--waiting")).ShouldContain("not both");
        (await FailAsync("task", "review", "sign", "--right", "--reviewer", "painter")).ShouldContain("same principal");
        (await FailAsync("task", "review", "sign", "--reviewer", "cyd")).ShouldContain("--score");
        var rated = await RunAsync(
            "agents", "rate", "painter", "--score", "0.75", "--weight", "8", "--capability", "oil", "--json");
        rated.Json["record"]!["capabilities"]!["oil"]!["good"]!.GetValue<double>().ShouldBe(6);
        (await FailAsync("agents", "rate", "painter", "--right", "--capability", "wax")).ShouldContain("ink, oil");
    }
}
