using Longshore.Assignments;
using Longshore.Events;
using Longshore.Tasks;

namespace Longshore.Storage;

/// <summary>What one hot transaction does, in this order: events, finishes, inserts, renewals, claims.</summary>
public sealed class TaskBatch
{
    /// <summary>Events to record that no verb records by itself.</summary>
    public List<NewEvent> Events { get; } = [];

    /// <summary>Claims that end.</summary>
    public List<Finish> Finishes { get; } = [];

    /// <summary>New tasks, already validated.</summary>
    public List<NewTask> Inserts { get; } = [];

    /// <summary>Leases to extend.</summary>
    public List<Renewal> Renewals { get; } = [];

    /// <summary>Work wanted, or to be given.</summary>
    public List<ClaimRequest> Claims { get; } = [];

    /// <summary>Where the distributor's rounds stand now.</summary>
    public List<RoutingCursor> Cursors { get; } = [];

    /// <summary>The instant; null means the store's clock.</summary>
    public long? NowUs { get; set; }

    /// <summary>True when there is nothing to do.</summary>
    public bool IsEmpty =>
        Events.Count + Finishes.Count + Inserts.Count + Renewals.Count + Claims.Count + Cursors.Count == 0;
}

/// <summary>One outcome for each item of a <see cref="TaskBatch"/>, in the order of its lists.</summary>
public sealed record TaskBatchOutcome
{
    /// <summary>Of the finishes.</summary>
    public required IReadOnlyList<FinishOutcome> Finishes { get; init; }

    /// <summary>Of the inserts.</summary>
    public required IReadOnlyList<InsertOutcome> Inserts { get; init; }

    /// <summary>Of the renewals.</summary>
    public required IReadOnlyList<RenewOutcome> Renewals { get; init; }

    /// <summary>Of the claims.</summary>
    public required IReadOnlyList<ClaimOutcome> Claims { get; init; }

    /// <summary>What the finishes led to in the runs that they belong to.</summary>
    public RunEffects Runs { get; init; } = RunEffects.None;

    /// <summary>For how many tasks, at most, the finishes made room under limits; claims may have taken it.</summary>
    internal int Freed { get; init; }
}

/// <summary>What the end of steps did to other steps of their runs.</summary>
/// <param name="Released">Tasks that can be claimed since.</param>
/// <param name="Lost">Claims that ended because their step was called off.</param>
public sealed record RunEffects(IReadOnlyList<long> Released, IReadOnlyList<LostClaim> Lost)
{
    internal static readonly RunEffects None = new([], []);

    /// <summary>Null when nothing was done.</summary>
    internal RunEffects? IfAny => Released.Count + Lost.Count == 0 ? null : this;

    /// <summary>As claims that somebody else ended; what was released had none.</summary>
    internal IEnumerable<LostClaim> AsLost() =>
        [.. Lost, .. Released.Select(id => new LostClaim(id, 0, null, TaskState.Created))];
}

/// <summary>How an insert went.</summary>
public enum InsertStatus
{
    /// <summary>The task is stored.</summary>
    Inserted = 0,

    /// <summary>The idempotency key was used before with the same content; the id is the first task's.</summary>
    Existing = 1,

    /// <summary>
    /// The idempotency key was used before with other content; nothing is stored. The id is the first task's.
    /// </summary>
    KeyReused = 2,

    /// <summary>The code is taken; nothing is stored. The id is the holder's.</summary>
    DuplicateCode = 3,

    /// <summary>The parent does not exist; nothing is stored.</summary>
    ParentNotFound = 4,

    /// <summary>As many tasks wait in the namespace as its rules allow; nothing is stored.</summary>
    QueueFull = 5,

    /// <summary>Another task holds the unique key; nothing is stored. The id is the holder's.</summary>
    Deduplicated = 6,

    /// <summary>
    /// Another task holds the unique key and the submitter wants none then, or it cannot be replaced any more; nothing
    /// is stored. The id is the holder's.
    /// </summary>
    DuplicateTask = 7,

    /// <summary>The holder of the unique key took over payload, priority and time. The id is the holder's.</summary>
    Replaced = 8,

    /// <summary>The holder of the unique key may be tried once more. The id is the holder's.</summary>
    AttemptsAdded = 9,
}

/// <summary>Outcome of one insert.</summary>
/// <param name="Status">How it went.</param>
/// <param name="TaskId">See <paramref name="Status"/>; 0 when there is none.</param>
public readonly record struct InsertOutcome(InsertStatus Status, long TaskId);

/// <summary>How a claim ends.</summary>
public enum FinishKind
{
    /// <summary>Success.</summary>
    Complete = 0,

    /// <summary>Failure; tried again while attempts remain, unless <see cref="Finish.Retry"/> is false.</summary>
    Fail = 1,

