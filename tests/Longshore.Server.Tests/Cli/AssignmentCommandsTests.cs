namespace Longshore.Server.Tests.Cli;

/// <summary>The commands that decide who has what, against a real server.</summary>
public sealed class AssignmentCommandsTests : CommandTests
{
    protected override async Task PrepareAsync()
    {
        foreach (var name in (string[])["painter", "printer"])
        {
            var agent = new Agents.AgentRegistration
            {
                Name = name,
                Capabilities = [new Capabilities.Capability("ink")],
                MaxConcurrent = 3,
            };
            await Server.Local.RegisterAsync(agent, Ct);
        }
    }

    [Fact]
    public async Task Task_is_assigned_offered_accepted_evicted_and_rejected()
    {
        await RunAsync("submit", "draw", "--code", "sign", "--group", "shop", "--step", "sketch", "--match", "strict");
        (await RunAsync("task", "assign", "sign", "painter", "--actor", "ann")).Output
            .ShouldStartWith("sign offered to painter until ");
        (await RunAsync("offers", "painter")).Output.ShouldContain("sketch");
        var offered = (await RunAsync("offers", "painter", "--wait", "1", "--json")).Json["claims"]![0]!;
        ((string)offered["task"]!["match"]!).ShouldBe("strict");
        (await RunAsync("offers", "painter", "--follow", "--limit", "1", "--json")).Json["claims"]!.AsArray().Count
            .ShouldBe(1);
        (await FailAsync("offers", "painter", "--follow", "--wait", "1")).ShouldContain("--wait");
        (await RunAsync("task", "accept", "sign", "--lease", "60")).Output.ShouldStartWith("sign accepted");
        (await RunAsync("offers", "painter", "--json")).Json["claims"]!.AsArray().ShouldBeEmpty();
        (await RunAsync("assignments", "--agent", "painter", "--status", "in_progress")).Output
            .ShouldContain("painter");

        (await RunAsync("task", "assign", "sign", "printer", "--replace", "--reason", "painter is ill", "--json"))
            .Json["task"]!["agent"]!.GetValue<string>().ShouldBe("printer");
        (await RunAsync("task", "reject", "sign", "--reason", "other", "--text", "no stand")).Output
            .ShouldBe("sign rejected\n");
        var records = (await RunAsync("assignments", "--task", "1", "--json")).Json["items"]!.AsArray();
        records.Select(r => (string)r!["status"]!).ShouldBe(["reassigned", "rejected"]);
        (await RunAsync("assignments", "--task", "1")).Output.ShouldContain("other: no stand");
        (await RunAsync("assignments", "--limit", "1")).Output.ShouldContain("--after");
        (await FailAsync("task", "evict", "sign")).ShouldContain("the task is created, in which evict is refused");
        (await FailAsync("task", "assign", "sign", "printer")).ShouldContain("it rejected it, which is for good");
        (await FailAsync("task", "reject", "sign", "--reason", "other")).ShouldContain("text: is required");
        (await RunAsync("task", "show", "sign")).Output.ShouldContain("sketch");
    }

    [Fact]
    public async Task Rules_are_shown_changed_in_part_and_replaced_from_a_file()
    {
        (await RunAsync("rules", "show", "default")).Output.ShouldContain("pool");
        var changed = (await RunAsync(
            "rules", "set", "default", "--mode", "manual", "--offer-timeout", "120", "--max-pending", "1",
            "--strategy", "round_robin", "--json")).Json;
        ((string)changed["mode"]!).ShouldBe("manual");
        ((double)changed["offer_timeout_seconds"]!).ShouldBe(120);
        await RunAsync("rules", "set", "default", "--order", "priority_fifo");
        var shown = (await RunAsync("rules", "show", "default", "--json")).Json;
        ((string)shown["strategy"]!).ShouldBe("round_robin", "what is not named stays");
        ((string)shown["order"]!).ShouldBe("priority_fifo");
        ((long)shown["version"]!).ShouldBe(2);
        await RunAsync("submit", "draw");
        (await FailAsync("submit", "draw")).ShouldContain("as many tasks wait");

        await RunAsync("rules", "set", "default", "--plan-every", "5", "--plan-method", "greedy");
        (await RunAsync("rules", "show", "default")).Output.ShouldContain("every 5 s, greedy");
        await RunAsync("rules", "set", "default", "--plan-every", "0");
        shown = (await RunAsync("rules", "show", "default", "--json")).Json;
        shown["plan_every_seconds"].ShouldBeNull();
        ((string)shown["plan_method"]!).ShouldBe("greedy");
        await RunAsync("rules", "set", "default", "--keep", "done=1d", "--keep", "failed=90m");
        await RunAsync("rules", "set", "default", "--keep", "done=2d");
        (await RunAsync("rules", "show", "default")).Output.ShouldContain("done 2 d, failed 5400 s");
        await RunAsync("rules", "set", "default", "--keep", "done=0", "--keep", "failed=0");
        (await RunAsync("rules", "show", "default", "--json")).Json["retention"].ShouldBeNull();
        (await FailAsync("rules", "set", "default", "--keep", "created=1d")).ShouldContain("done, failed, cancelled");
        (await FailAsync("rules", "set", "default", "--keep", "done")).ShouldContain("STATE=TIME");
        (await FailAsync("rules", "set", "default", "--plan-every", "4000")).ShouldContain("from 1 to 3600 seconds");

        const string Rules = """
            {"steps":{"check":{"mode":"auto"}},"exclusion":{"allow":[{"first":"a","second":"b"}]}}
            """;
        var replaced = await CliRun.OfAsync(Address, Rules, ["rules", "set", "default", "--file", "-"]);
        replaced.Succeeded().Output.ShouldContain("but a+b");
        replaced.Output.ShouldContain("check: auto");
        replaced.Output.ShouldContain("no bound");
        var stale = await CliRun.OfAsync(Address, """{"version":1}""", ["rules", "set", "default", "--file", "-"]);
        stale.FailedWith(1).ShouldContain("at version 8, not 1");
        var wrong = await CliRun.OfAsync(Address, """{"mood":"auto"}""", ["rules", "set", "default", "--file", "-"]);
        wrong.FailedWith(1).ShouldContain("did you mean 'mode'");
    }

