using System.Globalization;
using System.Text.Json.Nodes;

namespace Longshore.Server.Tests.Cli;

/// <summary>What narrows a list or changes one word of a whole, against a real server.</summary>
public sealed class FilterCommandsTests : CommandTests
{
    [Fact]
    public async Task Tasks_are_narrowed_by_priority_and_correlation_and_told_from_the_latest()
    {
        await RunAsync("submit", "draw", "--code", "one", "--priority", "3", "--deadline", "2090-01-31T08:00:00Z");
        await RunAsync("submit", "draw", "--code", "two", "--priority", "7");
        (await RunAsync("batches", "start", "--code", "many", "--correlation", "order-9", "--file", await FileAsync(
            """{"kind":"draw","priority":7}"""))).Output.ShouldContain("many");

        (await CodesAsync("tasks", "--desc")).ShouldBe(["t-3", "two", "one"]);
        (await CodesAsync("tasks", "--min-priority", "7")).ShouldBe(["two", "t-3"]);
        (await CodesAsync("tasks", "--correlation-id", "order-9")).ShouldBe(["t-3"]);
        var one = (await RunAsync("task", "show", "one", "--json")).Json["task"]!;
        DateTimeOffset.Parse((string)one["deadline"]!, CultureInfo.InvariantCulture).Year.ShouldBe(2090);
    }

    [Fact]
    public async Task Agents_are_narrowed_by_room_and_standing_and_plans_by_priority_and_match()
    {
        await RunAsync("agents", "register", "ann", "--capability", "ink", "--max-concurrent", "1");
        await RunAsync(
            "agents", "register", "ben", "--capability", "ink", "--max-concurrent", "2", "--reputation", "0.4");
        await RunAsync("submit", "draw", "--code", "low", "--priority", "2", "--requires", "ink");
        await RunAsync("submit", "draw", "--code", "high", "--priority", "9", "--requires", "ink");
        var urgent = (await RunAsync("recommend", "ben", "--high-priority-from", "0", "--json")).Json;
        var calm = (await RunAsync("recommend", "ben", "--json")).Json;
        urgent.ToJsonString().ShouldNotBe(calm.ToJsonString(), "from 0 everything is urgent");
        Planned(await RunAsync("assign", "plan", "--min-priority", "9", "--json")).ShouldBe(["high"]);
        Planned(await RunAsync("assign", "plan", "--method", "candidates", "--candidates", "1", "--json")).Length
            .ShouldBeGreaterThan(0);
        (await FailAsync("assign", "plan", "--minimum-match", "7")).ShouldContain("minimum_match");

        await RunAsync("claim", "ann");
        (await NamesAsync("agents", "--has-capacity")).ShouldBe(["ben"]);
        (await NamesAsync("agents", "--min-reputation", "0.5")).ShouldBe(["ann"]);
        (await NamesAsync("agents", "--min-reputation", "0.4")).ShouldBe(["ann", "ben"]);
    }

    [Fact]
    public async Task Each_rule_is_set_by_its_own_option()
    {
        var set = (await RunAsync(
            "rules", "set", "default", "--inactivity-timeout", "61", "--reject-cooldown", "62", "--task-cooldown", "63",
            "--handoffs-max", "4", "--blocked-hold-max", "65", "--unroutable", "escalate", "--json")).Json;
        ((double)set["inactivity_timeout_seconds"]!).ShouldBe(61);
        ((double)set["reject_cooldown_seconds"]!).ShouldBe(62);
        ((double)set["task_cooldown_seconds"]!).ShouldBe(63);
        ((int)set["handoffs_max"]!).ShouldBe(4);
        ((double)set["blocked_hold_max_seconds"]!).ShouldBe(65);
        ((string)set["unroutable"]!).ShouldBe("escalate");
    }

    [Fact]
    public async Task Runs_and_workflows_are_named_by_version_and_correlation()
    {
        foreach (var (flow, version, kind) in new[]
        {
            ("intake", 1, "scan"), ("intake", 2, "copy"), ("other", 1, "scan"),
        })
        {
            await RunAsync("workflows", "put", await FileAsync($$"""
                {
                  "name": "{{flow}}", "version": {{version}},
                  "steps": [{ "name": "scan", "task": { "kind": "{{kind}}" } }]
                }
                """));
        }

        (await RunAsync("workflows", "show", "intake", "--version", "1", "--json")).Json["steps"]![0]!["task"]!["kind"]!
            .GetValue<string>().ShouldBe("scan");
        await RunAsync("runs", "start", "intake", "--correlation", "order-9");
        await RunAsync("runs", "start", "other");
        var found = (await RunAsync("runs", "list", "--workflow", "intake", "--json")).Json["items"]!.AsArray();
        ((string)found.ShouldHaveSingleItem()!["correlation_id"]!).ShouldBe("order-9");
    }

    [Fact]
    public async Task Work_is_put_off_failed_with_detail_and_begun_by_a_schedule_at_once()
    {
        await RunAsync("agents", "register", "ann");
        await RunAsync("submit", "draw", "--code", "sign");
        await RunAsync("task", "assign", "sign", "ann");
        await RunAsync("task", "accept", "sign", "--later");
        (await RunAsync("assignments", "--task", "1", "--json")).Json["items"]![0]!["status"]!.GetValue<string>()
            .ShouldBe("accepted");
        await RunAsync("task", "evict", "sign");
        await RunAsync("submit", "draw", "--code", "card");
        await RunAsync("claim", "ann");
        await RunAsync("task", "fail", "card", "--error", "no ink", "--detail", "at line 7 of the plotter", "--final");
        (await RunAsync("task", "show", "card", "--json")).Json.ToJsonString().ShouldContain("line 7 of the plotter");

        var tick = (await RunAsync(
            "schedules", "set", "sweep", "--every", "3600", "--at-once", "--kind", "sweep", "--json")).Json;
        ((bool)tick["start_at_once"]!).ShouldBeTrue();
        await Patience.UntilAsync(
            async () => (await RunAsync("tasks", "--kind", "sweep", "--json")).Json["items"]!.AsArray().Count == 1,
            TimeSpan.FromSeconds(30), Ct);
    }

    private static string[] Planned(CliRun run) =>
        [.. run.Json["assignments"]!.AsArray().Select(one => (string)one!["code"]!)];

    private async Task<string[]> CodesAsync(params string[] arguments) => await ItemsAsync("code", arguments);

    private async Task<string[]> NamesAsync(params string[] arguments) => await ItemsAsync("name", arguments);

    private async Task<string[]> ItemsAsync(string field, string[] arguments) =>
        [.. ((JsonArray)(await RunAsync([.. arguments, "--json"])).Json["items"]!).Select(one => (string)one![field]!)];
}
