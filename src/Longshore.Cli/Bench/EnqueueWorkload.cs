namespace Longshore.Cli.Bench;

/// <summary>Many callers at once, each submitting one task after the other.</summary>
internal static class EnqueueWorkload
{
    public static async Task<RunFigures> RunAsync(BenchOptions options, CancellationToken ct)
    {
        var node = await BenchNode.StartAsync(options, ct: ct).ConfigureAwait(false);
        await using var _ = node.ConfigureAwait(false);
        var before = node.Writes;
        var waits = new double[options.Tasks];
        var next = -1;
        async Task CallAsync()
        {
            for (var i = Interlocked.Increment(ref next); i < waits.Length; i = Interlocked.Increment(ref next))
            {
                var start = TimeProvider.System.GetTimestamp();
                await node.Client.SubmitAsync([BenchTasks.Get(i)], ct).ConfigureAwait(false);
                waits[i] = TimeProvider.System.GetElapsedTime(start).TotalMilliseconds;
            }
        }

        var begin = TimeProvider.System.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, options.Concurrency).Select(_ => Task.Run(CallAsync, ct)))
            .ConfigureAwait(false);
        var seconds = TimeProvider.System.GetElapsedTime(begin).TotalSeconds;
        await Check.CreatedAsync(node.Client, options.Tasks, ct).ConfigureAwait(false);
        return new RunFigures { TasksPerSecond = options.Tasks / seconds, Waits = Percentiles.Of(waits) }
            .With(options.Tasks, before, node.Writes);
    }
}
