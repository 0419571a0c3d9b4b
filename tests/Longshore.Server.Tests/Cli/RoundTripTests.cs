using Longshore.Server.Tests.Crash;

namespace Longshore.Server.Tests.Cli;

/// <summary>Commands against a real server.</summary>
public sealed class RoundTripTests : IAsyncLifetime
{
    private readonly ServerProcess _server = new();

    public async ValueTask InitializeAsync() => await _server.StartAsync(TestContext.Current.CancellationToken);

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Submitted_tasks_are_listed_shown_cancelled_and_retried()
    {
        var submitted = await RunAsync(
            "submit", "thumbnail", "--payload", """{"file":"a.png"}""", "--requires", "imaging", "--requires", "sql>=3",
            "--code", "first", "--priority", "7", "--name", "A thumbnail", "--tag", "picture", "--json");
        var id = (long)submitted.Json["tasks"]![0]!["id"]!;
        (await RunAsync("submit", "report", "--ready-in", "3600")).Output.Trim().ShouldBe("t-2");

        var filtered = await RunAsync("tasks", "--kind", "thumbnail", "--tag", "picture", "--json");
        var listed = filtered.Json["items"]!.AsArray();
        listed.Count.ShouldBe(1);
        ((string)listed[0]!["code"]!).ShouldBe("first");
        ((int)listed[0]!["priority"]!).ShouldBe(7);
        listed[0]!["requires"]!.ToJsonString().ShouldContain("imaging");
        (await RunAsync("tasks")).Output.ShouldContain("A thumbnail");
        (await RunAsync("tasks", "--limit", "1")).Output.ShouldContain("--after");

        var shown = (await RunAsync("task", "show", "first", "--json")).Json;
        ((long)shown["task"]!["id"]!).ShouldBe(id);
        ((string)shown["events"]![0]!["type"]!).ShouldBe("task_created");
        (await RunAsync("task", "show", "first")).Output.ShouldContain("a.png");

        await RunAsync("task", "cancel", "first", "--reason", "not needed");
        var cancelled = (await RunAsync("tasks", "--state", "cancelled", "--json")).Json["items"]!.AsArray();
        cancelled.Count.ShouldBe(1);
        ((string)(await RunAsync("task", "retry", "first", "--json")).Json["state"]!).ShouldBe("created");
        (await CliRun.OfAsync(_server.Address, "task", "show", "none")).FailedWith(1);
    }

    [Fact]
    public async Task A_file_of_tasks_is_submitted_once_under_its_keys_and_errors_name_the_line()
    {
        const string Lines = """
            {"kind":"a","idempotency_key":"1"}

            {"kind":"b","idempotency_key":"2"}
            """;
        var first = await CliRun.OfAsync(_server.Address, Lines, ["submit", "--file", "-"]);
        first.Succeeded().Output.ShouldBe("2 submitted, 0 submitted before, 0 refused\n");
        var again = await CliRun.OfAsync(_server.Address, Lines, ["submit", "--file", "-"]);
        again.Succeeded().Output.ShouldBe("0 submitted, 2 submitted before, 0 refused\n");
        const string Bad = "{\"kind\":\"a\"}\n{\"kin\":\"b\"}\n";
        var bad = await CliRun.OfAsync(_server.Address, Bad, ["submit", "--file", "-"]);
        bad.FailedWith(1).ShouldContain("line 2: kin");

        await RunAsync("submit", "a", "--code", "taken");
        (await CliRun.OfAsync(_server.Address, "submit", "a", "--code", "taken"))
            .FailedWith(1).ShouldContain("taken by task");
    }

    [Fact]
    public async Task A_payload_may_come_from_a_file_or_stdin()
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, """{"from":"file"}""", TestContext.Current.CancellationToken);
        await RunAsync("submit", "a", "--payload", "@" + file, "--code", "file");
        File.Delete(file);
        string[] fromStdin = ["submit", "a", "--payload", "-", "--code", "stdin"];
        (await CliRun.OfAsync(_server.Address, "[1]", fromStdin)).Succeeded();

        var shown = (await RunAsync("task", "show", "file", "--json")).Json["task"]!;
        ((string)shown["payload"]!["from"]!).ShouldBe("file");
        (await RunAsync("task", "show", "stdin", "--json")).Json["task"]!["payload"]!.ToJsonString().ShouldBe("[1]");
    }

    [Fact]
    public async Task Agents_are_listed_moded_and_removed_and_discover_what_they_could_claim()
    {
        await RunAsync("work", "--name", "painter", "--capability", "imaging:2", "--exit-when-idle", "--", "cat");
        ((string)(await RunAsync("agents", "--json")).Json["items"]![0]!["status"]!).ShouldBe("offline");
        await RunAsync("agents", "mode", "painter", "available");
        (await RunAsync("agents", "--capability", "imaging", "--status", "idle")).Output.ShouldContain("painter");
        await RunAsync("submit", "thumbnail", "--requires", "imaging>=2", "--code", "can");
        await RunAsync("submit", "thumbnail", "--requires", "imaging>=3", "--code", "cannot");

        var found = (await RunAsync("discover", "painter", "--json")).Json["tasks"]!.AsArray();
        found.Count.ShouldBe(1);
        ((string)found[0]!["task"]!["code"]!).ShouldBe("can");
        ((bool)found[0]!["is_best_match"]!).ShouldBeTrue();
        (await RunAsync("discover", "painter")).Output.ShouldNotContain("cannot");

        await RunAsync("agents", "remove", "painter");
        (await RunAsync("agents", "--status", "offline")).Output.ShouldContain("painter");
        (await CliRun.OfAsync(_server.Address, "discover", "nobody")).FailedWith(1).ShouldContain("nobody");
    }

    private async Task<CliRun> RunAsync(params string[] arguments) =>
        (await CliRun.OfAsync(_server.Address, arguments)).Succeeded();
}
