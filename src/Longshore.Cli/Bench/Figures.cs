namespace Longshore.Cli.Bench;

/// <summary>What one run of a workload measured; what it does not measure is null.</summary>
internal sealed record RunFigures
{
    public double? TasksPerSecond { get; init; }

    /// <summary>Of what the workload waits for, in milliseconds.</summary>
    public Percentiles? Waits { get; init; }

    /// <summary>Of the submit call, in milliseconds, where that is not what the workload waits for.</summary>
    public Percentiles? Submits { get; init; }

    public double? CommitsPerTask { get; init; }

    public double? StatementsPerTask { get; init; }

    /// <summary>Of the same work by bare statements, in the same run.</summary>
    public double? BareTasksPerSecond { get; init; }

    /// <summary>Ended tasks deleted meanwhile.</summary>
    public double? PrunedTasks { get; init; }

    public int Classes { get; init; } = BenchTasks.Classes;

    /// <summary>Memory of this process with the tasks loaded, in MB (2^20 bytes).</summary>
    public double ResidentMegabytes { get; init; } = ResidentNow();

    public static double ResidentNow() => Math.Round(Environment.WorkingSet / 1048576.0, 1);

    public RunFigures With(
        int tasks, (long Commits, long Statements)? before, (long Commits, long Statements)? after) =>
        before is not { } b || after is not { } a
            ? this
            : this with
            {
                CommitsPerTask = (double)(a.Commits - b.Commits) / tasks,
                StatementsPerTask = (double)(a.Statements - b.Statements) / tasks,
            };
}

/// <summary>All runs of a workload in one document; its members are the keys of <c>--json</c>.</summary>
internal sealed record BenchSummary
{
    public required string Workload { get; init; }

    public required string Store { get; init; }

    public string? Synchronous { get; init; }

    public required int Tasks { get; init; }

    public required int Runs { get; init; }

    public int? Agents { get; init; }

    public int? Concurrency { get; init; }

    public int Classes { get; init; }

    public double? TasksPerSecond { get; init; }

    public double? Min { get; init; }

    public double? Max { get; init; }

    public double? P50Ms { get; init; }

    public double? P95Ms { get; init; }

    public double? P99Ms { get; init; }

    public double? SubmitP50Ms { get; init; }

    public double? SubmitP95Ms { get; init; }

    public double? SubmitP99Ms { get; init; }

    public double? CommitsPerTask { get; init; }

    public double? StatementsPerTask { get; init; }

    public double? PrunedTasks { get; init; }

    public double ResidentMb { get; init; }

    public double? BareTasksPerSecond { get; init; }

    /// <summary>Our tasks a second as a part of those of the bare statements.</summary>
    public double? Ratio { get; init; }

    public static BenchSummary Of(string workload, BenchOptions options, IReadOnlyList<RunFigures> runs)
    {
        var rate = Middle(runs, r => r.TasksPerSecond);
        var bare = Middle(runs, r => r.BareTasksPerSecond);
        var waits = Middle(runs, r => r.Waits);
        var submits = Middle(runs, r => r.Submits);
        return new BenchSummary
        {
            Workload = workload,
            Store = options.Store.Name,
            Synchronous = options.Store.Name == "sqlite"
                ? options.Store.Durability.ToString().ToLowerInvariant()
                : null,
            Tasks = options.Tasks,
            Runs = runs.Count,
            Agents = workload == Workloads.Discover ? options.Agents : null,
            Concurrency = workload is Workloads.Enqueue or Workloads.Drain ? options.Concurrency : null,
            Classes = runs[^1].Classes,
            TasksPerSecond = Round(rate, 0),
            Min = Round(runs.Min(r => r.TasksPerSecond), 0),
            Max = Round(runs.Max(r => r.TasksPerSecond), 0),
            P50Ms = Round(waits?.P50, 3),
            P95Ms = Round(waits?.P95, 3),
            P99Ms = Round(waits?.P99, 3),
            SubmitP50Ms = Round(submits?.P50, 3),
            SubmitP95Ms = Round(submits?.P95, 3),
            SubmitP99Ms = Round(submits?.P99, 3),
            CommitsPerTask = Round(Middle(runs, r => r.CommitsPerTask), 5),
            StatementsPerTask = Round(Middle(runs, r => r.StatementsPerTask), 3),
            PrunedTasks = Middle(runs, r => r.PrunedTasks),
            ResidentMb = runs.Max(r => r.ResidentMegabytes),
            BareTasksPerSecond = Round(bare, 0),
            Ratio = Round(rate / bare, 2),
        };
    }

    private static double? Middle(IReadOnlyList<RunFigures> runs, Func<RunFigures, double?> figure) =>
        figure(runs[0]) is null ? null : Percentiles.Median(runs.Select(r => figure(r)!.Value));

    private static Percentiles? Middle(IReadOnlyList<RunFigures> runs, Func<RunFigures, Percentiles?> figure) =>
        figure(runs[0]) is null ? null : Percentiles.Median([.. runs.Select(r => figure(r)!.Value)]);

    private static double? Round(double? value, int digits) => value is { } v ? Math.Round(v, digits) : null;
}
