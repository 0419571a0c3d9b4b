namespace Longshore.Tasks;

/// <summary>What can be done to a task. Each is performed by one store verb.</summary>
public enum TaskOperation
{
    /// <summary>An agent takes it.</summary>
    Claim,

    /// <summary>The holder extends its lease.</summary>
    Renew,

    /// <summary>The holder reports success.</summary>
    Complete,

    /// <summary>The holder reports failure; attempts remain.</summary>
    Fail,

    /// <summary>The holder reports failure for good, or attempts are used up by one agent.</summary>
    FailForGood,

    /// <summary>The last attempt failed and two or more agents failed it.</summary>
    Quarantine,

    /// <summary>The holder asks for it to come back later; costs no attempt.</summary>
    Snooze,

    /// <summary>The holder gives it back; costs no attempt.</summary>
    Release,

    /// <summary>The lease ran out, or the holder's session ended; attempts remain.</summary>
    LoseClaim,

    /// <summary>A person, the submitter or the holder calls it off.</summary>
    Cancel,

    /// <summary>A person gives it a fresh set of attempts, now.</summary>
    Retry,

    /// <summary>Its deadline passed.</summary>
    Expire,

    /// <summary>A result that came after its lease ran out and before a later grant (G2).</summary>
    CompleteLate,

    /// <summary>It is offered to an agent, which holds it until the offer runs out.</summary>
    Offer,

    /// <summary>The agent takes an offer.</summary>
    Accept,

    /// <summary>The agent declines what it was offered or holds, with a reason; costs no attempt.</summary>
    Reject,

    /// <summary>An offer ran out; costs no attempt.</summary>
    LoseOffer,

    /// <summary>An administrator takes it from its agent; costs no attempt.</summary>
    Evict,

    /// <summary>The quarantine its breaker put it in is over: one more try.</summary>
    Probe,

    /// <summary>The holder passes it on to a capability or agent; costs no attempt.</summary>
    HandOff,

    /// <summary>An offer of a task that was handed off came to nothing: it stays handed off.</summary>
    HandBack,

    /// <summary>A hand-off that nobody took is called off: whoever meets the task's own needs may do it.</summary>
    Withdraw,

    /// <summary>The holder asks for help without which it cannot go on; its lease pauses.</summary>
    Block,

    /// <summary>The last blocker is gone, and the holder goes on.</summary>
    Unblock,

    /// <summary>The last blocker is gone, and nobody holds the task any more.</summary>
    Reopen,

    /// <summary>It was blocked for longer than it may keep its holder, or the holder left; costs no attempt.</summary>
    EndHold,

    /// <summary>What the step of a run waited for has ended: it can be claimed.</summary>
    Proceed,

    /// <summary>A step of a run is settled with a result, and nobody did it.</summary>
    Conclude,

    /// <summary>A run begins anew: its step waits for those before it again.</summary>
    Await,
}

/// <summary>The state machine: one pure table, state × operation → new state or a refusal with its reason.</summary>
public static class TaskTransitions
{
    private static readonly TaskState?[,] Table = Build();

    /// <summary>
    /// The new state, or null when <paramref name="operation"/> is refused in <paramref name="state"/>.
    /// </summary>
    public static TaskState? Next(TaskState state, TaskOperation operation) => Table[(int)state, (int)operation];

    /// <summary>Why the operation is refused, for people.</summary>
    public static string Refusal(TaskState state, TaskOperation operation)
    {
        var word = Word(operation);
        return state.IsTerminal()
            ? $"the task is {state.ToWire()}, which is final; {word} is refused"
            : $"the task is {state.ToWire()}, in which {word} is refused";
    }

    /// <summary>The operation in snake_case.</summary>
    public static string Word(TaskOperation operation) => operation switch
    {
        TaskOperation.Claim => "claim",
        TaskOperation.Renew => "renew",
        TaskOperation.Complete => "complete",
        TaskOperation.Fail => "fail",
        TaskOperation.FailForGood => "fail_for_good",
        TaskOperation.Quarantine => "quarantine",
        TaskOperation.Snooze => "snooze",
        TaskOperation.Release => "release",
        TaskOperation.LoseClaim => "lose_claim",
        TaskOperation.Cancel => "cancel",
        TaskOperation.Retry => "retry",
        TaskOperation.Expire => "expire",
        TaskOperation.CompleteLate => "complete_late",
        TaskOperation.Offer => "offer",
        TaskOperation.Accept => "accept",
        TaskOperation.Reject => "reject",
        TaskOperation.LoseOffer => "lose_offer",
        TaskOperation.Evict => "evict",
        TaskOperation.Probe => "probe",
        TaskOperation.HandOff => "hand_off",
        TaskOperation.HandBack => "hand_back",
        TaskOperation.Withdraw => "withdraw",
        TaskOperation.Block => "block",
        TaskOperation.Unblock => "unblock",
        TaskOperation.Reopen => "reopen",
        TaskOperation.EndHold => "end_hold",
        TaskOperation.Proceed => "proceed",
        TaskOperation.Conclude => "conclude",
        TaskOperation.Await => "await",
        _ => throw new ArgumentOutOfRangeException(nameof(operation), operation, null),
    };

