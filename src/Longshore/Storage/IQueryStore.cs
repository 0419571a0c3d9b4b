using Longshore.Agents;
using Longshore.Assignments;
using Longshore.Matching;
using Longshore.Tasks;

namespace Longshore.Storage;

/// <summary>Reads. Lists are keyset pages: stable under concurrent inserts, and never slower for later pages.</summary>
public interface IQueryStore
{
    /// <summary>One task, or null.</summary>
    ValueTask<WorkTask?> GetTaskAsync(long id, CancellationToken ct = default);

    /// <summary>
    /// Several tasks at once, in no particular order; those that are not there are left out. At most
    /// <see cref="Limits.BatchMax"/>.
    /// </summary>
    ValueTask<IReadOnlyList<WorkTask>> GetTasksAsync(IReadOnlyList<long> ids, CancellationToken ct = default);

    /// <summary>The id of the task with this code, or null.</summary>
    ValueTask<long?> FindTaskAsync(string @namespace, string code, CancellationToken ct = default);

    /// <summary>A page of tasks by id.</summary>
    ValueTask<Page<WorkTask>> ListTasksAsync(TaskQuery query, CancellationToken ct = default);

    /// <summary>How many tasks are in each state; of a namespace, or of all.</summary>
    ValueTask<IReadOnlyDictionary<TaskState, long>> CountByStateAsync(
        string? @namespace = null, CancellationToken ct = default);

    /// <summary>The ended claims of a task, oldest first.</summary>
    ValueTask<IReadOnlyList<Assignment>> ListAssignmentsAsync(long taskId, CancellationToken ct = default);

    /// <summary>A page of assignments, live ones included, by task and grant.</summary>
    ValueTask<Page<Assignment>> FindAssignmentsAsync(AssignmentQuery query, CancellationToken ct = default);

    /// <summary>A page of submitted results with what was said of them, by task and grant.</summary>
    ValueTask<Page<SubmittedWork>> ListReviewsAsync(ReviewQuery query, CancellationToken ct = default);

    /// <summary>What stands between a task and single agents; null when there is no such task.</summary>
    ValueTask<TaskGuards?> GetGuardsAsync(long taskId, long? nowUs = null, CancellationToken ct = default);

    /// <summary>
    /// The first ready tasks of each class, in order: a look at the whole queue in which none hides behind another
    /// (T4.4).
    /// </summary>
    /// <param name="namespace">Only of this namespace; null for all.</param>
    /// <param name="perClass">At most so many of one class, 1 to <see cref="Limits.BatchMax"/>.</param>
    /// <param name="limit">At most so many in all, 1 to <see cref="Limits.BatchMax"/>.</param>
    /// <param name="ct">Ends the query.</param>
    ValueTask<IReadOnlyList<QueueHead>> ListHeadsAsync(
        string? @namespace, int perClass, int limit, CancellationToken ct = default);

    /// <summary>
    /// The ready tasks whose requirements have a further step, in groups, by the first task of each; others are not
    /// looked at.
    /// </summary>
    /// <param name="limit">At most so many groups, 1 to <see cref="Limits.BatchMax"/>.</param>
    /// <param name="ct">Ends the query.</param>
    ValueTask<IReadOnlyList<RelaxingGroup>> ListRelaxingAsync(int limit, CancellationToken ct = default);

    /// <summary>Where the distributor's rounds stand in a namespace.</summary>
    ValueTask<IReadOnlyList<RoutingCursor>> ListCursorsAsync(string @namespace, CancellationToken ct = default);

    /// <summary>One agent, or null.</summary>
    ValueTask<Agent?> GetAgentAsync(string name, CancellationToken ct = default);

    /// <summary>A page of agents by name.</summary>
    ValueTask<Page<Agent>> ListAgentsAsync(AgentQuery query, long? nowUs = null, CancellationToken ct = default);

    /// <summary>
    /// The most urgent tasks this agent could claim now, without claiming. Empty when it may not take work. Null
    /// when unknown. Those it is the best match for come first, then by urgency, then by id.
    /// </summary>
    ValueTask<IReadOnlyList<DiscoveredTask>?> DiscoverAsync(
        DiscoverQuery query, long? nowUs = null, CancellationToken ct = default);

    /// <summary>
    /// A page of ready tasks by id that became ready at least <paramref name="age"/> ago by the store's time: work that
    /// was left behind if anybody waits for it. What counts is since when it is ready, not when it was made (T3.11).
    /// </summary>
    /// <param name="age">The least time since it is ready.</param>
    /// <param name="after">The <see cref="Page{T}.Next"/> of the page before.</param>
    /// <param name="limit">Items on the page, 1 to <see cref="Limits.PageMax"/>.</param>
    /// <param name="nowUs">The instant; null for the store's own.</param>
    /// <param name="ct">Ends the query.</param>
    ValueTask<Page<ReadyTask>> ListReadyAsync(
        TimeSpan age, string? after, int limit, long? nowUs = null, CancellationToken ct = default);

