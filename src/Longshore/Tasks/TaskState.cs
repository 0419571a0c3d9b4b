namespace Longshore.Tasks;

/// <summary>Where a task is in its life. On the wire and in SQL: snake_case.</summary>
public enum TaskState
{
    /// <summary>Dependencies are open.</summary>
    Waiting = 0,

    /// <summary>Ready, or scheduled by <c>ready_at</c>.</summary>
    Created = 1,

    /// <summary>Offered to an agent, not yet accepted.</summary>
    Assigned = 2,

    /// <summary>Held by an agent under a lease.</summary>
    InProgress = 3,

    /// <summary>An open blocker pauses it.</summary>
    Blocked = 4,

    /// <summary>Submitted; wants another agent's verdict.</summary>
    Review = 5,

    /// <summary>Handed off to a capability; nobody has taken it yet.</summary>
    PendingHandoff = 6,

    /// <summary>Used up its attempts with two or more agents; wants a person's look.</summary>
    Quarantined = 7,

    /// <summary>Finished well. Terminal.</summary>
    Done = 8,

    /// <summary>Finished badly. Terminal.</summary>
    Failed = 9,

    /// <summary>Called off. Terminal.</summary>
    Cancelled = 10,

    /// <summary>Its deadline passed first. Terminal.</summary>
    Expired = 11,
}

/// <summary>Facts about states that code and SQL share.</summary>
public static class TaskStates
{
    /// <summary>True for done, failed, cancelled and expired.</summary>
    public static bool IsTerminal(this TaskState state) => state >= TaskState.Done;

    /// <summary>True for created and pending_handoff: in the queue, or deferred.</summary>
    internal static bool IsQueued(this TaskState state) => state is TaskState.Created or TaskState.PendingHandoff;

    /// <summary>The snake_case word used on the wire, in SQL text and in the CLI.</summary>
    public static string ToWire(this TaskState state) => state switch
    {
        TaskState.Waiting => "waiting",
        TaskState.Created => "created",
        TaskState.Assigned => "assigned",
        TaskState.InProgress => "in_progress",
        TaskState.Blocked => "blocked",
        TaskState.Review => "review",
        TaskState.PendingHandoff => "pending_handoff",
        TaskState.Quarantined => "quarantined",
        TaskState.Done => "done",
        TaskState.Failed => "failed",
        TaskState.Cancelled => "cancelled",
        TaskState.Expired => "expired",
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, null),
    };

    /// <summary>Reads the wire word.</summary>
    /// <exception cref="LongshoreException">The word is none of the states; the message lists them.</exception>
    public static TaskState Parse(string text, string field = "state")
    {
        foreach (var state in Enum.GetValues<TaskState>())
        {
            if (state.ToWire() == text)
            {
                return state;
            }
        }

        throw LongshoreException.Invalid(
            field, $"'{text}' is no state; use one of {string.Join(", ", Enum.GetValues<TaskState>().Select(ToWire))}");
    }
}
