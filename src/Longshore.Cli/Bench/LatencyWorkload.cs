using Microsoft.Extensions.DependencyInjection;

namespace Longshore.Cli.Bench;

/// <summary>
/// An idle handler host in this process, on the node that takes the tasks or on another that shares its database; one
/// task at a time, the next when the last one is done. A handler that starts before the submit call has returned waited
/// for nothing, and counts as zero.
/// </summary>
internal static class LatencyWorkload
{
    public static async Task<RunFigures> RunAsync(BenchOptions options, CancellationToken ct)
    {
        var starts = new StartTimes();
        void Compose(LongshoreBuilder longshore)
        {
            longshore.Services.AddSingleton(starts);
            DrainWorkload.Handlers(options)(longshore);
        }

        var other = options.Across ? await BenchNode.StartAsync(options, ct: ct).ConfigureAwait(false) : null;
        var node = await BenchNode.StartAsync(options, Compose, beside: other, ct: ct).ConfigureAwait(false);
        var client = (other ?? node).Client;
        var before = node.Writes;
        var waits = new double[options.Tasks];
        var submits = new double[options.Tasks];
        for (var i = 0; i < options.Tasks; i++)
        {
            var called = TimeProvider.System.GetTimestamp();
            var submitted = await client.SubmitAsync([BenchTasks.Get(i)], ct).ConfigureAwait(false);
            var returned = TimeProvider.System.GetTimestamp();
            await node.FinishedAsync(i + 1, ct).ConfigureAwait(false);
            submits[i] = TimeProvider.System.GetElapsedTime(called, returned).TotalMilliseconds;
            var wait = TimeProvider.System.GetElapsedTime(returned, starts.Of(submitted[0].Id)).TotalMilliseconds;
            waits[i] = Math.Max(0, wait);
        }

        await Check.DoneAsync(node.Client, options.Tasks, ct).ConfigureAwait(false);
        var figures = new RunFigures { Waits = Percentiles.Of(waits), Submits = Percentiles.Of(submits) }
            .With(options.Tasks, before, node.Writes);
        await node.DisposeAsync().ConfigureAwait(false);
        if (other is not null)
        {
            await other.DisposeAsync().ConfigureAwait(false);
        }

        return figures;
    }
}