    /// <summary>
    /// How much work there is in each namespace and who is busy. May cost as much as reading every narrow row that has
    /// not ended; whoever asks often keeps the answer for a while.
    /// </summary>
    /// <param name="agentsMax">At most so many agents by name; the others are summed.</param>
    /// <param name="ct">Ends the query.</param>
    ValueTask<StoreLoad> MeasureLoadAsync(int agentsMax, CancellationToken ct = default);

    /// <summary>
    /// Attempts that were completed, failed or lost, the newest first, from the log and the records of claims; looks at
    /// a bounded part of the log.
    /// </summary>
    ValueTask<EndedAttempts> ListEndedAttemptsAsync(AttemptQuery query, CancellationToken ct = default);

    /// <summary>What is ready in some namespaces, by namespace and kind; reads the narrow rows of what is.</summary>
    ValueTask<IReadOnlyList<ReadyLoad>> MeasureReadyAsync(
        IReadOnlyList<string> namespaces, CancellationToken ct = default);
}

/// <summary>A page and how to get the next one.</summary>
/// <param name="Items">The items.</param>
/// <param name="Next">Pass as <c>After</c> to go on; null on the last page.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, string? Next);

/// <summary>A task that waits to be claimed.</summary>
/// <param name="Id">The task.</param>
/// <param name="Namespace">Its namespace.</param>
/// <param name="Priority">Its priority.</param>
/// <param name="AvailableUs">Since when it is ready, in microseconds since 1970.</param>
public readonly record struct ReadyTask(long Id, string Namespace, int Priority, long AvailableUs);

/// <summary>Which tasks to list (S0.129). Filters combine with "and"; an empty one means any.</summary>
public sealed record TaskQuery
{
    /// <summary>Only this namespace.</summary>
    public string? Namespace { get; init; }

    /// <summary>Only this kind.</summary>
    public string? Kind { get; init; }

    /// <summary>Only these states.</summary>
    public IReadOnlyList<TaskState> States { get; init; } = [];

    /// <summary>Not these codes.</summary>
    public IReadOnlyList<string> ExcludeCodes { get; init; } = [];

    /// <summary>At least this priority.</summary>
    public int? MinPriority { get; init; }

    /// <summary>Only tasks with this tag.</summary>
    public string? Tag { get; init; }

    /// <summary>Only parts of this task.</summary>
    public long? ParentId { get; init; }

    /// <summary>Only tasks held by this agent now.</summary>
    public string? Agent { get; init; }

    /// <summary>Only tasks with this correlation id.</summary>
    public string? CorrelationId { get; init; }

    /// <summary>Newest first instead of oldest first.</summary>
    public bool Descending { get; init; }

    /// <summary>The <see cref="Page{T}.Next"/> of the page before.</summary>
    public string? After { get; init; }

    /// <summary>Items on the page, 1 to <see cref="Limits.PageMax"/>.</summary>
    public int Limit { get; init; } = 50;
}

/// <summary>Which agents to list (S0.130).</summary>
public sealed record AgentQuery
{
    /// <summary>Only with this status.</summary>
    public AgentStatus? Status { get; init; }

    /// <summary>Only with this capability, unexpired.</summary>
    public string? Capability { get; init; }

    /// <summary>Only with (or without) free capacity.</summary>
    public bool? HasCapacity { get; init; }

    /// <summary>At least this reputation.</summary>
    public double? MinReputation { get; init; }

    /// <summary>Only with this specialization.</summary>
    public string? Specialization { get; init; }

    /// <summary>The <see cref="Page{T}.Next"/> of the page before.</summary>
    public string? After { get; init; }

    /// <summary>Items on the page, 1 to <see cref="Limits.PageMax"/>.</summary>
    public int Limit { get; init; } = 50;
}

/// <summary>What to discover.</summary>
public sealed record DiscoverQuery
{
    /// <summary>For whom. Its registered capabilities count, not what a caller says (T0.11).</summary>
    public required string Agent { get; init; }

    /// <summary>At most so many, 1 to <see cref="Limits.DiscoverMax"/>.</summary>
    public int Limit { get; init; } = 5;

    /// <summary>Only these kinds; empty means any.</summary>
    public IReadOnlyList<string> Kinds { get; init; } = [];

    /// <summary>Not these codes.</summary>
    public IReadOnlyList<string> ExcludeCodes { get; init; } = [];

    /// <summary>At least this priority.</summary>
    public int? MinPriority { get; init; }
}
