using System.Text.Json.Nodes;

namespace Longshore.Server.Tests.Cli;

/// <summary>Plans on the command line, against a real server.</summary>
public sealed class PlanCommandsTests : CommandTests
{
    protected override async Task PrepareAsync()
    {
        foreach (var (name, capabilities) in new[] { ("general", (string[])["ink", "glue"]), ("special", ["ink"]) })
        {
            await Server.Local.RegisterAsync(
                new Agents.AgentRegistration
                {
                    Name = name,
                    Capabilities = [.. capabilities.Select(c => new Capabilities.Capability(c))],
                },
                Ct);
        }
    }

    [Fact]
    public async Task A_plan_is_shown_compared_kept_in_a_file_and_applied_once()
    {
        await RunAsync("submit", "draw", "--code", "sign", "--requires", "ink");
        await RunAsync("submit", "bind", "--code", "book", "--requires", "glue");
        await RunAsync("submit", "weld", "--code", "gate", "--requires", "torch");

        var text = (await RunAsync("assign", "plan", "--prices")).Output;
        text.ShouldStartWith("2 of 3 tasks for 2 agents, 3 pairs: total 1.700, proven best\n");
        text.ShouldContain("nobody_can");
        text.ShouldContain("lacks_capability 2");
        text.ShouldContain("ONE MORE AGENT WITH");
        var compared = (await RunAsync("assign", "compare")).Output;
        compared.ShouldContain("greedy loses 50.0 %; 2 tasks differ");
        compared.ShouldContain("0 (proven best)");
        var both = (await RunAsync("assign", "compare", "--json")).Json;
        ((double)both["loss"]!).ShouldBe(0.5);
        (await RunAsync("assign", "plan", "--code", "book", "--method", "greedy")).Output
            .ShouldStartWith("1 of 1 tasks");

        var plan = (await RunAsync("assign", "plan", "--json")).Output;
        JsonNode.Parse(plan)!["assignments"]!.AsArray().Select(a => (string)a!["agent"]!)
            .ShouldBe(["special", "general"]);
        var applied = await CliRun.OfAsync(Address, plan, ["assign", "apply", "--plan", "-"]);
        applied.Succeeded().Output.ShouldStartWith("2 of 2 offered\n");
        var again = await CliRun.OfAsync(Address, plan, ["assign", "apply", "--plan", "-", "--json"]);
        again.Succeeded().Json["items"]!.AsArray().Select(i => (string)i!["status"]!)
            .ShouldBe(["repeated", "repeated"]);
        ((int)again.Json["offered"]!).ShouldBe(0);
    }

    [Fact]
    public async Task Applying_without_a_plan_plans_first()
    {
        (await RunAsync("assign", "apply")).Output.ShouldBe("0 of 0 offered\n");
        await RunAsync("submit", "draw", "--code", "sign", "--requires", "ink");
        (await RunAsync("assign", "apply", "--method", "greedy", "--actor", "ann")).Output
            .ShouldStartWith("1 of 1 offered\n");
        (await RunAsync("task", "show", "sign")).Output.ShouldContain("assigned");
    }

    [Fact]
    public async Task Recommendations_are_a_line_each()
    {
        await RunAsync("submit", "bind", "--code", "book", "--requires", "glue");
        (await RunAsync("recommend", "general", "--limit", "5")).Output
            .ShouldBe("book: best_match (confidence: 0.9)\n");
        ((string)(await RunAsync("recommend", "general", "--json")).Json["recommendations"]![0]!["code"]!)
            .ShouldBe("book");
        (await FailAsync(1, "recommend", "ghost")).ShouldContain("there is no agent 'ghost'");
    }

    [Fact]
    public async Task Bad_requests_are_one_line()
    {
        (await FailAsync(1, "assign", "plan", "--limit", "0")).ShouldContain("limit: must be from 1 to 10000, not 0");
        (await FailAsync(1, "assign", "plan", "--code", "ghost")).ShouldContain("there is no task with code 'ghost'");
        var broken = await CliRun.OfAsync(Address, """{"assignments":1}""", ["assign", "apply", "--plan", "-"]);
        broken.FailedWith(1).ShouldContain("assignments");
        (await FailAsync(2, "assign", "plan", "--method", "magic")).ShouldContain("magic");
    }

    private async Task<string> FailAsync(int code, params string[] arguments) =>
        (await CliRun.OfAsync(Address, arguments)).FailedWith(code);
}