    [Fact]
    public async Task Capabilities_are_taken_away_and_given_back()
    {
        (await RunAsync("agents", "availability", "painter", "Ink")).Output
            .ShouldBe("painter can use none of its capabilities\n");
        (await RunAsync("agents", "availability", "painter")).Output.ShouldBe("painter can use ink\n");
        (await RunAsync("agents", "authorise", "painter", "--none", "--json")).Json["authorised"]!
            .AsArray().ShouldBeEmpty();
        (await RunAsync("agents", "authorise", "painter", "ink")).Output.ShouldBe("painter can use ink\n");
        (await RunAsync("agents", "authorise", "painter", "--all", "--json")).Json["authorised"].ShouldBeNull();
        (await FailAsync("agents", "availability", "nobody")).ShouldContain("no agent 'nobody'");
    }

    [Fact]
    public async Task Breakers_are_listed_and_reset()
    {
        await RunAsync("submit", "draw", "--max-attempts", "1");
        var grant = (await Server.Local.ClaimAsync(new Storage.ClaimRequest { Agent = "painter" }, ct: Ct))[0];
        await Server.Local.FinishAsync(
            new Storage.Finish { TaskId = grant.TaskId, Epoch = grant.Epoch, Kind = Storage.FinishKind.Fail }, Ct);
        (await RunAsync("breakers")).Output.ShouldContain("agent_kind");
        (await RunAsync("breakers", "list", "--agent", "painter", "--json")).Json["breakers"]!
            .AsArray().Count.ShouldBe(2);
        (await RunAsync("breakers", "--open", "--json")).Json["breakers"]!.AsArray().ShouldBeEmpty();
        (await RunAsync("breakers", "reset", "--agent", "painter", "--kind", "draw", "--reason", "new ink")).Output
            .ShouldBe("closed\n");
        (await FailAsync("breakers", "reset", "--agent", "painter", "--kind", "draw")).ShouldContain("no breaker");
        (await FailAsync("breakers", "reset")).ShouldContain("name an agent");
    }

    [Fact]
    public async Task Why_is_told_of_a_task_by_code_of_an_agent_and_of_a_file()
    {
        await RunAsync("submit", "draw", "--code", "sign", "--requires", "ink", "--namespace", "shop");
        (await RunAsync("explain", "task", "sign", "--namespace", "shop")).Output.ShouldStartWith("nobody_can: ");
        (await RunAsync("explain", "task", "1", "--json")).Json["task_id"]!.GetValue<long>().ShouldBe(1);
        (await RunAsync("explain", "assignment", "sign", "--namespace", "shop")).Output
            .ShouldStartWith("strategy hybrid, held by nobody");
        (await FailAsync("explain", "task", "nothing")).ShouldContain("'nothing'");
        (await RunAsync("explain", "agent", "painter")).Output.ShouldStartWith("painter: it is idle");
        (await RunAsync("explain", "pending")).Output.ShouldContain("nobody_can");

        const string Task = """
            {
              "kind": "draw",
              "requires": ["ink"]
            }
            """;
        (await CliRun.OfAsync(Address, Task, ["explain", "file", "-"])).Succeeded().Output
            .ShouldContain("claimable by: painter, printer");
        (await CliRun.OfAsync(Address, "", ["explain", "file", "-"])).FailedWith(1).ShouldContain("not valid JSON");
    }
}
