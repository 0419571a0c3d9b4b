using Longshore.Hosting;

namespace Longshore.Cli.Bench;

/// <summary>
/// A backlog done by typed handlers in an application of its own, timed from before the handlers start until the last
/// finish is committed. The rest is as anybody gets it who changes no setting.
/// </summary>
internal static class DrainWorkload
{
    public const string Agent = "bench-agent";

    public static async Task<RunFigures> RunAsync(BenchOptions options, CancellationToken ct)
    {
        (long, long)? before = null;
        long start = 0;
        double resident = 0;
        var node = await BenchNode.StartAsync(options, Handlers(options), LoadAsync, ct: ct).ConfigureAwait(false);
        await using var _ = node.ConfigureAwait(false);
        var end = await node.FinishedAsync(options.Tasks, ct).ConfigureAwait(false);
        var figures = new RunFigures
        {
            TasksPerSecond = options.Tasks / TimeProvider.System.GetElapsedTime(start, end).TotalSeconds,
            ResidentMegabytes = resident,
        }.With(options.Tasks, before, node.Writes);
        await Check.DoneAsync(node.Client, options.Tasks, ct).ConfigureAwait(false);
        return figures with { BareTasksPerSecond = options.Bare ? Bare(node.Path!, options) : null };

        async Task LoadAsync(BenchNode loading)
        {
            await (options.Guarded
                ? GuardedTasks.SubmitAsync(loading.Client, options.Tasks, ct)
                : BenchTasks.SubmitAsync(loading.Client, options.Tasks, ct, options.Unique)).ConfigureAwait(false);
            GC.Collect();
            resident = RunFigures.ResidentNow();
            before = loading.Writes;
            start = TimeProvider.System.GetTimestamp();
        }
    }

    public static Action<LongshoreBuilder> Handlers(BenchOptions options) => longshore => longshore.AddAgent(
        Agent,
        agent => agent.Capabilities(BenchTasks.Capabilities).Handle<NoOpHandler>(handler =>
        {
            handler.Concurrency = options.Concurrency;
            handler.Prefetch = options.Prefetch;
        }));

    private static double Bare(string beside, BenchOptions options)
    {
        using var bare = new BareSqlite(beside, options.Store.Durability);
        bare.Insert(options.Tasks, BenchTasks.BatchSize, BenchTasks.Payload);
        var start = TimeProvider.System.GetTimestamp();
        bare.Drain(BenchTasks.BatchSize);
        return options.Tasks / TimeProvider.System.GetElapsedTime(start).TotalSeconds;
    }
}
