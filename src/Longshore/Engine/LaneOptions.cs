using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Engine;

/// <summary>Runs one task of a kind to its end.</summary>
internal interface ITaskExecutor
{
    /// <summary>Does the work and says how the claim ends. An exception is a failure that is tried again.</summary>
    ValueTask<Finish> ExecuteAsync(WorkTask task, IRunningClaim claim, CancellationToken ct);
}

/// <summary>The claim under which a task runs, as its handler may touch it.</summary>
internal interface IRunningClaim
{
    /// <summary>Extends the lease, and may report progress from 0 to 1.</summary>
    /// <exception cref="LongshoreException">stale_claim: somebody else has ended it.</exception>
    Task RenewAsync(double? progress, CancellationToken ct);
}

/// <summary>How a handler host does one kind of task.</summary>
/// <param name="Kinds">The kind and its other names.</param>
/// <param name="Executor">What does the work.</param>
internal sealed record LaneOptions(IReadOnlyList<string> Kinds, ITaskExecutor Executor)
{
    /// <summary>How many run at once.</summary>
    public int Concurrency { get; init; } = 1;

    /// <summary>Most tasks held beyond those that run; null adapts to how long they take.</summary>
    public int? Prefetch { get; init; }

    /// <summary>Longest run of a task that does not say so itself.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long a run that was told to stop is waited for before its slot is given to another.</summary>
    public TimeSpan AbandonAfter { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a claim holds without renewal; null takes the engine's.</summary>
    public TimeSpan? Lease { get; init; }

    /// <summary>The longest run of one task.</summary>
    public TimeSpan TimeoutOf(WorkTask task) => task.Spec.Timeout ?? Timeout;
}
