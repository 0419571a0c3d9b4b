using Longshore.Agents;
using Longshore.Capabilities;

namespace Longshore.Server.Tests.Cli;

/// <summary>The commands that pass tasks on and ask for help, against a real server.</summary>
public sealed class HandoffCommandsTests : CommandTests
{
    protected override async Task PrepareAsync()
    {
        await RegisterAsync("ada", new Capability("sketch"));
        await RegisterAsync("bob", new Capability("sketch"), new Capability("sql", 3));
    }

    [Fact]
    public async Task A_task_is_handed_off_shown_withdrawn_and_taken_by_who_can()
    {
        await HoldAsync("plan");
        (await RunAsync(
            "task", "handoff", "plan", "--to-capability", "sql>=3", "--summary", "schema done", "--confidence", "0.6",
            "--next", "measure it")).Output
            .ShouldBe("plan is handed off to sql>=3, and asks for a review\n");
        (await RunAsync("handoffs", "--status", "open")).Output.ShouldContain("schema done");
        var chance = (await RunAsync("handoffs", "opportunities", "--json")).Json["opportunities"]!.AsArray();
        chance.ShouldHaveSingleItem()!["agent"]!.GetValue<string>().ShouldBe("bob");
        (await RunAsync("handoffs", "opportunities", "--agent", "bob")).Output.ShouldContain("plan");
        (await RunAsync("task", "show", "plan")).Output.ShouldContain("ada: schema done (confidence 0.6");

        (await RunAsync("task", "withdraw", "plan", "--reason", "nobody is there")).Output
            .ShouldBe("plan is for everybody again who meets its own needs\n");
        (await RunAsync("handoffs", "--status", "withdrawn", "--json")).Json["items"]!.AsArray().Count.ShouldBe(1);
        (await FailAsync("task", "withdraw", "plan")).ShouldContain("in which withdraw is refused");
        (await FailAsync("handoffs", "--status", "lost")).ShouldContain("open");

        await RunAsync("claim", "ada");
        await RunAsync(
            "task", "handoff", "plan", "--to-agent", "bob", "--summary", "half done", "--confidence", "0.9");
        await RunAsync("claim", "bob");
        var taken = (await RunAsync("handoffs", "--task", "1", "--status", "accepted", "--json")).Json["items"]![0]!;
        ((string)taken["accepted_by"]!).ShouldBe("bob");
        ((bool)taken["needs_review"]!).ShouldBeFalse();
    }

    [Fact]
    public async Task Help_is_asked_for_listed_taken_answered_and_called_off()
    {
        await HoldAsync("q3");
        (await RunAsync(
            "task", "ask", "q3", "--type", "blocker", "--text", "the password", "--capability", "sql",
            "--urgency", "high")).Output.ShouldBe("request 1 asked; q3 is blocked\n");
        (await RunAsync("help-requests")).Output.ShouldContain("the password");
        (await RunAsync("help-requests", "helpers", "1")).Output.ShouldContain("bob");
        (await RunAsync("help-requests", "take", "1", "bob")).Output.ShouldBe("request 1 taken on\n");
        (await RunAsync("help-requests", "resolve", "1", "--text", "it is in the vault", "--actor", "bob")).Output
            .ShouldBe("request 1 answered\n");

        var shown = (await RunAsync("help-requests", "show", "1")).Output;
        shown.ShouldContain("it is in the vault");
        shown.ShouldContain("by bob");
        var told = (await RunAsync("help-requests", "show", "1", "--json")).Json;
        ((string)told["status"]!).ShouldBe("resolved");
        ((string)told["help_type"]!).ShouldBe("blocker");
        (await FailAsync("help-requests", "show", "9")).ShouldContain("9");
        (await RunAsync("task", "show", "q3", "--json")).Json["task"]!["state"]!.GetValue<string>()
            .ShouldBe("in_progress");

        await RunAsync("task", "ask", "q3", "--type", "clarification", "--text", "which codec?");
        (await RunAsync("help-requests", "cancel", "2")).Output.ShouldBe("request 2 called off\n");
        (await RunAsync("help-requests", "--json")).Json["items"]!.AsArray().ShouldBeEmpty();
        (await RunAsync("help-requests", "--all", "--json")).Json["items"]!.AsArray().Count.ShouldBe(2);
    }

    private async Task RegisterAsync(string name, params Capability[] capabilities) =>
        await Server.Local.RegisterAsync(
            new AgentRegistration { Name = name, Capabilities = [.. capabilities], MaxConcurrent = 3 }, Ct);

    // A task that ada holds.
    private async Task HoldAsync(string code)
    {
        await RunAsync("submit", "draw", "--code", code, "--requires", "sketch");
        await RunAsync("claim", "ada");
    }
}