    /// <summary>Later, please; costs no attempt.</summary>
    Snooze = 2,

    /// <summary>Given back; costs no attempt.</summary>
    Release = 3,

    /// <summary>The holder calls the task off.</summary>
    Cancel = 4,

    /// <summary>Declined, with a reason; costs no attempt, and the task is kept from the agent (S1.71).</summary>
    Reject = 5,
}

/// <summary>A holder's last word on a claim.</summary>
public sealed record Finish
{
    /// <summary>The task.</summary>
    public required long TaskId { get; init; }

    /// <summary>The epoch of the grant (G2).</summary>
    public required int Epoch { get; init; }

    /// <summary>How it ends.</summary>
    public required FinishKind Kind { get; init; }

    /// <summary>What the work yielded (complete).</summary>
    public JsonText Result { get; init; }

    /// <summary>What went wrong (fail), or why (snooze, release, cancel).</summary>
    public string? Error { get; init; }

    /// <summary>
    /// More about what went wrong (fail), such as the stack of an exception; kept with the attempt for as long as the
    /// task. What is longer than <see cref="Limits.ErrorDetailLengthMax"/> is cut.
    /// </summary>
    public string? ErrorDetail { get; init; }

    /// <summary>Why it is declined (reject).</summary>
    public RejectReason? Reason { get; init; }

    /// <summary>False makes a failure final at once.</summary>
    public bool Retry { get; init; } = true;

    /// <summary>How long to wait (snooze), or instead of the retry policy's wait (fail).</summary>
    public TimeSpan? Delay { get; init; }

    /// <summary>Repeating a finish under its key yields the first outcome.</summary>
    public string? Key { get; init; }

    /// <summary>The task is known to be a step of a run; a store that is told need not find out.</summary>
    internal bool IsStep { get; init; }
}

/// <summary>How a write that names a claim went.</summary>
public enum ClaimWriteStatus
{
    /// <summary>Done.</summary>
    Accepted = 0,

    /// <summary>The same finish was accepted before; nothing changed now.</summary>
    Replayed = 1,

    /// <summary>A later grant exists, the claim was lost, or the task ended (409).</summary>
    Stale = 2,

    /// <summary>No such task.</summary>
    NotFound = 3,

    /// <summary>The claim holds, and this cannot be done to it: an offer must be accepted first.</summary>
    Refused = 4,
}

/// <summary>Outcome of one finish.</summary>
/// <param name="Status">How it went.</param>
/// <param name="State">The task's state now; the state that made it stale, if it is.</param>
/// <param name="ReadyAtUs">When it comes back, for snooze and a failure with retry; else 0.</param>
public readonly record struct FinishOutcome(ClaimWriteStatus Status, TaskState State, long ReadyAtUs = 0);

/// <summary>Extends a lease; may report progress.</summary>
/// <param name="TaskId">The task.</param>
/// <param name="Epoch">The epoch of the grant.</param>
/// <param name="Lease">How long from now.</param>
/// <param name="Progress">0 to 1, if reported.</param>
public sealed record Renewal(long TaskId, int Epoch, TimeSpan Lease, double? Progress = null)
{
    /// <summary>Unfinished work to keep for whoever goes on; replaces what was saved before.</summary>
    public JsonText Draft { get; init; }

    /// <summary>
    /// Takes an offer: the task is in progress from now on. On a claim that was taken before it changes nothing more
    /// than a renewal does.
    /// </summary>
    public bool Accepts { get; init; }

    /// <summary>With <see cref="Accepts"/>: the work does not begin yet; the next renewal begins it.</summary>
    public bool Later { get; init; }
}

/// <summary>Outcome of one renewal.</summary>
/// <param name="Status">How it went.</param>
/// <param name="State">The task's state now.</param>
/// <param name="LeaseUntilUs">Until when the claim holds now.</param>
public readonly record struct RenewOutcome(ClaimWriteStatus Status, TaskState State, long LeaseUntilUs);

/// <summary>An agent asks for work.</summary>
public sealed record ClaimRequest
{
    /// <summary>Who asks.</summary>
    public required string Agent { get; init; }

    /// <summary>At most so many.</summary>
    public int Max { get; init; } = 1;

    /// <summary>How many beyond <c>max_concurrent</c> the agent may hold; 0 but for handler hosts (G5).</summary>
    public int Prefetch { get; init; }

    /// <summary>Only these kinds; empty means any the agent takes.</summary>
    public IReadOnlyList<string> Kinds { get; init; } = [];

    /// <summary>Exactly these tasks, as discovered; empty means the most urgent.</summary>
    public IReadOnlyList<long> TaskIds { get; init; } = [];

