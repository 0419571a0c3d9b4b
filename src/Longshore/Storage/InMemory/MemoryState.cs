using System.Collections.Immutable;
using Longshore.Agents;
using Longshore.Assignments;
using Longshore.Events;
using Longshore.Help;
using Longshore.Matching;
using Longshore.Rules;
using Longshore.Schedules;
using Longshore.Tasks;
using Longshore.Workflows;

namespace Longshore.Storage.InMemory;

/// <summary>All that the store knows. Its parts are immutable, so a copy of the references is a snapshot.</summary>
internal sealed record MemoryState
{
    /// <summary>The highest id given; never given again, even after pruning.</summary>
    public long LastTaskId { get; set; }

    /// <summary>Tasks that have not ended, by id.</summary>
    public ImmutableSortedDictionary<long, TaskEntry> Open { get; set; } = NoEntries;

    /// <summary>Those of them that can be given out now, in order.</summary>
    public ImmutableSortedSet<(long Rank, long Id)> Ready { get; set; } = [];

    /// <summary>Open tasks with a deadline, in the order of deadlines.</summary>
    public ImmutableSortedSet<(DateTimeOffset Deadline, long Id)> Deadlines { get; set; } = [];

    /// <summary>Tasks in a terminal state, by id.</summary>
    public ImmutableSortedDictionary<long, TaskEntry> Ended { get; set; } = NoEntries;

    /// <summary>Codes that submitters gave.</summary>
    public ImmutableDictionary<(string Namespace, string Code), long> Codes { get; set; } =
        ImmutableDictionary<(string, string), long>.Empty;

    /// <summary>The tasks of each group that are not deleted.</summary>
    public ImmutableDictionary<(string Namespace, string Group), ImmutableSortedSet<long>> Groups { get; set; } =
        ImmutableDictionary<(string, string), ImmutableSortedSet<long>>.Empty;

    /// <summary>Idempotency keys, and what was submitted under them.</summary>
    public ImmutableDictionary<(string Namespace, string Key), (long TaskId, byte[] Digest)> InsertKeys { get; set; } =
        ImmutableDictionary<(string, string), (long, byte[])>.Empty;

    /// <summary>Who took a unique key last, by the digest of the key in hexadecimal digits.</summary>
    public ImmutableDictionary<string, long> UniqueKeys { get; set; } = ImmutableDictionary<string, long>.Empty;

    /// <summary>Agents by name.</summary>
    public ImmutableSortedDictionary<string, Agent> Agents { get; set; } =
        ImmutableSortedDictionary.Create<string, Agent>(StringComparer.Ordinal, ReferenceEqualityComparer.Instance);

    /// <summary>What was decided about namespaces.</summary>
    public ImmutableSortedDictionary<string, NamespaceRules> Rules { get; set; } =
        ImmutableSortedDictionary.Create<string, NamespaceRules>(StringComparer.Ordinal);

    /// <summary>
    /// When the buckets of rates are full; of the namespace as a whole under the empty kind, of all its tasks under the
    /// empty key.
    /// </summary>
    public ImmutableDictionary<(string Namespace, string Kind, string Key), long> Buckets { get; set; } =
        ImmutableDictionary<(string, string, string), long>.Empty;

    /// <summary>Whose turn it is among namespaces.</summary>
    public ShareTags Shares { get; set; } = ShareTags.Empty;

    /// <summary>Schedules by namespace and name.</summary>
    public ImmutableSortedDictionary<(string Namespace, string Name), ScheduleStatus> Schedules { get; set; } =
        ImmutableSortedDictionary.Create<(string, string), ScheduleStatus>(ByOrdinal);

    /// <summary>Versions of workflows.</summary>
    public ImmutableDictionary<(string Namespace, string Name, int Version), Workflow> Workflows { get; set; } =
        ImmutableDictionary<(string, string, int), Workflow>.Empty;

    /// <summary>Runs by id.</summary>
    public ImmutableSortedDictionary<long, WorkflowRun> Runs { get; set; } =
        ImmutableSortedDictionary<long, WorkflowRun>.Empty;

    /// <summary>The highest id of a run.</summary>
    public long LastRunId { get; set; }

