using Longshore.Help;
using Longshore.Tasks;

namespace Longshore.Storage;

/// <summary>Verbs on help requests. An open blocker blocks its task; the last one to go unblocks it (T0.6).</summary>
public interface IHelpStore
{
    /// <summary>
    /// Asks for help; a blocker performs block. Only a holder can ask for a blocker, anybody registered for the rest.
    /// </summary>
    ValueTask<HelpOutcome> AskAsync(NewHelpRequest request, long? nowUs = null, CancellationToken ct = default);

    /// <summary>A helper takes a request on, so that others need not. Taking it on again changes nothing.</summary>
    ValueTask<HelpOutcome> TakeAsync(long id, string helper, long? nowUs = null, CancellationToken ct = default);

    /// <summary>Somebody answers; the last open blocker performs unblock or reopen.</summary>
    ValueTask<HelpOutcome> ResolveAsync(
        long id, string by, string resolution, long? nowUs = null, CancellationToken ct = default);

    /// <summary>Whoever asked calls it off; the last open blocker performs unblock or reopen.</summary>
    ValueTask<HelpOutcome> CancelAsync(long id, string by, long? nowUs = null, CancellationToken ct = default);

    /// <summary>One request, or null.</summary>
    ValueTask<HelpRequest?> GetAsync(long id, CancellationToken ct = default);

    /// <summary>A page of requests by id.</summary>
    ValueTask<Page<HelpRequest>> ListAsync(HelpQuery query, CancellationToken ct = default);
}

/// <summary>Outcome of a write about a help request.</summary>
/// <param name="Status">How it went.</param>
/// <param name="State">The task's state now.</param>
/// <param name="Request">The request as it is now, if there is one.</param>
/// <param name="Change">What it did to the task; null for nothing.</param>
public readonly record struct HelpOutcome(
    HelpWriteStatus Status, TaskState State = default, HelpRequest? Request = null, TaskOperation? Change = null);

/// <summary>Which help requests to list. Filters combine with "and"; an empty one means any.</summary>
public sealed record HelpQuery
{
    /// <summary>Only about this task.</summary>
    public long? TaskId { get; init; }

    /// <summary>Only about tasks of this namespace.</summary>
    public string? Namespace { get; init; }

    /// <summary>Only asked by this agent.</summary>
    public string? Agent { get; init; }

    /// <summary>Only of this type.</summary>
    public HelpType? Type { get; init; }

    /// <summary>Only those nobody has answered, called off or outlived.</summary>
    public bool OpenOnly { get; init; }

    /// <summary>The <see cref="Page{T}.Next"/> of the page before.</summary>
    public string? After { get; init; }

    /// <summary>Items on the page, 1 to <see cref="Limits.PageMax"/>.</summary>
    public int Limit { get; init; } = 50;
}
