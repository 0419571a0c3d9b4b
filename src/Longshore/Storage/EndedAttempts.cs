using Longshore.Assignments;
using Longshore.Tasks;

namespace Longshore.Storage;

/// <summary>Which ended attempts to look at, the newest first.</summary>
public sealed record AttemptQuery
{
    /// <summary>Most events that are looked at for one answer, whatever they are about.</summary>
    internal const int EventsMax = 50_000;

    /// <summary>Most attempts of one answer.</summary>
    internal const int AttemptsMax = 10_000;

    /// <summary>Only of this namespace; null means all.</summary>
    public string? Namespace { get; init; }

    /// <summary>Only of this kind; null means all.</summary>
    public string? Kind { get; init; }

    /// <summary>Only those that ended at or after this instant, in microseconds.</summary>
    public required long SinceUs { get; init; }

    /// <summary>Most attempts.</summary>
    public int Limit { get; init; } = AttemptsMax;
}

/// <summary>Ended attempts.</summary>
/// <param name="Attempts">The newest first.</param>
/// <param name="SinceUs">
/// All that ended at or after this instant are there; later than asked for when there are more.
/// </param>
public sealed record EndedAttempts(IReadOnlyList<EndedAttempt> Attempts, long SinceUs)
{
    /// <summary>What a store found, given how far back its log was looked at (null: to the end).</summary>
    internal static EndedAttempts Of(IReadOnlyList<EndedAttempt> found, AttemptQuery query, long? lookedSinceUs) =>
        new(found, found.Count >= query.Limit
            ? found[^1].EndedUs
            : Math.Max(query.SinceUs, lookedSinceUs ?? query.SinceUs));
}

/// <summary>An attempt that was completed, failed or lost; what was given back was none.</summary>
/// <param name="Namespace">Of its task.</param>
/// <param name="Kind">Of its task.</param>
/// <param name="Status">How it ended.</param>
/// <param name="LedTo">The state to which it led the task.</param>
/// <param name="Epoch">Which grant it was.</param>
/// <param name="AvailableUs">When the task first was to be done, in microseconds, as are the others.</param>
/// <param name="GrantedUs">When it began.</param>
/// <param name="EndedUs">When it ended.</param>
public sealed record EndedAttempt(
    string Namespace, string Kind, AssignmentStatus Status, TaskState LedTo, int Epoch, long AvailableUs,
    long GrantedUs, long EndedUs);