    /// <summary>The tasks of runs, by id.</summary>
    public ImmutableSortedDictionary<long, RunStep> RunSteps { get; set; } =
        ImmutableSortedDictionary<long, RunStep>.Empty;

    /// <summary>Which tasks of runs wait, or waited, for which.</summary>
    public ImmutableSortedSet<(long TaskId, long DependsOn)> Dependencies { get; set; } = [];

    /// <summary>Tasks of runs that ended in the verb, and whose runs do not know it yet.</summary>
    public ImmutableList<long> EndedSteps { get; set; } = [];

    /// <summary>Breakers with something to remember.</summary>
    public ImmutableDictionary<BreakerKey, Breaker> Breakers { get; set; } =
        ImmutableDictionary<BreakerKey, Breaker>.Empty;

    /// <summary>Hand-offs by id.</summary>
    public ImmutableSortedDictionary<long, Handoff> Handoffs { get; set; } =
        ImmutableSortedDictionary<long, Handoff>.Empty;

    /// <summary>The highest id of a hand-off.</summary>
    public long LastHandoffId { get; set; }

    /// <summary>Help requests by id, as they were written; that their task ended is not.</summary>
    public ImmutableSortedDictionary<long, HelpRequest> Requests { get; set; } =
        ImmutableSortedDictionary<long, HelpRequest>.Empty;

    /// <summary>The highest id of a help request.</summary>
    public long LastRequestId { get; set; }

    /// <summary>Where the distributor's rounds stand: who was chosen last.</summary>
    public ImmutableSortedDictionary<(string Namespace, string Name), string> Cursors { get; set; } =
        ImmutableSortedDictionary<(string, string), string>.Empty;

    /// <summary>The event log.</summary>
    public EventTail Log { get; set; } = EventTail.Empty;

    /// <summary>The position of the latest event.</summary>
    public long LastPosition { get; set; }

    /// <summary>How far somebody has come in the log, by name.</summary>
    public ImmutableDictionary<string, long> Bookmarks { get; set; } = ImmutableDictionary<string, long>.Empty;

    /// <summary>Leadership by name.</summary>
    public ImmutableDictionary<string, Leadership> Leaderships { get; set; } =
        ImmutableDictionary<string, Leadership>.Empty;

    /// <summary>Nodes by name.</summary>
    public ImmutableSortedDictionary<string, NodeRecord> Nodes { get; set; } =
        ImmutableSortedDictionary.Create<string, NodeRecord>(StringComparer.Ordinal);

    // A value that is put is compared with the present one; that it is another object says enough.
    private static ImmutableSortedDictionary<long, TaskEntry> NoEntries { get; } =
        ImmutableSortedDictionary.Create<long, TaskEntry>(null, ReferenceEqualityComparer.Instance);

    private static Comparer<(string, string)> ByOrdinal => Comparer<(string, string)>.Create((a, b) =>
        string.CompareOrdinal(a.Item1, b.Item1) is not 0 and var order
            ? order
            : string.CompareOrdinal(a.Item2, b.Item2));

    public TaskEntry? Find(long id) => Open.GetValueOrDefault(id) ?? Ended.GetValueOrDefault(id);

    public void Put(TaskEntry entry)
    {
        var id = entry.Task.Id;
        var before = Open.GetValueOrDefault(id);
        Order(before, entry);
        Remind(before, entry);
        if (entry.Task.State.IsTerminal())
        {
            if (entry.Task.Run is not null && before is not null)
            {
                EndedSteps = EndedSteps.Add(id);
            }

            Open = before is null ? Open : Open.Remove(id);
            Ended = Ended.SetItem(id, entry);
        }
        else
        {
            Ended = before is null ? Ended.Remove(id) : Ended;
            Open = Open.SetItem(id, entry);
        }
    }

    /// <summary>What is ready, in order.</summary>
    public IEnumerable<TaskEntry> InOrder()
    {
        // Somebody who goes through them may change them.
        var open = Open;
        foreach (var (_, id) in Ready)
        {
            yield return open[id];
        }
    }

