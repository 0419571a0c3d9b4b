using Longshore.Events;
using Longshore.Tasks;

namespace Longshore.Storage;

/// <summary>Verbs on hand-offs. That one is accepted is part of the claim or the acceptance of an offer.</summary>
public interface IHandoffStore
{
    /// <summary>
    /// Performs hand_off: ends the claims, and only those who are meant, and neither the giver nor another of its
    /// principal, may claim the tasks until somebody did or the hand-off is withdrawn.
    /// </summary>
    ValueTask<IReadOnlyList<HandoffOutcome>> HandOffAsync(
        IReadOnlyList<NewHandoff> handoffs, long? nowUs = null, CancellationToken ct = default);

    /// <summary>Performs withdraw: the tasks are for whoever meets their own requirements.</summary>
    ValueTask<IReadOnlyList<ChangeOutcome>> WithdrawAsync(
        IReadOnlyList<long> taskIds, ActorType actorType, string actor, string? reason, long? nowUs = null,
        CancellationToken ct = default);

    /// <summary>A page of hand-offs by id.</summary>
    ValueTask<Page<Handoff>> ListAsync(HandoffQuery query, CancellationToken ct = default);

    /// <summary>
    /// Open hand-offs, those with the most confidence first, then by the priority of their tasks, then by id.
    /// </summary>
    ValueTask<IReadOnlyList<Handoff>> ListOpenAsync(
        string? @namespace, int limit, CancellationToken ct = default);

    /// <summary>The latest hand-off of each task that has one.</summary>
    ValueTask<IReadOnlyDictionary<long, Handoff>> LatestAsync(
        IReadOnlyList<long> taskIds, CancellationToken ct = default);
}

/// <summary>How a hand-off went.</summary>
public enum HandoffWriteStatus
{
    /// <summary>Done.</summary>
    HandedOff = 0,

    /// <summary>The same was done before; nothing changed now.</summary>
    Replayed = 1,

    /// <summary>A later grant exists, the claim was lost, or the task ended (409).</summary>
    Stale = 2,

    /// <summary>No such task.</summary>
    NotFound = 3,

    /// <summary>The claim holds, and the task's state refuses it: an offer, or blocked.</summary>
    Refused = 4,

    /// <summary>The task was passed on as often as the rules of its namespace allow.</summary>
    TooManyHops = 5,
}

/// <summary>Outcome of one hand-off.</summary>
/// <param name="Status">How it went.</param>
/// <param name="State">The task's state now.</param>
/// <param name="Handoff">The hand-off, if there is one.</param>
public readonly record struct HandoffOutcome(HandoffWriteStatus Status, TaskState State, Handoff? Handoff = null);

/// <summary>Which hand-offs to list. Filters combine with "and"; an empty one means any.</summary>
public sealed record HandoffQuery
{
    /// <summary>Only of this task.</summary>
    public long? TaskId { get; init; }

    /// <summary>Only of tasks of this namespace.</summary>
    public string? Namespace { get; init; }

    /// <summary>Only with this status.</summary>
    public HandoffStatus? Status { get; init; }

    /// <summary>The <see cref="Page{T}.Next"/> of the page before.</summary>
    public string? After { get; init; }

    /// <summary>Items on the page, 1 to <see cref="Limits.PageMax"/>.</summary>
    public int Limit { get; init; } = 50;
}
