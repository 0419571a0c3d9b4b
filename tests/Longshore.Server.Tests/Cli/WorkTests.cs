using System.Diagnostics;
using System.Text.Json.Nodes;
using Longshore.Server.Tests.Crash;

namespace Longshore.Server.Tests.Cli;

/// <summary><c>longshore work</c> with real programs against a real server.</summary>
public sealed class WorkTests : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);
    private readonly ServerProcess _server = new();

    public async ValueTask InitializeAsync() => await _server.StartAsync(TestContext.Current.CancellationToken);

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task The_payload_comes_on_stdin_and_stdout_becomes_the_result()
    {
        await RunAsync("submit", "echo", "--payload", """{"n":41}""", "--code", "json");
        await RunAsync("submit", "text", "--code", "text");
        await RunAsync("submit", "none", "--code", "none");
        const string Program = """
            case "$LONGSHORE_TASK_KIND" in
              echo) cat;;
              text) echo "$LONGSHORE_TASK_CODE $LONGSHORE_TASK_NAMESPACE" \
                "$LONGSHORE_TASK_EPOCH $LONGSHORE_TASK_ATTEMPT";;
            esac
            """;
        var summary = (await WorkAsync("runner", Program, "--json")).Json;
        ((int)summary["completed"]!).ShouldBe(3);

        (await TaskAsync("json"))["result"]!.ToJsonString().ShouldBe("""{"n":41}""");
        ((string)(await TaskAsync("text"))["result"]!).ShouldBe("text default 1 1");
        var none = await TaskAsync("none");
        ((string)none["state"]!).ShouldBe("done");
        none["result"].ShouldBeNull();
    }

    [Fact]
    public async Task A_program_is_told_the_trace_its_task_was_submitted_in()
    {
        const string Parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        var traced = $$$"""{"kind":"a","code":"traced","metadata":{"traceparent":"{{{Parent}}}"}}""";
        (await CliRun.OfAsync(_server.Address, traced, ["submit", "--file", "-"])).Succeeded();
        await RunAsync("submit", "a", "--code", "untraced");
        await WorkAsync("runner", "echo \"${TRACEPARENT:-none}\"");
        ((string)(await TaskAsync("traced"))["result"]!).ShouldBe(Parent);
        ((string)(await TaskAsync("untraced"))["result"]!).ShouldBe("none");
    }

    [Fact]
    public async Task A_failure_is_tried_again_with_its_stderr_as_error_until_the_attempts_are_used_up()
    {
        const string Retry = """{"kind":"bad","code":"bad","max_attempts":2,"retry":"""
            + """{"backoff":"fixed","delay_seconds":0.1,"cap_seconds":0.1}}""";
        (await CliRun.OfAsync(_server.Address, Retry, ["submit", "--file", "-"])).Succeeded();
        var state = "";
        while (state != "failed")
        {
            await WorkAsync("runner", "echo out of paint >&2; exit 3");
            state = (string)(await TaskAsync("bad"))["state"]!;
        }

        var task = await TaskAsync("bad");
        ((int)task["attempts"]!).ShouldBe(2);
        ((string)task["error"]!).ShouldBe("exit code 3: out of paint");
    }

    [Fact]
    public async Task Exit_code_75_snoozes_without_using_an_attempt()
    {
        await RunAsync("submit", "later", "--code", "later");
        await WorkAsync("runner", "exit 75");
        var task = await TaskAsync("later");
        ((string)task["state"]!).ShouldBe("created");
        ((int)task["attempts"]!).ShouldBe(0);
        task["deferred_until"].ShouldNotBeNull();
    }

    [Fact]
    public async Task A_timeout_kills_the_program_and_everything_it_started()
    {
        var pidFile = Path.GetTempFileName();
        await RunAsync("submit", "slow", "--code", "slow", "--timeout", "1", "--max-attempts", "1");
        await WorkAsync("runner", $"sleep 300 & echo $! > {pidFile}; wait");
        ((string)(await TaskAsync("slow"))["error"]!).ShouldBe("timed out after 1 s");
        await UntilAsync(() => Task.FromResult(IsGone(File.ReadAllText(pidFile).Trim())));
        File.Delete(pidFile);
    }

    [Fact]
    public async Task A_cancelled_task_ends_its_program()
    {
        var pidFile = Path.GetTempFileName();
        await RunAsync("submit", "slow", "--code", "slow");
        var working = WorkAsync("runner", $"echo $$ > {pidFile}; sleep 300", "--lease", "1", "--json");
        await UntilAsync(() => Task.FromResult(new FileInfo(pidFile).Length > 0));
        await RunAsync("task", "cancel", "slow");
        ((int)(await working).Json["lost"]!).ShouldBe(1);
        IsGone(File.ReadAllText(pidFile).Trim()).ShouldBeTrue();
        ((string)(await TaskAsync("slow"))["state"]!).ShouldBe("cancelled");
        File.Delete(pidFile);
    }

    [Fact]
    public async Task A_program_that_cannot_be_started_ends_the_agent_and_gives_the_task_back()
    {
        await RunAsync("submit", "any", "--code", "any");
        (await CliRun.OfAsync(_server.Address, "work", "--name", "runner", "--", "/no/such/program"))
            .FailedWith(1).ShouldContain("cannot start '/no/such/program'");
        var task = await TaskAsync("any");
        ((string)task["state"]!).ShouldBe("created");
        ((int)task["attempts"]!).ShouldBe(0);
    }

    [Fact]
    public async Task An_interrupt_lets_running_work_finish_and_signs_off()
    {
        await RunAsync("submit", "short", "--code", "short");
        var pidFile = Path.GetTempFileName();
        using var agent = CliRun.Start(
            _server.Address, "work", "--name", "runner", "--", "sh", "-c", $"echo $$ > {pidFile}; sleep 2; echo made");
        await UntilAsync(() => Task.FromResult(new FileInfo(pidFile).Length > 0));
        using (var kill = Process.Start("kill", ["-INT", $"{agent.Id}"]))
        {
            await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        await agent.WaitForExitAsync(TestContext.Current.CancellationToken);
        agent.ExitCode.ShouldBe(0);
        ((string)(await TaskAsync("short"))["result"]!).ShouldBe("made");
        ((string)(await RunAsync("agents", "--json")).Json["items"]![0]!["status"]!).ShouldBe("offline");
        File.Delete(pidFile);
    }

    /// <summary>G7: one task kills the agent that runs it, every time; it ends failed, and no other does.</summary>
    [Fact]
    [Trait("suite", "long")]
    public async Task A_poison_task_that_kills_its_agent_fails_alone()
    {
        const int Tasks = 40;
        var lines = Enumerable.Range(0, Tasks).Select(i =>
            $$"""{"kind":"x","code":"{{(i == 5 ? "poison" : $"good-{i}")}}","max_attempts":2,"retry":"""
            + """{"backoff":"fixed","delay_seconds":0.2,"cap_seconds":0.2}}""");
        (await CliRun.OfAsync(_server.Address, string.Join('\n', lines), ["submit", "--file", "-"])).Succeeded();
        const string Program = "if [ $LONGSHORE_TASK_CODE = poison ]; then kill -9 $PPID; fi; sleep 0.05; echo ok";
        var crashes = 0;
        await UntilAsync(async () =>
        {
            var run = await CliRun.OfAsync(
                _server.Address,
                ["work", "--name", "runner", "--concurrency", "4", "--exit-when-idle", "--", "sh", "-c", Program]);
            crashes += run.ExitCode == 0 ? 0 : 1;
            var counts = await _server.GetAsync("tasks/counts", TestContext.Current.CancellationToken);
            return (long)counts["created"]! + (long)counts["in_progress"]! == 0;
        });

        crashes.ShouldBeGreaterThanOrEqualTo(2);
        var all = (await RunAsync("tasks", "--limit", "1000", "--json")).Json["items"]!.AsArray();
        all.Count.ShouldBe(Tasks);
        foreach (var task in all)
        {
            var expected = (string)task!["code"]! == "poison" ? "failed" : "done";
            ((string)task["state"]!).ShouldBe(expected, (string)task["code"]!);
        }
    }

    private Task<CliRun> WorkAsync(string name, string program, params string[] options) =>
        RunAsync(["work", "--name", name, "--exit-when-idle", .. options, "--", "sh", "-c", program]);

    private async Task<JsonNode> TaskAsync(string code) =>
        (await RunAsync("task", "show", code, "--json")).Json["task"]!;

    private async Task<CliRun> RunAsync(params string[] arguments) =>
        (await CliRun.OfAsync(_server.Address, arguments)).Succeeded();

    private static bool IsGone(string pid)
    {
        // A dead process whose parent has not asked for its end yet is still listed, as a zombie.
        var status = $"/proc/{pid}/stat";
        return !File.Exists(status) || File.ReadAllText(status).Split(')')[^1].TrimStart().StartsWith('Z');
    }

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var timer = new CancellationTokenSource(Limit, TimeProvider.System);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(
            timer.Token, TestContext.Current.CancellationToken);
        while (!await condition())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, limit.Token);
        }
    }
}
