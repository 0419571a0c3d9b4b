namespace Longshore.Server.Tests.Cli;

/// <summary><c>longshore pause</c>, <c>resume</c> and limits against a real server.</summary>
public sealed class LimitCommandsTests : CommandTests
{
    [Fact]
    public async Task A_namespace_and_a_kind_are_paused_shown_and_resumed()
    {
        (await RunAsync("pause", "default")).Output.ShouldStartWith("paused since 20");
        (await RunAsync("rules", "show", "default")).Output.ShouldContain("paused since");
        (await RunAsync("resume", "default")).Output.ShouldBe("not paused\n");
        var kind = await RunAsync("pause", "default", "--kind", "scan", "--json");
        ((string)kind.Json["kinds"]!["scan"]!["paused_at"]!).ShouldStartWith("20");
        (await RunAsync("rules", "show", "default")).Output.ShouldContain("scan: paused since 20");
        (await RunAsync("submit", "scan")).Output.ShouldBe("t-1\n");
        (await RunAsync("explain", "task", "1")).Output.ShouldStartWith("nobody_can");
        (await RunAsync("agents", "register", "ann")).Output.ShouldNotBeEmpty();
        var why = (await RunAsync("explain", "task", "1")).Output;
        why.ShouldStartWith("paused: kind 'scan' of namespace 'default' is paused since ");
        why.Split('\n')[2..5].Select(line => line.Split(' ')[0]).ShouldBe(
            ["agent_unavailable", "paused", "at_capacity"], "the filters that tell something");
        (await RunAsync("resume", "default", "--kind", "scan")).Output.ShouldBe("not paused\n");
        (await CliRun.OfAsync(Address, ["pause", "default", "--kind", ""])).FailedWith(1).ShouldContain("kind");
    }

    [Fact]
    public async Task Limits_are_set_shown_and_taken_away()
    {
        (await RunAsync("limits", "set", "default", "--in-progress", "100")).Output.ShouldContain("(all)");
        var shown = (await RunAsync(
            "limits", "set", "default", "--kind", "scan", "--in-progress", "3", "--rate", "10/2", "--burst", "20",
            "--json")).Json["limits"]!.AsArray();
        shown.Count.ShouldBe(2);
        ((int)shown[1]!["limit"]!["in_progress"]!, (int)shown[1]!["tokens"]!).ShouldBe((3, 20));
        (await RunAsync("limits", "show", "default")).Output.ShouldContain("10 in 2 s, 20 at once");
        (await RunAsync("rules", "show", "default")).Output.ShouldContain("scan: 3 in progress, 10 per 2 s");
        (await RunAsync("limits", "set", "default", "--kind", "scan", "--in-progress", "0", "--rate", "0")).Output
            .ShouldNotContain("scan");
        (await CliRun.OfAsync(Address, ["limits", "set", "default", "--rate", "often"])).FailedWith(1)
            .ShouldContain("must be like 10/1 or 100/60, not 'often'");
        (await CliRun.OfAsync(Address, ["limits", "set", "default"])).FailedWith(2)
            .ShouldContain("give --in-progress, --rate or --share");
    }

    [Fact]
    public async Task Shares_are_set_shown_and_taken_away()
    {
        (await RunAsync("limits", "set", "blue", "--share", "3")).Output.ShouldBe("share  3\n");
        (await RunAsync("limits", "set", "blue", "--in-progress", "5")).Output.ShouldStartWith("share  3\n");
        ((int)(await RunAsync("rules", "show", "blue", "--json")).Json["share"]!).ShouldBe(3);
        (await RunAsync("limits", "set", "blue", "--share", "0")).Output.ShouldStartWith("KIND");
        (await RunAsync("rules", "show", "blue")).Output.ShouldContain("none of its own");
        (await CliRun.OfAsync(Address, ["limits", "set", "blue", "--share", "1001"])).FailedWith(1)
            .ShouldContain("share");
        (await CliRun.OfAsync(Address, ["limits", "set", "blue", "--share", "2", "--kind", "scan"])).FailedWith(2)
            .ShouldContain("not for a kind");
    }

    [Fact]
    public async Task Limits_per_key_are_set_shown_and_taken_away()
    {
        await RunAsync("limits", "set", "default", "--per-key", "--in-progress", "1");
        await RunAsync("agents", "register", "ann");
        foreach (var key in new[] { "red", "red", "blue" })
        {
            await RunAsync("submit", "scan", "--limit-key", key);
        }

        await RunAsync("claim", "ann");
        var shown = (await RunAsync("limits", "show", "default")).Output;
        shown.ShouldMatch(@"\(all\) +\(each\) +1 ");
        shown.ShouldMatch(@"\(all\) +red +1 +1 ");
        (await RunAsync("rules", "show", "default")).Output.ShouldContain("1 in progress per key");
        (await RunAsync("limits", "set", "default", "--per-key", "--in-progress", "0")).Output
            .ShouldNotContain("each");
    }
}