    private void Remind(TaskEntry? before, TaskEntry after)
    {
        var (was, isNow) = (before?.OpenUntil, after.OpenUntil);
        if (was == isNow)
        {
            return;
        }

        Deadlines = was is { } past ? Deadlines.Remove((past, after.Task.Id)) : Deadlines;
        Deadlines = isNow is { } next ? Deadlines.Add((next, after.Task.Id)) : Deadlines;
    }

    private void Order(TaskEntry? before, TaskEntry after)
    {
        var (was, isNow) = (before?.IsReady == true, after.IsReady);
        if (was && !(isNow && before!.Rank == after.Rank))
        {
            Ready = Ready.Remove((before!.Rank, before.Task.Id));
            was = false;
        }

        if (isNow && !was)
        {
            Ready = Ready.Add((after.Rank, after.Task.Id));
        }
    }
}

/// <summary>A task, its claims and what happened to it.</summary>
internal sealed record TaskEntry(WorkTask Task)
{
    /// <summary>The claim that holds it, while in progress.</summary>
    public LiveClaim? Claim { get; init; }

    /// <summary>Its ended claims, oldest first.</summary>
    public ImmutableList<EndedClaim> Claims { get; init; } = [];

    /// <summary>What happened to it; kept as long as the task is.</summary>
    public ImmutableList<EventRecord> History { get; init; } = [];

    /// <summary>Who reviewed which of its grants, and how.</summary>
    public ImmutableList<(int Epoch, string ReviewerKey, GivenReview Said)> Reviews { get; init; } = [];

    /// <summary>From whom it is kept.</summary>
    public ImmutableList<KeptPair> Kept { get; init; } = [];

    /// <summary>Ordered by priority and arrival, not by urgency.</summary>
    public bool IsFifo { get; init; }

    /// <summary>Its deadline, as long as it has not ended.</summary>
    public DateTimeOffset? OpenUntil => Task.State.IsTerminal() ? null : Task.Spec.Deadline;

    /// <summary>What a distributor was told of it, and which version of the task that was.</summary>
    public (WorkTask? By, QueueHead Head) Seen { get; set; }

    public bool IsReady => Task.State.IsQueued() && Task.DeferredUntil is null;

    /// <summary>The part of its urgency that does not grow with time.</summary>
    public int Credit => Urgency.Credit(
        Task.Spec.Priority, QueuedState, Task.Failures, Task.Spec.ParentId is not null);

    /// <summary>The order key: tasks are given out by rank, then id.</summary>
    public long Rank => Task.AvailableAt.ToMicroseconds()
        - Urgency.HeadStartUs(
            IsFifo, Task.Spec.Priority, QueuedState, Task.Failures, Task.Spec.ParentId is not null);

    private TaskState QueuedState => Task.Target is null ? TaskState.Created : TaskState.PendingHandoff;

    /// <summary>The latest reason why a claim of it ended badly.</summary>
    public string? LastError => Claims.LastOrDefault(c => c.Record.Error is not null)?.Record.Error;
}

/// <summary>A claim that holds.</summary>
/// <param name="Agent">Who holds it.</param>
/// <param name="GrantedAt">Since when.</param>
/// <param name="Single">It was its agent's only claim when granted (G7).</param>
/// <param name="Key">The key of the request that made it.</param>
/// <param name="Status">Offered, accepted, in progress or blocked.</param>
/// <param name="PausedUs">How long its lease will be when the task is not blocked any more.</param>
internal sealed record LiveClaim(
    string Agent, DateTimeOffset GrantedAt, bool Single, string? Key, AssignmentStatus Status, long PausedUs = 0);

/// <summary>A claim that ended.</summary>
/// <param name="Record">What everybody may see of it.</param>
/// <param name="Single">It was its agent's only claim when granted (G7).</param>
/// <param name="Key">The key of the finish that ended it.</param>
internal sealed record EndedClaim(Assignment Record, bool Single, string? Key)
{
    /// <summary>It speaks against the pair of task and agent: failed, or lost although granted alone (G7).</summary>
    public bool IsFailure => Record.Status == AssignmentStatus.Failed
        || (Record.Status == AssignmentStatus.Expired && Single);
}

/// <summary>Who leads, until when, and the how-manieth holder that is.</summary>
internal sealed record Leadership(string Holder, long Epoch, long UntilUs);
