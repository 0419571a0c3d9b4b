using System.Text.Json.Nodes;

namespace Longshore.Server.Tests.Demo;

/// <summary>Every workload of <c>longshore bench</c>, small, as a process.</summary>
public sealed class BenchTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("longshore-bench-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("insert", "sqlite", "--bare")]
    [InlineData("insert", "memory")]
    [InlineData("enqueue", "sqlite", "--concurrency", "4")]
    [InlineData("drain", "sqlite", "--bare")]
    [InlineData("drain", "memory", "--prefetch", "0")]
    public async Task Bench_tells_how_many_tasks_a_second(string workload, string store, params string[] options)
    {
        var summary = await BenchAsync(workload, ["--tasks", "250", "--store", Store(store), .. options]);

        summary.ShouldHave(("workload", workload), ("store", store), ("tasks", 250), ("runs", 1), ("classes", 200));
        Number(summary, "tasks_per_second").ShouldBeGreaterThan(0);
        Number(summary, "min").ShouldBe(Number(summary, "tasks_per_second"));
        Number(summary, "max").ShouldBe(Number(summary, "tasks_per_second"));
        Number(summary, "resident_mb").ShouldBeGreaterThan(1);
        summary.ContainsKey("commits_per_task").ShouldBe(store == "sqlite");
        summary.ContainsKey("ratio").ShouldBe(options.Contains("--bare"));
        if (store == "sqlite")
        {
            Number(summary, "commits_per_task").ShouldBeInRange(0.0001, 2);
            Number(summary, "statements_per_task").ShouldBeGreaterThanOrEqualTo(2);
        }

        if (options.Contains("--bare"))
        {
            Number(summary, "bare_tasks_per_second").ShouldBeGreaterThan(0);
            Number(summary, "ratio").ShouldBeGreaterThan(0);
        }
    }

    [Fact]
    public async Task Bench_latency_tells_how_long_a_task_waits_for_its_handler()
    {
        var summary = await BenchAsync("latency", ["--tasks", "40", "--runs", "2"]);

        summary.ShouldHave(("tasks", 40), ("runs", 2), ("synchronous", "full"));
        Number(summary, "p50_ms").ShouldBeLessThanOrEqualTo(Number(summary, "p95_ms"));
        Number(summary, "p95_ms").ShouldBeLessThanOrEqualTo(Number(summary, "p99_ms"));
        Number(summary, "submit_p50_ms").ShouldBeGreaterThan(0);
        Number(summary, "submit_p99_ms").ShouldBeGreaterThanOrEqualTo(Number(summary, "submit_p50_ms"));
    }

    [Theory]
    [InlineData("zipf")]
    [InlineData("uniform")]
    public async Task Bench_discover_tells_how_long_an_agent_waits_for_an_answer(string distribution)
    {
        var summary = await BenchAsync(
            "discover", ["--tasks", "600", "--agents", "20", "--capabilities", "30", "--distribution", distribution]);

        summary.ShouldHave(("tasks", 600), ("agents", 20));
        Number(summary, "classes").ShouldBeInRange(100, 600);
        Number(summary, "p50_ms").ShouldBeGreaterThan(0);
        Number(summary, "p99_ms").ShouldBeGreaterThanOrEqualTo(Number(summary, "p50_ms"));
    }

    [Fact]
    public async Task Bench_route_times_every_strategy()
    {
        var summary = await BenchAsync("route", ["--tasks", "400", "--agents", "40", "--classes", "5"]);

        summary.ShouldHave(("tasks", 400), ("agents", 40), ("classes", 5));
        var rows = summary["strategies"]!.AsArray().Select(row => row!.AsObject()).ToList();
        rows.Select(row => (string)row["strategy"]!).Distinct().ShouldBe(
        [
            "round_robin", "least_loaded", "performance_weighted", "hybrid", "first_available", "random", "best_match",
            "specialists_first",
        ]);
        rows.ShouldAllBe(row => Number(row, "p50_us") > 0 && Number(row, "p99_us") >= Number(row, "p50_us"));
        rows.Where(row => Number(row, "ineligible") < 0.5).ShouldAllBe(row => Number(row, "unrouted") == 0);
    }

    [Fact]
    public async Task Bench_plan_times_each_step_and_tells_what_greedy_loses()
    {
        var summary = await BenchAsync("plan", ["--tasks", "300", "--agents", "40", "--slots", "5"]);

        summary.ShouldHave(("store", "sqlite"), ("tasks", 300), ("agents", 40), ("slots", 5), ("runs", 1));
        Number(summary, "greedy_loses_percent").ShouldBeInRange(0, 50);
        var steps = summary["steps"]!.AsArray().Select(row => row!.AsObject()).ToList();
        steps.Select(row => (string)row["step"]!).ShouldBe(
            ["look", "greedy", "optimal", "candidates", "apply", "standing"]);
        steps.ShouldAllBe(row => Number(row, "milliseconds") > 0);
        var optimal = steps.Single(row => (string)row["step"]! == "optimal");
        Number(optimal, "gap").ShouldBe(0);
        Number(steps[^1], "assigned").ShouldBe(Number(optimal, "assigned"));
    }

    [Fact]
    public async Task Bench_plan_of_a_small_hall_is_not_disturbed_by_the_plans_of_its_own_node()
    {
        var summary = await BenchAsync("plan", ["--tasks", "200", "--agents", "20", "--store", "memory"]);

        var steps = summary["steps"]!.AsArray().Select(row => row!.AsObject()).ToList();
        var optimal = steps.Single(row => (string)row["step"]! == "optimal");
        Number(optimal, "assigned").ShouldBeGreaterThan(100);
        Number(steps[^1], "assigned").ShouldBe(Number(optimal, "assigned"));
    }

    [Fact]
    public async Task Bench_views_times_the_first_rows_of_each()
    {
        var summary = await BenchAsync("views", ["--tasks", "200", "--agents", "20"]);

        summary.ShouldHave(("store", "sqlite"), ("tasks", 200), ("agents", 20), ("runs", 1));
        var views = summary["views"]!.AsArray().Select(row => row!.AsObject()).ToList();
        views.Select(row => (string)row["view"]!).ShouldBe(
            ["available_tasks", "task_agent_matches", "handoff_opportunities", "work_queue"]);
        views.ShouldAllBe(row => Number(row, "milliseconds") > 0);
    }

    [Theory]
    [InlineData("--store: only databases have views", "views", "--store", "memory", "--tasks", "9")]
    [InlineData("cannot be used", "drain", "--store", "postgres:Host=127.0.0.1;Port=1")]
    [InlineData("--tasks: must be from 1", "insert", "--tasks", "0")]
    [InlineData("--bare: there are bare statements for sqlite only", "insert", "--bare", "--store", "memory")]
    [InlineData("neither auto nor a number", "drain", "--prefetch", "some")]
    public async Task Bench_refuses_what_it_cannot_do_in_one_line(string problem, params string[] arguments)
    {
        var (code, output, errors) = await RunAsync(["bench", .. arguments]);

        code.ShouldBeInRange(1, 2);
        output.ShouldBeEmpty();
        errors.ShouldContain(problem);
        errors.TrimEnd().ShouldNotContain('\n');
    }

    [Fact]
    public async Task Bench_leaves_a_file_alone_that_is_there_already()
    {
        var path = Path.Combine(_folder.FullName, "mine.db");
        await File.WriteAllTextAsync(path, "mine", TestContext.Current.CancellationToken);

        var (code, _, errors) = await RunAsync(["bench", "insert", "--store", "sqlite:" + path]);

        code.ShouldBe(1);
        errors.ShouldContain("mine.db exists");
        (await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken)).ShouldBe("mine");
    }

    private async Task<JsonObject> BenchAsync(string workload, string[] options)
    {
        var (code, output, errors) = await RunAsync(["bench", workload, "--json", .. options]);
        code.ShouldBe(0, errors);
        _folder.EnumerateFileSystemInfos().ShouldBeEmpty("databases are deleted afterwards");
        return JsonNode.Parse(output)!.AsObject();
    }

    private Task<(int Code, string Output, string Errors)> RunAsync(string[] arguments) =>
        CliProcess.RunAsync(_folder.FullName, arguments, TestContext.Current.CancellationToken);

    private string Store(string name) => name == "memory" ? name : $"sqlite:{Path.Combine(_folder.FullName, "b.db")}";

    private static double Number(JsonObject summary, string key) => (double)summary[key]!;
}
