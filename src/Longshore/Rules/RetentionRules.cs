using System.Text.Json.Serialization;
using Longshore.Tasks;

namespace Longshore.Rules;

/// <summary>
/// How long ended tasks are kept, with their results, errors and attempts, by how they ended; null leaves it as decided
/// elsewhere. One microsecond to ten years.
/// </summary>
public sealed record RetentionRules
{
    /// <summary>Finished well.</summary>
    [JsonPropertyName("done_seconds")]
    public TimeSpan? Done { get; init; }

    /// <summary>Finished badly.</summary>
    [JsonPropertyName("failed_seconds")]
    public TimeSpan? Failed { get; init; }

    /// <summary>Called off.</summary>
    [JsonPropertyName("cancelled_seconds")]
    public TimeSpan? Cancelled { get; init; }

    /// <summary>Its deadline passed first.</summary>
    [JsonPropertyName("expired_seconds")]
    public TimeSpan? Expired { get; init; }

    /// <summary>The states in which a task has ended.</summary>
    internal static readonly TaskState[] States =
        [TaskState.Done, TaskState.Failed, TaskState.Cancelled, TaskState.Expired];

    /// <summary>What is decided for a state in which a task has ended.</summary>
    public TimeSpan? Of(TaskState state) => state switch
    {
        TaskState.Done => Done,
        TaskState.Failed => Failed,
        TaskState.Cancelled => Cancelled,
        TaskState.Expired => Expired,
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "is not an end"),
    };

    internal void Check(string field)
    {
        TaskValidation.Duration(Done, field + ".done_seconds");
        TaskValidation.Duration(Failed, field + ".failed_seconds");
        TaskValidation.Duration(Cancelled, field + ".cancelled_seconds");
        TaskValidation.Duration(Expired, field + ".expired_seconds");
    }
}
