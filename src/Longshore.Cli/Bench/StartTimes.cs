using System.Collections.Concurrent;
using Longshore.Tasks;

namespace Longshore.Cli.Bench;

/// <summary>When the handler began each task.</summary>
internal sealed class StartTimes
{
    private readonly ConcurrentDictionary<long, (TaskRun? Run, long At)> _byTask = [];

    public void Add(WorkTask task) => _byTask[task.Id] = (task.Run, TimeProvider.System.GetTimestamp());

    public long Of(long task) => _byTask[task].At;

    /// <summary>
    /// Milliseconds from each step of a chain to the next, for handlers that take no time: within a run a step begins
    /// when the one before it is done.
    /// </summary>
    public double[] FromStepToStep() =>
    [
        .. _byTask.Values.Where(start => start.Run is not null).GroupBy(start => start.Run!.Id, start => start.At)
            .Select(run => run.Order().ToArray())
            .SelectMany(run => run.Zip(run.Skip(1)))
            .Select(pair => TimeProvider.System.GetElapsedTime(pair.First, pair.Second).TotalMilliseconds),
    ];
}
