using System.Collections.Concurrent;
using System.ComponentModel.DataAnnotations;
using Longshore.Hosting;

namespace Longshore.Tests.Hosting;

/// <summary>What the handlers of these tests take.</summary>
internal sealed record Note(string Text = "", [Range(0, 100)] int Count = 0);

/// <summary>Lets a test say what its handlers do, and see what they did.</summary>
internal sealed class Probe
{
    public delegate ValueTask<TaskResult> Doing(Note note, TaskContext context, CancellationToken ct);

    /// <summary>What each kind does; done at once unless said otherwise.</summary>
    public ConcurrentDictionary<string, Doing> On { get; } = new();

    /// <summary>The kinds and texts that were started, in order.</summary>
    public ConcurrentQueue<(string Kind, string Text)> Started { get; } = [];

    /// <summary>How many run now.</summary>
    public int Running => Volatile.Read(ref _running);

    /// <summary>Most that ran at once.</summary>
    public int RunningMost => Volatile.Read(ref _runningMost);

    private int _running;
    private int _runningMost;

    public async ValueTask<TaskResult> RunAsync(string kind, Note note, TaskContext context, CancellationToken ct)
    {
        Started.Enqueue((kind, note.Text));
        var running = Interlocked.Increment(ref _running);
        for (var most = _runningMost; running > most; most = _runningMost)
        {
            Interlocked.CompareExchange(ref _runningMost, running, most);
        }

        try
        {
            return await (On.TryGetValue(kind, out var doing) ? doing(note, context, ct) : new(TaskResult.Done()));
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }

    /// <summary>Something that runs until it is told to stop.</summary>
    public static async ValueTask<TaskResult> UntilStopped(Note note, TaskContext context, CancellationToken ct)
    {
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, ct);
        return TaskResult.Done();
    }

    /// <summary>Something that ignores that it is told to stop.</summary>
    public static async ValueTask<TaskResult> ForEver(Note note, TaskContext context, CancellationToken ct)
    {
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, CancellationToken.None);
        return TaskResult.Done();
    }
}

[TaskKind("note", Aliases = ["old-note"])]
[Capabilities("paper", "pen:2")]
internal sealed class NoteHandler(Probe probe) : TaskHandler<Note>
{
    public override ValueTask<TaskResult> HandleAsync(Note payload, TaskContext context, CancellationToken ct) =>
        probe.RunAsync("note", payload, context, ct);
}

/// <summary>Fixes the payload further up, with another generic argument before it (T2.15).</summary>
internal abstract class Counting<TUnused, TPayload> : TaskHandler<TPayload>;

internal abstract class CountingNotes<TUnused> : Counting<TUnused, Note>;

[TaskKind("other")]
internal sealed class OtherHandler(Probe probe) : CountingNotes<string>
{
    public override ValueTask<TaskResult> HandleAsync(Note payload, TaskContext context, CancellationToken ct) =>
        probe.RunAsync("other", payload, context, ct);
}
