namespace Longshore.Server.Tests.Cli;

/// <summary>Requirements that relax, on the command line against a real server.</summary>
public sealed class RelaxCommandsTests : CommandTests
{
    protected override async Task PrepareAsync()
    {
        foreach (var level in (int[])[1, 3])
        {
            var agent = new Agents.AgentRegistration
            {
                Name = $"rust-{level}",
                Capabilities = [new Capabilities.Capability("rust", level)],
            };
            await Server.Local.RegisterAsync(agent, Ct);
        }
    }

    [Fact]
    public async Task Steps_are_submitted_shown_and_explained()
    {
        await RunAsync(
            "submit", "port", "--code", "p-1", "--requires", "rust>=3", "--relax", "90s: rust>=2, minimum_match=0.5",
            "--relax", "30m: rust", "--relax", "1h:", "--prefer", "rust-3", "--prefer-for", "1m");
        var task = (await RunAsync("task", "show", "p-1", "--json")).Json["task"]!;
        task["relax"]!.AsArray().Select(s => (double)s!["after_seconds"]!).ShouldBe([90, 1800, 3600]);
        ((double)task["relax"]![0]!["minimum_match"]!).ShouldBe(0.5);
        ((string)task["prefer"]!, (double)task["prefer_for_seconds"]!).ShouldBe(("rust-3", 60));
        ((int)task["relaxing"]!["step"]!, (string)task["relaxing"]!["only_agent"]!).ShouldBe((0, "rust-3"));
        (await RunAsync("task", "show", "p-1")).Output.ShouldContain("rust>=3 of rust-3 alone (step 0 until ");

        var explained = (await RunAsync("explain", "task", "p-1")).Output;
        explained.ShouldContain("STEP  ASKS FOR");
        explained.ShouldContain("in force until ");
        explained.ShouldContain("suggestion: from ");
        (await RunAsync("explain", "task", "p-1", "--json")).Json["steps"]!.AsArray()
            .Select(s => (string)s!["state"]!).ShouldBe(["in_force", "ahead", "ahead", "ahead", "ahead"]);
    }

    [Theory]
    [InlineData("rust", "does not begin with a waiting time and a colon")]
    [InlineData("soon: rust", "does not begin with a waiting time and a colon")]
    [InlineData("5m: rust, minimum_match=all", "is not minimum_match= and a number above 0 to 1")]
    [InlineData("5m: no!", "cannot be in a capability name")]
    [InlineData("5m: rust>=3", "asks for the same as the step before")]
    [InlineData("0s: rust", "must be longer than 0")]
    public async Task A_step_that_is_wrong_is_refused_in_one_line(string step, string message)
    {
        var error = (await CliRun.OfAsync(
            Address, "submit", "port", "--requires", "rust>=3", "--relax", step)).FailedWith(1);
        error.ShouldContain(message);
        error.TrimEnd('\n').ShouldNotContain('\n');
    }

    [Fact]
    public async Task A_duration_that_is_none_is_a_usage_error() =>
        (await CliRun.OfAsync(
            Address, "submit", "port", "--prefer", "rust-3", "--prefer-for", "long"))
            .FailedWith(2).ShouldContain("--prefer-for: 'long' is not a duration such as 90, 90s, 2m, 1h or 1d");
}
