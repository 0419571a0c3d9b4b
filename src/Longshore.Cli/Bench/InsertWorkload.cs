namespace Longshore.Cli.Bench;

/// <summary>Submissions of a thousand tasks, one after the other.</summary>
internal static class InsertWorkload
{
    public static async Task<RunFigures> RunAsync(BenchOptions options, CancellationToken ct)
    {
        var node = await BenchNode.StartAsync(options, ct: ct).ConfigureAwait(false);
        await using var _ = node.ConfigureAwait(false);
        var before = node.Writes;
        var start = TimeProvider.System.GetTimestamp();
        await BenchTasks.SubmitAsync(node.Client, options.Tasks, ct, options.Unique).ConfigureAwait(false);
        var seconds = TimeProvider.System.GetElapsedTime(start).TotalSeconds;
        await Check.CreatedAsync(node.Client, options.Tasks, ct).ConfigureAwait(false);
        return new RunFigures
        {
            TasksPerSecond = options.Tasks / seconds,
            BareTasksPerSecond = options.Bare ? Bare(node.Path!, options) : null,
        }.With(options.Tasks, before, node.Writes);
    }

    private static double Bare(string beside, BenchOptions options)
    {
        using var bare = new BareSqlite(beside, options.Store.Durability);
        var start = TimeProvider.System.GetTimestamp();
        bare.Insert(options.Tasks, BenchTasks.BatchSize, BenchTasks.Payload);
        return options.Tasks / TimeProvider.System.GetElapsedTime(start).TotalSeconds;
    }
}
