namespace Longshore.Tasks;

/// <summary>How long a task holds its unique key.</summary>
public enum UniqueWhile
{
    /// <summary>Until it ends: done, failed, cancelled or expired.</summary>
    Live = 0,

    /// <summary>
    /// Until it is first given to an agent, by a claim or an offer: what happens later needs another task.
    /// </summary>
    Unstarted = 1,
}

/// <summary>What becomes of a task whose unique key another one holds.</summary>
public enum UniqueConflict
{
    /// <summary>It is not stored; the answer names the holder.</summary>
    ReturnExisting = 0,

    /// <summary>It is not stored, and that is an error.</summary>
    Reject = 1,

    /// <summary>
    /// The holder takes over its payload, priority and <see cref="NewTask.ReadyAt"/>, while nobody has been given it
    /// and it waits in the queue; refused otherwise. Without an instant the holder is ready at once and keeps its age.
    /// </summary>
    Replace = 2,

    /// <summary>
    /// The holder may be tried once more, up to <see cref="Limits.AttemptsMax"/> times in all: what source 002 does
    /// with a repeated payload (S2.47), for tasks that have not ended.
    /// </summary>
    AddAttempts = 3,
}

/// <summary>
/// At most one task of a key is live. Unlike an idempotency key it is free again when its holder ended. The key is
/// either given or the whole payload, whatever the order of its members and the spelling of its numbers (T2.2).
/// </summary>
public sealed record Unique
{
    /// <summary>
    /// The key, at most <see cref="Limits.WordLengthMax"/> characters; null makes the payload the key.
    /// </summary>
    public string? Key { get; init; }

    /// <summary>
    /// The key counts in the whole namespace; otherwise among the tasks of one kind. Never across namespaces.
    /// </summary>
    public bool AcrossKinds { get; init; }

    /// <summary>How long the task holds its key.</summary>
    public UniqueWhile While { get; init; }

    /// <summary>
    /// It holds its key at least so long from its submission, even when it has ended, but not longer than it is kept;
    /// at most <see cref="Limits.DurationMax"/>. Null: no longer than <see cref="While"/> says.
    /// </summary>
    public TimeSpan? Window { get; init; }

    /// <summary>What is done when another task holds the key.</summary>
    public UniqueConflict OnConflict { get; init; }

    /// <summary>True when a task so far on its way holds its key.</summary>
    internal bool Holds(TaskState state, int epoch, long createdUs, long nowUs) =>
        (!state.IsTerminal() && (While == UniqueWhile.Live || epoch == 0)) || UntilUs(createdUs) > nowUs;

    /// <summary>Until when a task submitted then holds its key whatever becomes of it; null: not at all.</summary>
    internal long? UntilUs(long createdUs) => Window is { } window ? createdUs + window.ToMicroseconds() : null;

    /// <summary>True when a task that lives again must have its key again.</summary>
    internal static bool IsHeldAgain(bool untilStarted, int epoch) => !untilStarted || epoch == 0;

    /// <summary>True while another submission may still say what the task is: nobody has seen it.</summary>
    internal static bool IsReplaceable(TaskState state, int epoch) => state == TaskState.Created && epoch == 0;

    internal static Unique? Checked(Unique? unique, string at)
    {
        if (unique is null)
        {
            return null;
        }

        TaskValidation.OptionalWord(unique.Key, at + "unique.key");
        TaskValidation.Duration(unique.Window, at + "unique.window_seconds");
        if (!Enum.IsDefined(unique.While))
        {
            throw LongshoreException.Invalid(at + "unique.while", "is neither live nor unstarted");
        }

        return Enum.IsDefined(unique.OnConflict)
            ? unique
            : throw LongshoreException.Invalid(
                at + "unique.on_conflict", "is none of return_existing, reject, replace, add_attempts");
    }
}
