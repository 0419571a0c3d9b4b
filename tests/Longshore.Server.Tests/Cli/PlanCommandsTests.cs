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
    public async Task Sizes_are_given_as_options_and_in_a_file()
    {
        await RunAsync("submit", "draw", "--code", "sign", "--requires", "ink");
        await RunAsync("submit", "bind", "--code", "book", "--requires", "glue");
        await RunAsync("submit", "draw", "--code", "hall", "--requires", "ink");
        string[] options =
        [
            "--size", "draw=2.5", "--task-size", "hall=9", "--budget", "4", "--agent-budget", "general=6",
            "--speed", "general=2",
        ];

        var text = (await RunAsync(["assign", "plan", .. options])).Output;
        text.ShouldStartWith("2 of 3 tasks for 2 agents");
        text.ShouldContain("proven best");
        text.ShouldMatch(@"sign +special +2\.5 +0\.850");
        text.ShouldMatch(@"book +general +0\.5 +0\.850");
        text.ShouldMatch(@"AGENT +UNITS +OF +TASKS +OF");
        text.ShouldMatch(@"special +2\.5 +4 +1 +1");
        (await RunAsync(["assign", "compare", .. options])).Output.ShouldContain("greedy loses");

        var file = """{"kinds":{"draw":2},"budget":1,"by_effort":true}""";
        var plan = await CliRun.OfAsync(
            Address, file, ["assign", "plan", "--sizes", "-", "--budget", "3", "--size", "bind=4", "--json"]);
        var json = plan.Succeeded().Json;
        json["assignments"]!.AsArray().Select(a => ((string)a!["agent"]!, (double)a["units"]!))
            .ShouldBe([("special", 2.0), ("general", 2.0)], ignoreOrder: true);
        json["unassigned"]!.AsArray().Select(u => ((string)u!["code"]!, (string)u["reason"]!))
            .ShouldBe([("book", "too_large")]);
        json["units"]!.AsArray().Select(u => ((double)u!["used"]!, (double)u["budget"]!))
            .ShouldBe([(2.0, 3.0), (2.0, 3.0)]);
        (await RunAsync(["assign", "apply", .. options])).Output.ShouldStartWith("2 of 2 offered\n");
    }

    [Fact]
    public async Task Sizes_that_are_none_are_one_line()
    {
        await RunAsync("submit", "draw", "--code", "sign", "--requires", "ink");
        (await FailAsync(1, "assign", "plan", "--size", "draw")).ShouldContain("'draw' is not KIND=UNITS");
        (await FailAsync(1, "assign", "plan", "--size", "draw=1", "--size", "draw=2"))
            .ShouldContain("'draw' is given twice");
        (await FailAsync(1, "assign", "plan", "--size", "draw=-1")).ShouldContain("must be from 0 to 1000000, not -1");
        (await FailAsync(1, "assign", "plan", "--size", "drew=1")).ShouldContain("there is no task of kind 'drew'");
        (await FailAsync(1, "assign", "plan", "--task-size", "sing=1")).ShouldContain("there is no task with code");
        (await FailAsync(1, "assign", "plan", "--agent-budget", "ghost=1")).ShouldContain("there is no agent 'ghost'");
        (await FailAsync(1, "assign", "plan", "--speed", "general=0")).ShouldContain("must be from 0.01 to 100, not 0");
        (await FailAsync(1, "assign", "plan", "--budget", "1", "--prices")).ShouldContain("prices: are not known");
        (await FailAsync(1, "assign", "plan", "--budget", "1", "--method", "candidates")).ShouldContain("method:");
        (await FailAsync(2, "assign", "plan", "--budget", "much")).ShouldContain("much");
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
