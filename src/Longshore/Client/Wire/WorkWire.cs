using Longshore.Matching;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Client.Wire;

/// <summary>Several tasks to submit.</summary>
public sealed record TaskBatchWire
{
    /// <summary>The tasks.</summary>
    public required IReadOnlyList<NewTaskWire> Tasks { get; init; }
}

/// <summary>Answer to one submitted task.</summary>
/// <param name="Status">
/// inserted, existing, key_reused, duplicate_code, parent_not_found, queue_full, deduplicated, duplicate_task, replaced
/// or attempts_added.
/// </param>
/// <param name="Id">Its id, or that of the earlier task.</param>
/// <param name="Code">Its code.</param>
public sealed record SubmittedWire(string Status, long Id, string? Code);

/// <summary>Answers to submitted tasks, in order.</summary>
/// <param name="Tasks">One for each.</param>
public sealed record SubmittedBatchWire(IReadOnlyList<SubmittedWire> Tasks);

/// <summary>A page of anything.</summary>
/// <param name="Items">The items.</param>
/// <param name="Next">Pass as <c>after</c> to go on; missing on the last page.</param>
public sealed record PageWire<T>(IReadOnlyList<T> Items, string? Next);

/// <summary>Why something is done.</summary>
public sealed record ReasonWire
{
    /// <summary>For people.</summary>
    public string? Reason { get; init; }
}

/// <summary>Sets an agent's mode.</summary>
public sealed record ModeWire
{
    /// <summary>available, draining, blocked or offline.</summary>
    public required string Mode { get; init; }
}

/// <summary>Asks what an agent could claim.</summary>
public sealed record DiscoverWire
{
    /// <summary>For whom.</summary>
    public required string Agent { get; init; }

    /// <summary>At most so many; 5 when missing.</summary>
    public int? Limit { get; init; }

    /// <summary>Only these kinds.</summary>
    public IReadOnlyList<string>? Kinds { get; init; }

    /// <summary>Not these codes.</summary>
    public IReadOnlyList<string>? ExcludeCodes { get; init; }

    /// <summary>At least this priority.</summary>
    public int? MinPriority { get; init; }

    /// <summary>Wait so long for something to appear, at most 120.</summary>
    public double? WaitSeconds { get; init; }
}

/// <summary>A task shown by discovery.</summary>
/// <param name="Task">The task.</param>
/// <param name="UrgencyScore">Its urgency now, age capped.</param>
/// <param name="CapabilityMatchScore">Part of its requirements the agent meets.</param>
/// <param name="IsBestMatch">No other available agent fits better.</param>
public sealed record DiscoveredWire(TaskWire Task, double UrgencyScore, double CapabilityMatchScore, bool IsBestMatch)
{
    internal static DiscoveredWire Of(DiscoveredTask found) => new(
        TaskWire.Of(found.Task), found.UrgencyScore, found.CapabilityMatchScore, found.IsBestMatch);

    internal DiscoveredTask ToDiscovered() => new(Task.ToTask(), UrgencyScore, CapabilityMatchScore, IsBestMatch);
}

/// <summary>What discovery shows.</summary>
/// <param name="Tasks">The tasks.</param>
public sealed record DiscoveredListWire(IReadOnlyList<DiscoveredWire> Tasks);

/// <summary>Asks for work.</summary>
public sealed record ClaimWire
{
    /// <summary>Who asks.</summary>
    public required string Agent { get; init; }

    /// <summary>At most so many; 1 when missing.</summary>
    public int? Max { get; init; }

    /// <summary>Only these kinds.</summary>
    public IReadOnlyList<string>? Kinds { get; init; }

    /// <summary>Exactly these tasks.</summary>
    public IReadOnlyList<long>? TaskIds { get; init; }

    /// <summary>How long the claims hold without renewal; 30 when missing.</summary>
    public double? LeaseSeconds { get; init; }

    /// <summary>Wait so long for work, at most 120.</summary>
    public double? WaitSeconds { get; init; }

    /// <summary>Asking again under one key yields the same grants.</summary>
    public string? Key { get; init; }
}

/// <summary>A task given to an agent.</summary>
/// <param name="Task">The task.</param>
/// <param name="Epoch">Every later write must carry it.</param>
/// <param name="LeaseUntil">Until when it holds.</param>
public sealed record GrantWire(TaskWire Task, int Epoch, DateTimeOffset LeaseUntil)
{
    internal static GrantWire Of(Grant grant) => new(TaskWire.Of(grant.Task), grant.Epoch, grant.LeaseUntil);

    internal Grant ToGrant() => new(Task.ToTask(), LeaseUntil);
}

/// <summary>What was granted.</summary>
/// <param name="Claims">Empty when there was nothing.</param>
public sealed record GrantListWire(IReadOnlyList<GrantWire> Claims)
{
    internal static GrantListWire Of(IReadOnlyList<Grant> grants) => new([.. grants.Select(GrantWire.Of)]);

    internal IReadOnlyList<Grant> ToGrants() => [.. Claims.Select(claim => claim.ToGrant())];
}

/// <summary>Extends a claim.</summary>
public sealed record RenewWire
{
    /// <summary>How long from now; 30 when missing.</summary>
    public double? LeaseSeconds { get; init; }

    /// <summary>0 to 1.</summary>
    public double? Progress { get; init; }

    /// <summary>Unfinished work to keep for whoever goes on: any JSON; replaces what was saved before.</summary>
    public JsonText? Draft { get; init; }
}

/// <summary>Until when a claim holds now.</summary>
/// <param name="LeaseUntil">The instant.</param>
public sealed record RenewedWire(DateTimeOffset LeaseUntil);

/// <summary>Ends a claim; which members count depends on how.</summary>
public sealed record FinishWire
{
    /// <summary>complete: what the work yielded.</summary>
    public JsonText? Result { get; init; }

    /// <summary>fail: what went wrong.</summary>
    public string? Error { get; init; }

    /// <summary>fail: more about it, such as a stack; kept with the attempt.</summary>
    public string? ErrorDetail { get; init; }

    /// <summary>snooze, release, cancel: why.</summary>
    public string? Reason { get; init; }

    /// <summary>fail: false makes it final.</summary>
    public bool? Retry { get; init; }

    /// <summary>snooze: how long; fail: instead of the policy's wait.</summary>
    public double? DelaySeconds { get; init; }

    /// <summary>Repeating it under this key yields the first outcome.</summary>
    public string? Key { get; init; }
}

/// <summary>How a claim's end went.</summary>
/// <param name="Status">accepted or replayed.</param>
/// <param name="State">The task's state now.</param>
/// <param name="ReadyAt">When it comes back, if it does.</param>
public sealed record FinishedWire(string Status, string State, DateTimeOffset? ReadyAt)
{
    internal static FinishedWire Of(FinishOutcome outcome) => new(
        Words.Snake(outcome.Status),
        outcome.State.ToWire(),
        outcome.ReadyAtUs == 0 ? null : UnixTime.FromMicroseconds(outcome.ReadyAtUs));

    internal FinishOutcome ToOutcome() => new(
        Words.Parse<ClaimWriteStatus>(Status, "status"), TaskStates.Parse(State), ReadyAt?.ToMicroseconds() ?? 0);
}