    /// <summary>How long the claim holds without renewal.</summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Asking again under one key yields the same grants, if they still hold.</summary>
    public string? Key { get; init; }

    /// <summary>
    /// Makes an offer of each task instead of granting it: it stands so long, takes the agent's room, and must be
    /// accepted.
    /// </summary>
    public TimeSpan? Offer { get; init; }

    /// <summary>Who wants the agent to have it; each may give out tasks of other modes.</summary>
    public ClaimedBy By { get; init; }

    /// <summary>The administrator's name, if one does.</summary>
    public string? Actor { get; init; }
}

/// <summary>Who gives out a task.</summary>
public enum ClaimedBy
{
    /// <summary>The agent takes it: tasks of mode <c>pool</c>.</summary>
    Agent = 0,

    /// <summary>The distributor: tasks of mode <c>auto</c>.</summary>
    Distributor = 1,

    /// <summary>An administrator, by name: tasks of every mode.</summary>
    Administrator = 2,
}

/// <summary>Where a round robin of the distributor stands.</summary>
/// <param name="Namespace">In which namespace.</param>
/// <param name="Name">Which step or kind: <c>step:review</c>, <c>kind:scan</c>.</param>
/// <param name="Agent">Who was chosen last.</param>
public sealed record RoutingCursor(string Namespace, string Name, string Agent);

/// <summary>How a claim went.</summary>
public enum ClaimStatus
{
    /// <summary>Something was granted.</summary>
    Granted = 0,

    /// <summary>Nothing it can do is ready.</summary>
    Empty = 1,

    /// <summary>
    /// It holds as much as it may, or must finish first what it holds before it is given a suspect task.
    /// </summary>
    AtCapacity = 2,

    /// <summary>It is blocked, draining or offline.</summary>
    Unavailable = 3,

    /// <summary>No such agent.</summary>
    UnknownAgent = 4,

    /// <summary>Its breaker is open, or half-open with a probe out.</summary>
    BreakerOpen = 5,
}

/// <summary>Outcome of one claim request.</summary>
/// <param name="Status">How it went.</param>
/// <param name="Grants">What was granted.</param>
public sealed record ClaimOutcome(ClaimStatus Status, IReadOnlyList<Grant> Grants)
{
    /// <summary>
    /// When a rate that kept something from the agent has a token again, in microseconds since 1970; 0 when none did.
    /// Only when nothing was granted.
    /// </summary>
    internal long NextTokenUs { get; init; }

    internal static ClaimOutcome None(ClaimStatus status) => new(status, []);
}

/// <summary>A task given to an agent.</summary>
/// <param name="Task">The task, as granted.</param>
/// <param name="LeaseUntil">Until when it holds without renewal.</param>
public sealed record Grant(WorkTask Task, DateTimeOffset LeaseUntil)
{
    /// <summary>The task's id.</summary>
    public long TaskId => Task.Id;

    /// <summary>The fencing number every later write must carry.</summary>
    public int Epoch => Task.Epoch;
}

/// <summary>How a change by somebody other than the holder went.</summary>
public enum ChangeStatus
{
    /// <summary>Done.</summary>
    Changed = 0,

    /// <summary>The state machine refuses it.</summary>
    Refused = 1,

    /// <summary>No such task.</summary>
    NotFound = 2,

    /// <summary>Another task holds its unique key by now.</summary>
    KeyTaken = 3,
}

/// <summary>Outcome of one change.</summary>
/// <param name="Status">How it went.</param>
/// <param name="State">The task's state now.</param>
/// <param name="Lost">The claim this ended, if it ended one.</param>
/// <param name="HolderId">Who holds its unique key, when that is why it was refused; else 0.</param>
/// <param name="Runs">What it did to other steps of its run; null when that is nothing.</param>
public readonly record struct ChangeOutcome(
    ChangeStatus Status, TaskState State, LostClaim? Lost = null, long HolderId = 0, RunEffects? Runs = null);

/// <summary>A claim that somebody other than its holder ended.</summary>
/// <param name="TaskId">The task.</param>
/// <param name="Epoch">The epoch of the ended grant; 0 when the task was not held.</param>
/// <param name="Agent">Who held it; null when nobody did.</param>
/// <param name="State">The task's state now.</param>
public sealed record LostClaim(long TaskId, int Epoch, string? Agent, TaskState State)
{
    /// <summary>It was an offer that nobody had accepted yet.</summary>
    public bool WasOffer { get; init; }
}

/// <summary>How a registration went.</summary>
/// <param name="Agent">The agent as it is now.</param>
/// <param name="Lost">Claims of a former session, lost by this registration.</param>
public sealed record RegisterOutcome(Agents.Agent Agent, IReadOnlyList<LostClaim> Lost);
