using System.Globalization;
using Longshore.Hosting;
using Longshore.Workflows;

namespace Longshore.Cli.Bench;

/// <summary>The payload, as the handler is given it; as a callback it is told what became of the batch.</summary>
internal sealed record NoOpPayload(string Text, BatchOutcome? Batch = null);

/// <summary>Does nothing, for every kind of the benchmark: one handler, so that its concurrency is the whole.</summary>
[TaskKind(
    "noop-0",
    Aliases =
    [
        "noop-1", "noop-2", "noop-3", "noop-4", "noop-5", "noop-6", "noop-7", "noop-8", "noop-9",
        "noop-10", "noop-11", "noop-12", "noop-13", "noop-14", "noop-15", "noop-16", "noop-17", "noop-18", "noop-19",
    ])]
internal sealed class NoOpHandler(StartTimes? starts = null) : TaskHandler<NoOpPayload>
{
    public const int KindCount = 20;

    public static string Kind(int index) => string.Create(CultureInfo.InvariantCulture, $"noop-{index}");

    public override ValueTask<TaskResult> HandleAsync(NoOpPayload payload, TaskContext context, CancellationToken ct)
    {
        starts?.Add(context.Task);
        return ValueTask.FromResult(TaskResult.Done());
    }
}
