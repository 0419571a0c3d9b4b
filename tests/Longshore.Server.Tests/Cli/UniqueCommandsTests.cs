namespace Longshore.Server.Tests.Cli;

/// <summary>Unique tasks, on the command line against a real server.</summary>
public sealed class UniqueCommandsTests : CommandTests
{
    [Fact]
    public async Task Submitting_again_says_which_task_has_the_key()
    {
        string[] submit = ["submit", "reindex", "--payload", """{"shop":7}""", "--unique"];
        (await RunAsync([.. submit, "--code", "r-1", "--unique-window", "2m"])).Output.ShouldBe("r-1\n");
        (await RunAsync(submit)).Output.ShouldBe("task 1 has its unique key\n");
        (await RunAsync([.. submit, "--unique-on-conflict", "replace", "--priority", "9"])).Output.ShouldBe(
            "task 1 has its unique key and was replaced\n");
        (await RunAsync([.. submit, "--unique-on-conflict", "add_attempts", "--json"])).Json["tasks"]![0]!["status"]!
            .GetValue<string>().ShouldBe("attempts_added");
        (await TryAsync([.. submit, "--unique-on-conflict", "reject"])).FailedWith(1).ShouldBe(
            "longshore: task 1 has its unique key\n");
        var task = (await RunAsync("task", "show", "r-1", "--json")).Json["task"]!;
        ((int)task["priority"]!, (double)task["unique"]!["window_seconds"]!).ShouldBe((9, 120));
        (await RunAsync("submit", "other", "--unique-key", "k", "--unique-across-kinds", "--unique-while", "unstarted"))
            .Output.ShouldBe("t-2\n");
    }

    [Fact]
    public async Task Options_about_a_key_need_one() =>
        (await TryAsync("submit", "reindex", "--unique-window", "2m")).FailedWith(2)
            .ShouldContain("--unique-window needs --unique or --unique-key");

    private Task<CliRun> TryAsync(params string[] arguments) => CliRun.OfAsync(Address, arguments);
}
