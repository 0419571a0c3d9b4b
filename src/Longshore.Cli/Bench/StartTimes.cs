using System.Collections.Concurrent;

namespace Longshore.Cli.Bench;

/// <summary>When the handler began each task.</summary>
internal sealed class StartTimes
{
    private readonly ConcurrentDictionary<long, long> _byTask = [];

    public void Add(long task) => _byTask[task] = TimeProvider.System.GetTimestamp();

    public long Of(long task) => _byTask[task];
}
