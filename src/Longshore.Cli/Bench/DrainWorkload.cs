using Longshore.Client;
using Longshore.Hosting;
using Longshore.Rules;
using Longshore.Storage;
using Longshore.Tasks;

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
        if (options.Pruning)
        {
            var pruned = await PrunedAsync(node.Client, options.Tasks, ct).ConfigureAwait(false);
            return figures with { PrunedTasks = pruned };
        }

        if (options.Blocked == 0)
        {
            await Check.DoneAsync(node.Client, options.Tasks, ct).ConfigureAwait(false);
        }

        return figures with { BareTasksPerSecond = options.Bare ? Bare(node.Path!, options) : null };

        async Task LoadAsync(BenchNode loading)
        {
            if (options.Pruning)
            {
                await BenchTasks.SubmitAsync(loading.Client, options.Tasks, ct).ConfigureAwait(false);
                await CancelAllAsync(loading.Client, ct).ConfigureAwait(false);
            }

            if (options.Limited)
            {
                await LimitedTasks.LimitAllAsync(loading.Client, ct).ConfigureAwait(false);
            }

            await SubmitAsync(loading.Client, options, ct).ConfigureAwait(false);
            if (options.Pruning)
            {
                var old = new RetentionRules { Cancelled = TimeSpan.FromMilliseconds(1) };
                await loading.Client.SetRulesAsync("default", new NamespaceRules { Retention = old }, ct: ct)
                    .ConfigureAwait(false);
            }

            GC.Collect();
            resident = RunFigures.ResidentNow();
            before = loading.Writes;
            start = TimeProvider.System.GetTimestamp();
        }
    }

    public static Action<LongshoreBuilder> Handlers(BenchOptions options) => longshore => longshore.AddAgent(
        Agent,
        agent => (options.Shared || options.Tenants ? agent.Namespaces(TenantTasks.Namespaces) : agent)
            .Capabilities(BenchTasks.Capabilities).Handle<NoOpHandler>(handler =>
            {
                handler.Concurrency = options.Concurrency;
                handler.Prefetch = options.Prefetch;
            }));

    private static async Task CancelAllAsync(ILongshoreClient client, CancellationToken ct)
    {
        var filter = new TaskQuery { Namespace = "default", Limit = Limits.PageMax };
        do
        {
            var change = new BulkChange { Action = BulkAction.Cancel, Filter = filter };
            var outcome = await client.ChangeTasksAsync(change, ct).ConfigureAwait(false);
            filter = filter with { After = outcome.Next };
        }
        while (filter.After is not null);
    }

    /// <summary>How many of the tasks that were called off before are deleted by now.</summary>
    private static async Task<double> PrunedAsync(ILongshoreClient client, int tasks, CancellationToken ct)
    {
        var counts = await client.CountByStateAsync(ct: ct).ConfigureAwait(false);
        return counts[TaskState.Done] == tasks
            ? tasks - counts[TaskState.Cancelled]
            : throw new LongshoreException(ErrorCode.WrongState, "the benchmark is void: not every task is done");
    }

    private static Task SubmitAsync(ILongshoreClient client, BenchOptions options, CancellationToken ct) =>
        options switch
        {
            { Guarded: true } => GuardedTasks.SubmitAsync(client, options.Tasks, ct),
            { Blocked: > 0 } => LimitedTasks.SubmitBesideBlockedAsync(client, options.Blocked, options.Tasks, ct),
            { Shared: true } => TenantTasks.SubmitAsync(client, options.Tasks, shared: true, ct),
            { Tenants: true } => TenantTasks.SubmitAsync(client, options.Tasks, shared: false, ct),
            { Keyed: > 0 } => LimitedTasks.SubmitKeyedAsync(client, options.Keyed, options.Tasks, ct),
            { Batch: true } => BenchTasks.SubmitBatchAsync(client, options.Tasks, ct),
            _ => BenchTasks.SubmitAsync(client, options.Tasks, ct, options.Unique),
        };

    private static double Bare(string beside, BenchOptions options)
    {
        using var bare = new BareSqlite(beside, options.Store.Durability);
        bare.Insert(options.Tasks, BenchTasks.BatchSize, BenchTasks.Payload);
        var start = TimeProvider.System.GetTimestamp();
        bare.Drain(BenchTasks.BatchSize);
        return options.Tasks / TimeProvider.System.GetElapsedTime(start).TotalSeconds;
    }
}
