using System.Globalization;

namespace Longshore.Tasks;

/// <summary>A task as it stands: what was submitted, and where it is in its life.</summary>
public sealed record WorkTask
{
    /// <summary>Unique in the store, growing.</summary>
    public required long Id { get; init; }

    /// <summary>Unique in the namespace.</summary>
    public string Code => Spec.Code ?? AutoCode(Id);

    /// <summary>What was submitted; never changes.</summary>
    public required NewTask Spec { get; init; }

    /// <summary>Where it is.</summary>
    public required TaskState State { get; init; }

    /// <summary>Number of the latest grant; 0 before the first. Only grows.</summary>
    public int Epoch { get; init; }

    /// <summary>Attempts used, counted when granted (G7).</summary>
    public int Attempts { get; init; }

    /// <summary>Attempts that failed; each lowers the urgency by ten points, at most fifty (S0.47).</summary>
    public int Failures { get; init; }

    /// <summary>It was held by an agent that vanished; it is granted alone until it ends (G7).</summary>
    public bool Suspect { get; init; }

    /// <summary>When it was submitted.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it first became claimable, or will; the age of urgency counts from here.</summary>
    public DateTimeOffset AvailableAt { get; init; }

    /// <summary>When a deferred task, or one that its breaker quarantined, comes back to the queue.</summary>
    public DateTimeOffset? DeferredUntil { get; init; }

    /// <summary>
    /// Who holds it, while <see cref="TaskState.Assigned"/>, <see cref="TaskState.InProgress"/> or
    /// <see cref="TaskState.Blocked"/>; who ended it, afterwards.
    /// </summary>
    public string? Agent { get; init; }

    /// <summary>Until when the claim holds without renewal, or the offer stands.</summary>
    public DateTimeOffset? LeaseUntil { get; init; }

    /// <summary>When it reached its terminal state.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>What the work yielded.</summary>
    public JsonText Result { get; init; }

    /// <summary>The latest error, cut to <see cref="Limits.ErrorLengthMax"/>.</summary>
    public string? Error { get; init; }

    /// <summary>What a former or the present holder saved of unfinished work, for whoever goes on (S1.74).</summary>
    public JsonText Draft { get; init; }

    /// <summary>To whom it is handed off, until somebody takes it; null when it is not.</summary>
    public HandoffTarget? Target { get; init; }

    /// <summary>Its latest hand-off: what its giver left for whoever goes on; null when there was none.</summary>
    public Handoff? Handoff { get; init; }

    /// <summary>It was handed off at least once; what was said then is read from the hand-offs.</summary>
    internal bool WasHandedOff { get; init; }

    /// <summary>Progress last reported by the holder: 0 to 1.</summary>
    public double? Progress { get; init; }

    /// <summary>Of which run it is a step, with the results of the steps before it; null when it is none.</summary>
    public TaskRun? Run { get; init; }

    /// <summary>How far its requirements have relaxed; null when they never do.</summary>
    public Relaxation? Relaxing { get; init; }

    /// <summary>What it asks for now: as submitted, unless its requirements relax.</summary>
    internal NewTask Asks => Relaxing is { } relaxing ? RelaxSteps.At(Spec, relaxing.Step) : Spec;

    /// <summary>The code of a task whose submitter gave none.</summary>
    internal static string AutoCode(long id) => string.Create(CultureInfo.InvariantCulture, $"t-{id}");

    /// <summary>The id in an automatic code, or null when the text is not one.</summary>
    internal static long? IdFromAutoCode(string code) =>
        code.StartsWith("t-", StringComparison.Ordinal)
        && long.TryParse(code.AsSpan(2), NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            ? id
            : null;
}
