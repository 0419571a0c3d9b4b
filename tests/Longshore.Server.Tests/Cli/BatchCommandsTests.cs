namespace Longshore.Server.Tests.Cli;

/// <summary><c>longshore batches</c> against a real server.</summary>
public sealed class BatchCommandsTests : CommandTests
{
    [Fact]
    public async Task Batch_is_started_added_to_closed_and_seen_through()
    {
        var two = await FileAsync("""
            {"kind":"part"}
            {"kind":"part","priority":7}
            """);
        (await RunAsync(
            "batches", "start", "--file", two, "--open", "--code", "import-7", "--on-end", "tell",
            "--on-done", """{"kind":"cheer","payload":{"to":"ann"}}""")).Output
            .ShouldBe("batch 1 (import-7) is started and is open: 2 tasks, 2 left\n");
        (await RunAsync("batches", "add", "import-7", "--file", two, "--close")).Output
            .ShouldContain("state      running");
        (await FailAsync("batches", "add", "1", "--file", two)).ShouldContain("batch 1 is closed");
        (await RunAsync("batches", "list", "--going")).Output.ShouldContain("import-7");
        (await RunAsync("batches", "list", "--ended", "--json")).Json["items"]!.AsArray().ShouldBeEmpty();
        (await RunAsync("batches", "tasks", "import-7", "--outcome", "open", "--limit", "3")).Output
            .ShouldContain("more: --after");
        (await RunAsync("batches", "tasks", "1", "--callbacks")).Output.ShouldContain("cheer");
        var cancelled = (await RunAsync("batches", "cancel", "1", "--reason", "too late", "--json")).Json;
        ((string)cancelled["state"]!, (int)cancelled["cancelled"]!).ShouldBe(("failed", 4));
        (await RunAsync("batches", "tasks", "1")).Output.ShouldContain("too late");
        (await RunAsync("batches", "retry", "1")).Output.ShouldContain("left       4");
        (await FailAsync("batches", "show", "nothing")).ShouldContain("there is no batch 'nothing'");
        (await FailAsync("batches", "start")).ShouldContain("tasks: is empty");
        (await FailAsync("batches", "start", "--file", two, "--on-end", "{}")).ShouldContain("kind");
    }

    [Fact]
    public async Task Batch_that_is_complete_is_started_in_one_go()
    {
        var file = await FileAsync("""{"kind":"part"}""");
        (await RunAsync("batches", "start", "--file", file, "--code", "b")).Output
            .ShouldBe("batch 1 (b) is started and is running: 1 tasks, 1 left\n");
        (await RunAsync("batches", "start", "--file", file, "--code", "b")).Output
            .ShouldBe("batch 1 (b) was started before and is running: 1 tasks, 1 left\n");
    }
}
