namespace Longshore.Server.Tests.Cli;

/// <summary><c>longshore workflows</c> and <c>longshore runs</c> against a real server.</summary>
public sealed class WorkflowCommandsTests : CommandTests
{
    private const string Intake = """
        {
          "name": "intake",
          "steps": [
            { "name": "scan", "task": { "kind": "scan" } },
            { "name": "read", "task": { "kind": "read" }, "depends_on": ["scan"],
              "when": { "step": "scan", "path": "pages", "is": "greater", "value": 0 } }
          ]
        }
        """;

    [Fact]
    public async Task A_workflow_is_stored_started_and_seen_through()
    {
        (await RunAsync("workflows", "put", await FileAsync(Intake))).Output.ShouldContain("scan pages greater 0");
        (await RunAsync("workflows", "list")).Output.ShouldContain("intake");
        (await RunAsync("workflows", "show", "intake", "--json")).Json["steps"]!.AsArray().Count.ShouldBe(2);
        (await RunAsync("runs", "start", "intake", "--code", "monday", "--input", """{"n":1}""")).Output
            .ShouldBe("run 1 (monday) of intake@1 is started: 2 steps\n");
        (await RunAsync("runs", "start", "intake", "--code", "monday", "--input", """{"n":1}""")).Output
            .ShouldBe("run 1 (monday) of intake@1 was started before and is running\n");
        (await RunAsync("runs", "show", "monday")).Output.ShouldContain("waiting");
        (await RunAsync("explain", "task", "2")).Output.ShouldStartWith(
            "waits_for_steps: it waits for step scan (created) to end\nWAITS FOR");
        (await RunAsync("runs", "resolve", "monday", "scan", "--result", """{"pages":0}""")).Output
            .ShouldContain("skipped: its condition on step scan does not hold");
        (await RunAsync("runs", "list", "--state", "done")).Output.ShouldContain("monday");
        ((string)(await RunAsync("runs", "show", "1", "--json")).Json["state"]!).ShouldBe("done");
        (await FailAsync("runs", "cancel", "monday")).ShouldContain("run 1 is done; you cannot cancel it now");
        (await FailAsync("runs", "retry", "7")).ShouldContain("there is no run 7");
    }

    [Fact]
    public async Task A_run_is_called_off_and_begun_anew()
    {
        await RunAsync("workflows", "put", await FileAsync(Intake));
        await RunAsync("runs", "start", "intake");
        (await RunAsync("runs", "cancel", "1", "--reason", "too late")).Output.ShouldContain("too late");
        ((string)(await RunAsync("runs", "retry", "1", "--json")).Json["state"]!).ShouldBe("running");
    }

    [Fact]
    public async Task A_step_adds_others_under_it_while_it_is_held()
    {
        const string Pages = """[{ "name": "page-1", "task": { "kind": "ocr", "payload": { "page": 1 } } }]""";
        await RunAsync("workflows", "put", await FileAsync(Intake));
        await RunAsync("runs", "start", "intake", "--code", "monday");
        await RunAsync("agents", "register", "ann", "--max-concurrent", "2");
        (await FailAsync("task", "add-steps", "t-1", Pages)).ShouldContain("the step is no longer yours");
        await RunAsync("claim", "ann");
        (await RunAsync("task", "add-steps", "t-1", Pages)).Output.ShouldBe(
            "t-1 goes on; its run monday has 3 steps\n");
        ((int)(await RunAsync("task", "add-steps", "t-1", Pages, "--json")).Json["steps"]!).ShouldBe(3);
        (await FailAsync("task", "add-steps", "t-1", Pages.Replace("task", "tsk", StringComparison.Ordinal)))
            .ShouldContain("did you mean 'task'?");
        await RunAsync("task", "complete", "t-1", "--result", """{"pages":1}""");
        (await RunAsync("explain", "task", "2")).Output.ShouldStartWith(
            "waits_for_steps: it waits for step scan/page-1");
    }

    [Fact]
    public async Task What_is_wrong_in_a_file_is_named()
    {
        var unknown = Intake.Replace("depends_on", "depend_on", StringComparison.Ordinal);
        (await FailAsync("workflows", "put", await FileAsync(unknown))).ShouldContain("did you mean 'depends_on'?");
        var step = Intake.Replace("[\"scan\"]", "[\"scann\"]", StringComparison.Ordinal);
        (await FailAsync("workflows", "put", await FileAsync(step)))
            .ShouldContain("steps[1].depends_on[0]: there is no step 'scann'; did you mean 'scan'?");
        (await FailAsync("runs", "start", "nothing")).ShouldContain("there is no workflow 'nothing'");
    }
}
