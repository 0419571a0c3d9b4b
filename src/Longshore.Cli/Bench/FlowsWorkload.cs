using System.Globalization;
using Longshore.Client;
using Longshore.Tasks;
using Longshore.Workflows;
using Microsoft.Extensions.DependencyInjection;

namespace Longshore.Cli.Bench;

/// <summary>
/// Steps of workflows done by handlers that do nothing: many short chains, one step that fans out to all others and in
/// again; or, with the time from step to step told, one long chain in an otherwise idle application, or short chains
/// that begin as fast as steps are to be done.
/// </summary>
internal static class FlowsWorkload
{
    private const int StartersAtOnce = 64;
    private const int PacedPerSecond = 2000;
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(10);

    // A workflow in a step's place adds nothing here; a chain of more steps than a definition may have is run in parts.
    private const int ChainMax = 1000;

    public static async Task<RunFigures> RunAsync(BenchOptions options, CancellationToken ct)
    {
        var starts = new StartTimes();
        (long, long)? before = null;
        long start = 0;
        var (flow, runs) = Shape(options);
        var tasks = flow.Steps.Count * runs;
        var node = await BenchNode.StartAsync(options, Compose, LoadAsync, ct: ct).ConfigureAwait(false);
        await using var _ = node.ConfigureAwait(false);
        if (TellsWaits(options.Flow))
        {
            start = options.Flow == FlowShape.Paced
                ? await StartPacedAsync(node.Client, flow, runs, ct).ConfigureAwait(false)
                : await StartAsync(node.Client, flow, runs, ct).ConfigureAwait(false);
        }

        var end = await node.FinishedAsync(tasks, ct).ConfigureAwait(false);
        var after = node.Writes;
        await Check.DoneAsync(node.Client, tasks, ct).ConfigureAwait(false);
        var figures = new RunFigures
        {
            TasksPerSecond = tasks / TimeProvider.System.GetElapsedTime(start, end).TotalSeconds,
            Waits = TellsWaits(options.Flow) ? Percentiles.Of(starts.FromStepToStep()) : null,
        };
        return figures.With(tasks, before, after);

        void Compose(LongshoreBuilder longshore)
        {
            longshore.Services.AddSingleton(starts);
            DrainWorkload.Handlers(options)(longshore);
        }

        async Task LoadAsync(BenchNode loading)
        {
            await loading.Client.PutWorkflowAsync(flow, ct).ConfigureAwait(false);
            if (!TellsWaits(options.Flow))
            {
                await StartAsync(loading.Client, flow, runs, ct).ConfigureAwait(false);
            }

            before = loading.Writes;
            start = TimeProvider.System.GetTimestamp();
        }
    }

    private static bool TellsWaits(FlowShape shape) => shape is FlowShape.OneByOne or FlowShape.Paced;

    private static (Workflow Flow, int Runs) Shape(BenchOptions options) => options.Flow switch
    {
        FlowShape.Fan => (Fan(Math.Clamp(options.Tasks, 3, Limits.WorkflowStepsMax)), 1),
        FlowShape.OneByOne => (Chain(Math.Clamp(options.Tasks, 2, ChainMax)), 1),
        _ => (Chain(options.Steps), Math.Max(1, options.Tasks / options.Steps)),
    };

    private static Workflow Chain(int steps) => Flow(Enumerable.Range(0, steps).Select(i =>
        Step(i, i == 0 ? [] : [Name(i - 1)])));

    private static Workflow Fan(int steps)
    {
        var parts = Enumerable.Range(1, steps - 2).ToList();
        return Flow(
        [
            Step(0, []), .. parts.Select(i => Step(i, [Name(0)])), Step(steps - 1, [.. parts.Select(Name)]),
        ]);
    }

    private static Workflow Flow(IEnumerable<WorkflowStep> steps) => new() { Name = "bench", Steps = [.. steps] };

    private static WorkflowStep Step(int index, string[] after) => new()
    {
        Name = Name(index),
        Task = BenchTasks.Get(index),
        DependsOn = after,
    };

    private static string Name(int index) => string.Create(CultureInfo.InvariantCulture, $"s{index}");

    private static async Task<long> StartAsync(ILongshoreClient client, Workflow flow, int runs, CancellationToken ct)
    {
        var start = TimeProvider.System.GetTimestamp();
        var together = new ParallelOptions { MaxDegreeOfParallelism = StartersAtOnce, CancellationToken = ct };
        await Parallel.ForAsync(0, runs, together, async (_, stop) =>
            await client.StartRunAsync(new RunRequest(flow.Name), stop).ConfigureAwait(false)).ConfigureAwait(false);
        return start;
    }

    /// <summary>Starts runs so that their steps come at the pace, however long each start takes.</summary>
    private static async Task<long> StartPacedAsync(
        ILongshoreClient client, Workflow flow, int runs, CancellationToken ct)
    {
        var start = TimeProvider.System.GetTimestamp();
        var starting = new List<Task>();
        while (starting.Count < runs)
        {
            var due = TimeProvider.System.GetElapsedTime(start).TotalSeconds * PacedPerSecond / flow.Steps.Count;
            while (starting.Count < Math.Min(runs, due))
            {
                starting.Add(client.StartRunAsync(new RunRequest(flow.Name), ct));
            }

            await Task.Delay(Pace, TimeProvider.System, ct).ConfigureAwait(false);
        }

        await Task.WhenAll(starting).ConfigureAwait(false);
        return start;
    }
}

/// <summary>How the steps of the benchmark depend on each other.</summary>
internal enum FlowShape
{
    /// <summary>Many short chains.</summary>
    Chains = 0,

    /// <summary>One step, then all others, then one.</summary>
    Fan = 1,

    /// <summary>One long chain, while nothing else is to do.</summary>
    OneByOne = 2,

    /// <summary>Short chains that begin as fast as 2,000 steps a second take.</summary>
    Paced = 3,
}
