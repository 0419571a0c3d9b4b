using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Client;

/// <summary>What is done to many tasks at once.</summary>
public enum BulkAction
{
    /// <summary>Calls them off; running claims end at once.</summary>
    Cancel = 0,

    /// <summary>Gives them a fresh set of attempts, now.</summary>
    Retry = 1,

    /// <summary>Gives those that wait another priority; they keep their age.</summary>
    Reprioritise = 2,
}

/// <summary>
/// One change of all tasks that a filter names, a page at a time: whoever goes on after <see cref="BulkOutcome.Next"/>
/// comes to the end, whatever changes meanwhile.
/// </summary>
public sealed record BulkChange
{
    /// <summary>What to do.</summary>
    public required BulkAction Action { get; init; }

    /// <summary>
    /// To which tasks; it names something at least. <see cref="TaskQuery.Limit"/> tasks are looked at in one call, 1 to
    /// <see cref="Limits.PageMax"/>. Without states it means those in which there is something to do: all that have not
    /// ended to cancel, failed and quarantined ones to retry, waiting ones to give another priority.
    /// </summary>
    public required TaskQuery Filter { get; init; }

    /// <summary>The new priority, 0 to 10; with <see cref="BulkAction.Reprioritise"/> and nothing else.</summary>
    public int? Priority { get; init; }

    /// <summary>Why, for people; with <see cref="BulkAction.Cancel"/> only.</summary>
    public string? Reason { get; init; }

    /// <summary>Only tells what would be done.</summary>
    public bool DryRun { get; init; }

    /// <summary>The change as it is to be made: checked, and with the states it means.</summary>
    /// <exception cref="LongshoreException">invalid_input.</exception>
    internal BulkChange Checked()
    {
        ArgumentNullException.ThrowIfNull(Filter);
        if (!Enum.IsDefined(Action))
        {
            throw LongshoreException.Invalid("action", "is none of cancel, retry, reprioritise");
        }

        if (!NamesSomething(Filter))
        {
            throw LongshoreException.Invalid(
                "filter",
                "names nothing: give a namespace, kind, state, tag, agent, parent_id, correlation_id or min_priority");
        }

        TaskValidation.Range(Filter.Limit, 1, Limits.PageMax, "limit");
        if (Action == BulkAction.Reprioritise)
        {
            var priority = Priority ?? throw LongshoreException.Invalid("priority", "is required, from 0 to 10");
            TaskValidation.Range(priority, 0, Limits.PriorityMax, "priority");
        }
        else if (Priority is not null)
        {
            throw LongshoreException.Invalid("priority", "belongs to reprioritise");
        }

        if (Reason is not null && Action != BulkAction.Cancel)
        {
            throw LongshoreException.Invalid("reason", "belongs to cancel");
        }

        TaskValidation.Text(Reason, Limits.ErrorLengthMax, "reason");
        return Filter.States.Count > 0 ? this : this with { Filter = Filter with { States = UsualStates() } };
    }

    /// <summary>Whether it can be done to a task in a state.</summary>
    internal bool IsPossible(TaskState state) => Action switch
    {
        BulkAction.Cancel => TaskTransitions.Next(state, TaskOperation.Cancel) is not null,
        BulkAction.Retry => TaskTransitions.Next(state, TaskOperation.Retry) is not null,
        _ => state.IsQueued(),
    };

    private TaskState[] UsualStates() => Action == BulkAction.Retry
        ? [TaskState.Failed, TaskState.Quarantined]
        : [.. Enum.GetValues<TaskState>().Where(IsPossible)];

    private static bool NamesSomething(TaskQuery filter) =>
        filter.States.Count > 0 || filter.MinPriority is not null || filter.ParentId is not null
        || (filter.Namespace ?? filter.Kind ?? filter.Tag ?? filter.Agent ?? filter.CorrelationId) is not null;
}

/// <summary>What became of one page of a bulk change.</summary>
/// <param name="Matched">Tasks that the filter named.</param>
/// <param name="Changed">Of them, those that were changed; with a dry run those that would be.</param>
/// <param name="Refused">Of them, those to which it cannot be done in their present state.</param>
/// <param name="Next">Go on with <see cref="TaskQuery.After"/> of this; null when that was all.</param>
public sealed record BulkOutcome(int Matched, int Changed, int Refused, string? Next);
