namespace Longshore.Server.Tests.Cli;

/// <summary>An agent that uses nothing but the command line, against a real server.</summary>
public sealed class WorkByHandTests : CommandTests
{
    [Fact]
    public async Task Agent_registers_is_heard_and_is_present()
    {
        (await RunAsync(
            "agents", "register", "ann", "--type", "person", "--description", "reads maps", "--capability", "ink:3",
            "--kind", "draw", "--namespace", "shop", "--priority-level", "5", "--principal", "acme",
            "--max-concurrent", "3", "--reputation", "0.8", "--specialization", "ink", "--session", "s-1")).Output
            .ShouldBe("ann is registered\n");
        var ann = await Server.Local.GetAgentAsync("ann", Ct);
        ann.Profile.Type.ShouldBe("person");
        ann.Profile.Description.ShouldBe("reads maps");
        ann.Profile.Capabilities.ShouldHaveSingleItem().ToString().ShouldBe("ink:3");
        ann.Profile.Kinds.ShouldBe(["draw"]);
        ann.Profile.Namespaces.ShouldBe(["shop"]);
        ann.Profile.PriorityLevels.ShouldBe([5]);
        ann.Profile.Principal.ShouldBe("acme");
        ann.Profile.MaxConcurrent.ShouldBe(3);
        ann.Reputation.ShouldBe(0.8);
        ann.Profile.Specializations.ShouldBe(["ink"]);

        (await RunAsync("agents", "register", "bob", "--json")).Json["max_concurrent"]!.GetValue<int>().ShouldBe(1);
        (await RunAsync("agents", "heartbeat", "ann")).Output.ShouldBe("ann was heard\n");
        (await RunAsync("agents", "presence", "shop", "--json")).Json["agents"]!.AsArray()
            .ShouldHaveSingleItem()!["agent"]!.GetValue<string>().ShouldBe("ann");
        (await RunAsync("agents", "presence", "--within", "60")).Output.ShouldContain("bob   yes");
        (await FailAsync("agents", "heartbeat", "nobody")).ShouldContain("no agent 'nobody'");
        (await FailAsync("agents", "register", "ann", "--priority-level", "high")).ShouldContain("--priority-level");
        (await FailAsync("agents", "register", "Ann")).ShouldContain("name");
    }

    [Fact]
    public async Task Work_is_claimed_renewed_and_ended_in_every_way()
    {
        await RunAsync("agents", "register", "ann", "--max-concurrent", "5");
        await RunAsync("submit", "draw", "--code", "sign", "--priority", "9", "--payload", """{"text":"open"}""");
        var claimed = await RunAsync("claim", "ann", "--lease", "60", "--kind", "draw");
        claimed.Output.ShouldContain("sign");
        claimed.Output.ShouldContain("""{"text":"open"}""");
        (await RunAsync("task", "renew", "sign", "--progress", "0.5", "--draft", "{\"half\":1}")).Output
            .ShouldStartWith("sign goes on; it holds until ");
        (await Server.Local.GetTaskAsync(1, Ct)).Draft.ToString().ShouldBe("""{"half":1}""");
        (await RunAsync("task", "release", "sign")).Output.ShouldBe("sign given back\n");
        await RunAsync("claim", "ann");
        (await RunAsync("task", "snooze", "sign", "--delay", "0.001", "--reason", "lunch", "--json")).Json["state"]!
            .GetValue<string>().ShouldBe("created");
        (await RunAsync("claim", "ann", "--wait", "20", "--key", "once", "--json")).Json["claims"]!.AsArray()
            .ShouldHaveSingleItem()!["epoch"]!.GetValue<int>().ShouldBe(3);
        (await FailAsync("task", "complete", "sign", "--epoch", "2")).ShouldContain("no longer holds");
        (await RunAsync("task", "complete", "sign", "--result", """{"painted":true}""")).Output
            .ShouldBe("sign submitted\n");
        (await Server.Local.GetTaskAsync(1, Ct)).Result.ToString().ShouldBe("""{"painted":true}""");

        await RunAsync("submit", "draw", "--code", "poster");
        await RunAsync("claim", "ann");
        (await RunAsync("task", "fail", "poster", "--error", "no ink", "--final", "--json")).Json["state"]!
            .GetValue<string>().ShouldBe("failed");
        (await RunAsync("tasks", "counts")).Output.ShouldContain("failed");
        (await RunAsync("tasks", "counts", "--namespace", "default", "--json")).Json["done"]!
            .GetValue<int>().ShouldBe(1);
        (await FailAsync("task", "complete", "poster", "--result", "{")).ShouldContain("--result: not valid JSON");
    }

    [Fact]
    public async Task Who_worked_on_an_item_what_was_distributed_and_what_happened_are_told()
    {
        await RunAsync("agents", "register", "ann");
        await RunAsync("submit", "draw", "--code", "sign", "--group", "shop", "--step", "sketch");
        await RunAsync("submit", "draw", "--code", "look", "--group", "shop", "--step", "check");
        await RunAsync("claim", "ann");
        (await RunAsync("task", "worked", "look", "ann", "--step", "sketch")).Output.ShouldContain("ann worked on it");
        (await RunAsync("task", "worked", "look", "ann", "--step", "colour", "--json")).Json["worked"]!
            .GetValue<bool>().ShouldBeFalse();

        (await RunAsync("distribution")).Output.ShouldContain("tasks waiting");
        (await RunAsync("distribution", "--json")).Json["queued"]!.GetValue<int>().ShouldBe(1);

        (await RunAsync("events", "--limit", "1000")).Output.ShouldContain("task_claimed");
        var events = (await RunAsync("events", "--json")).Json["events"]!.AsArray();
        var first = events[0]!["position"]!.GetValue<long>();
        (await RunAsync("events", "--after", $"{first}", "--json")).Json["events"]!.AsArray().Count
            .ShouldBe(events.Count - 1);
        var followed = await RunAsync("events", "--follow", "--after", "0", "--limit", "2");
        followed.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length.ShouldBe(2);
    }

    [Fact]
    public async Task Mistyped_capability_is_refused_with_the_one_that_was_meant()
    {
        await RunAsync("agents", "register", "ann", "--capability", "lettering", "--capability", "ink");
        (await FailAsync("agents", "authorise", "ann", "letering")).ShouldContain("did you mean 'lettering'");
        (await FailAsync("agents", "availability", "ann", "paint")).ShouldContain("ann' declares");
        (await Server.Local.GetAgentAsync("ann", Ct)).Authorised.ShouldBeNull();
    }
}