    private static TaskState?[,] Build()
    {
        var table = new TaskState?[Enum.GetValues<TaskState>().Length, Enum.GetValues<TaskOperation>().Length];

        Fill(table, Queued());
        Fill(table, Held());
        Fill(table, Ended());
        return table;
    }

    private static void Fill(TaskState?[,] table, Row[] rows)
    {
        foreach (var row in rows)
        {
            foreach (var (on, to) in row.Cells)
            {
                table[(int)row.From, (int)on] = to;
            }
        }
    }

    private static Row[] Queued() =>
    [
        new(TaskState.Waiting,
            (TaskOperation.Proceed, TaskState.Created),
            (TaskOperation.Conclude, TaskState.Done),
            (TaskOperation.Cancel, TaskState.Cancelled),
            (TaskOperation.Expire, TaskState.Expired)),
        new(TaskState.Created,
            (TaskOperation.Conclude, TaskState.Done),
            (TaskOperation.Claim, TaskState.InProgress),
            (TaskOperation.Cancel, TaskState.Cancelled),
            (TaskOperation.Retry, TaskState.Created),
            (TaskOperation.Expire, TaskState.Expired),
            (TaskOperation.Offer, TaskState.Assigned),
            (TaskOperation.CompleteLate, TaskState.Done)),
        new(TaskState.PendingHandoff,
            (TaskOperation.Claim, TaskState.InProgress),
            (TaskOperation.Offer, TaskState.Assigned),
            (TaskOperation.Withdraw, TaskState.Created),
            (TaskOperation.Cancel, TaskState.Cancelled),
            (TaskOperation.Expire, TaskState.Expired)),
        new(TaskState.Assigned,
            (TaskOperation.Accept, TaskState.InProgress),
            (TaskOperation.Reject, TaskState.Created),
            (TaskOperation.Release, TaskState.Created),
            (TaskOperation.LoseOffer, TaskState.Created),
            (TaskOperation.HandBack, TaskState.PendingHandoff),
            (TaskOperation.Evict, TaskState.Created),
            (TaskOperation.Cancel, TaskState.Cancelled),
            (TaskOperation.Expire, TaskState.Expired)),
    ];

    private static Row[] Held() =>
    [
        new(TaskState.InProgress,
            (TaskOperation.Renew, TaskState.InProgress),
            (TaskOperation.Complete, TaskState.Done),
            (TaskOperation.Fail, TaskState.Created),
            (TaskOperation.FailForGood, TaskState.Failed),
            (TaskOperation.Quarantine, TaskState.Quarantined),
            (TaskOperation.Snooze, TaskState.Created),
            (TaskOperation.Release, TaskState.Created),
            (TaskOperation.LoseClaim, TaskState.Created),
            (TaskOperation.Accept, TaskState.InProgress),
            (TaskOperation.Reject, TaskState.Created),
            (TaskOperation.Evict, TaskState.Created),
            (TaskOperation.Cancel, TaskState.Cancelled),
            (TaskOperation.Expire, TaskState.Expired),
            (TaskOperation.HandOff, TaskState.PendingHandoff),
            (TaskOperation.Block, TaskState.Blocked)),
        new(TaskState.Blocked,
            (TaskOperation.Renew, TaskState.Blocked),
            (TaskOperation.Accept, TaskState.Blocked),
            (TaskOperation.Block, TaskState.Blocked),
            (TaskOperation.Unblock, TaskState.InProgress),
            (TaskOperation.Reopen, TaskState.Created),
            (TaskOperation.EndHold, TaskState.Blocked),
            (TaskOperation.Release, TaskState.Blocked),
            (TaskOperation.Evict, TaskState.Blocked),
            (TaskOperation.Cancel, TaskState.Cancelled),
            (TaskOperation.Expire, TaskState.Expired)),
    ];

    private static Row[] Ended() =>
    [
        new(TaskState.Quarantined,
            (TaskOperation.Conclude, TaskState.Done),
            (TaskOperation.Cancel, TaskState.Cancelled),
            (TaskOperation.Retry, TaskState.Created),
            (TaskOperation.Probe, TaskState.Created),
            (TaskOperation.Expire, TaskState.Expired)),
        new(TaskState.Failed,
            (TaskOperation.Retry, TaskState.Created),
            (TaskOperation.Await, TaskState.Waiting)),
        new(TaskState.Cancelled,
            (TaskOperation.Retry, TaskState.Created),
            (TaskOperation.Await, TaskState.Waiting)),
        new(TaskState.Expired),
        new(TaskState.Done),
    ];

    /// <summary>What can be done in one state, and where it leads.</summary>
    private readonly record struct Row(TaskState From, params (TaskOperation On, TaskState To)[] Cells);
}
