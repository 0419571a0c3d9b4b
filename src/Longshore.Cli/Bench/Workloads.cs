namespace Longshore.Cli.Bench;

/// <summary>A workload by name: one run of it, over a store of its own.</summary>
internal static class Workloads
{
    public const string Insert = "insert";
    public const string Enqueue = "enqueue";
    public const string Drain = "drain";
    public const string Latency = "latency";
    public const string Discover = "discover";
    public const string Flows = "flows";

    private const int WarmUpTasks = 10_000;

    /// <summary>Warms up once, uncounted, then runs as often as asked.</summary>
    public static async Task<BenchSummary> RunAsync(string workload, BenchOptions options, CancellationToken ct)
    {
        Func<BenchOptions, CancellationToken, Task<RunFigures>> run = workload switch
        {
            Insert => InsertWorkload.RunAsync,
            Enqueue => EnqueueWorkload.RunAsync,
            Drain => DrainWorkload.RunAsync,
            Latency => LatencyWorkload.RunAsync,
            Discover => DiscoverWorkload.RunAsync,
            Flows => FlowsWorkload.RunAsync,
            _ => throw new ArgumentOutOfRangeException(nameof(workload), workload, null),
        };
        await run(options with { Tasks = Math.Min(options.Tasks, WarmUp(workload)) }, ct).ConfigureAwait(false);
        var runs = new List<RunFigures>();
        for (var i = 0; i < options.Runs; i++)
        {
            runs.Add(await run(options, ct).ConfigureAwait(false));
        }

        return BenchSummary.Of(workload, options, runs);
    }

    // One task after another takes a commit of its own, so a tenth is as warm.
    private static int WarmUp(string workload) => workload is Enqueue or Latency ? WarmUpTasks / 10 : WarmUpTasks;
}
