namespace Longshore.Server.Tests.Cli;

/// <summary><c>longshore schedules</c> against a real server.</summary>
public sealed class ScheduleCommandsTests : CommandTests
{
    [Fact]
    public async Task A_schedule_is_set_shown_paused_resumed_triggered_and_removed()
    {
        var set = await RunAsync(
            "schedules", "set", "nightly", "--cron", "0 2 * * *", "--time-zone", "Europe/Paris", "--kind", "report",
            "--payload", """{"of":"day"}""", "--requires", "sql>=2", "--priority", "8", "--jitter", "60",
            "--misfire", "skip", "--expire-after", "3600");
        set.Output.ShouldContain("0 2 * * * (Europe/Paris)");
        var shown = (await RunAsync("schedules", "show", "nightly", "--json")).Json;
        ((string)shown["task"]!["requires"]![0]!).ShouldBe("sql>=2");
        ((int)shown["task"]!["priority"]!).ShouldBe(8);
        ((string)shown["misfire"]!).ShouldBe("skip");
        ((double)shown["expire_after_seconds"]!).ShouldBe(3600);
        (await RunAsync("schedules", "next", "nightly", "--count", "2")).Output.Trim().Split('\n').Length.ShouldBe(2);
        (await RunAsync("schedules", "next", "nightly", "--json")).Json["ticks"]!.AsArray().Count.ShouldBe(10);
        (await RunAsync("schedules", "pause", "nightly")).Output.ShouldContain("paused");
        (await RunAsync("schedules", "list")).Output.ShouldContain("paused");
        (await RunAsync("schedules", "resume", "nightly")).Output.ShouldNotContain("paused");
        (await RunAsync("schedules", "trigger", "nightly")).Output.ShouldBe("task 1 of schedule nightly\n");
        (await RunAsync("task", "show", "1")).Output.ShouldContain("report");
        (await RunAsync("schedules", "remove", "nightly")).Output.ShouldBe("schedule nightly is removed\n");
        (await FailAsync("schedules", "show", "nightly")).ShouldContain("there is no schedule 'nightly'");
    }

    [Fact]
    public async Task A_schedule_comes_from_a_file_and_goes_back_into_it()
    {
        await RunAsync("schedules", "set", "sweep", "--every", "300", "--kind", "sweep", "--namespace", "n");
        var json = (await RunAsync("schedules", "show", "sweep", "--namespace", "n", "--json")).Output;
        var folder = Directory.CreateTempSubdirectory("longshore-schedule-");
        try
        {
            var file = Path.Combine(folder.FullName, "sweep.json");
            var task = """{"cron":"@daily","task":{"kind":"sweep"}}""";
            await File.WriteAllTextAsync(file, task, TestContext.Current.CancellationToken);
            (await RunAsync("schedules", "set", "sweep", "--namespace", "n", "--file", file)).Output
                .ShouldContain("@daily (UTC)");
            await File.WriteAllTextAsync(file, json, TestContext.Current.CancellationToken);
            (await FailAsync("schedules", "set", "sweep", "--namespace", "n", "--file", file))
                .ShouldContain("is at version 2, not 1");
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        (await RunAsync("schedules", "list", "--namespace", "n", "--limit", "1", "--json")).Json["items"]!.AsArray()
            .Count.ShouldBe(1);
    }

    [Fact]
    public async Task What_is_wrong_is_said_in_a_line()
    {
        (await FailAsync("schedules", "set", "x", "--cron", "0 25 * * *", "--kind", "k"))
            .ShouldContain("cron: hour: '25' is not allowed");
        (await FailAsync("schedules", "set", "x", "--every", "5", "--cron", "@daily", "--kind", "k"))
            .ShouldContain("give cron or every_seconds, not both");
        (await CliRun.OfAsync(Address, ["schedules", "set", "x", "--every", "5"])).FailedWith(2)
            .ShouldContain("give --kind and --cron or --every, or --file");
    }
}
