using Longshore.Agents;
using Longshore.Assignments;
using Longshore.Events;
using Longshore.Matching;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Client;

/// <summary>
/// The one façade of Longshore: every edge (HTTP, CLI, handler hosts, tests) uses it, in process or over HTTP.
/// Errors are <see cref="LongshoreException"/>s; a call that throws changed nothing.
/// </summary>
public partial interface ILongshoreClient
{
    /// <summary>
    /// Submits tasks, at most <see cref="Limits.BatchMax"/>, in one transaction. Invalid input refuses them all;
    /// what only the store can know (a taken code, a reused key, a missing parent, a unique key that another task has)
    /// is told in the answer of that one. Answers stand in the same order.
    /// </summary>
    /// <exception cref="LongshoreException">invalid_input, unavailable.</exception>
    Task<IReadOnlyList<SubmittedTask>> SubmitAsync(IReadOnlyList<NewTask> tasks, CancellationToken ct = default);

    /// <summary>One task by id.</summary>
    /// <exception cref="LongshoreException">not_found.</exception>
    Task<WorkTask> GetTaskAsync(long id, CancellationToken ct = default);

    /// <summary>The id of the task with a code.</summary>
    /// <exception cref="LongshoreException">not_found.</exception>
    Task<long> FindTaskAsync(string @namespace, string code, CancellationToken ct = default);

    /// <summary>A page of tasks.</summary>
    Task<Page<WorkTask>> ListTasksAsync(TaskQuery query, CancellationToken ct = default);

    /// <summary>How many tasks are in each state.</summary>
    Task<IReadOnlyDictionary<TaskState, long>> CountByStateAsync(
        string? @namespace = null, CancellationToken ct = default);

    /// <summary>Calls a task off; ends a running claim at once.</summary>
    /// <exception cref="LongshoreException">not_found, wrong_state.</exception>
    Task<WorkTask> CancelAsync(long id, string? reason = null, CancellationToken ct = default);

    /// <summary>
    /// Gives a failed, cancelled, quarantined or deferred task a fresh set of attempts, now. One that is unique takes
    /// its key again.
    /// </summary>
    /// <exception cref="LongshoreException">
    /// not_found, wrong_state; duplicate_task: another task has its key by now.
    /// </exception>
    Task<WorkTask> RetryAsync(long id, CancellationToken ct = default);

    /// <summary>What happened to a task.</summary>
    /// <exception cref="LongshoreException">not_found.</exception>
    Task<IReadOnlyList<EventRecord>> HistoryAsync(long id, CancellationToken ct = default);

    /// <summary>The ended claims of a task.</summary>
    /// <exception cref="LongshoreException">not_found.</exception>
    Task<IReadOnlyList<Assignment>> ListAssignmentsAsync(long id, CancellationToken ct = default);

    /// <summary>Registers an agent, or registers it again.</summary>
    /// <exception cref="LongshoreException">invalid_input.</exception>
    Task<Agent> RegisterAsync(AgentRegistration registration, CancellationToken ct = default);

    /// <summary>Says that an agent is alive.</summary>
    /// <exception cref="LongshoreException">not_found.</exception>
    Task HeartbeatAsync(string agent, CancellationToken ct = default);

    /// <summary>One agent.</summary>
    /// <exception cref="LongshoreException">not_found.</exception>
    Task<Agent> GetAgentAsync(string name, CancellationToken ct = default);

    /// <summary>A page of agents.</summary>
    Task<Page<Agent>> ListAgentsAsync(AgentQuery query, CancellationToken ct = default);

    /// <summary>Sets an agent available, draining, blocked or offline.</summary>
    /// <exception cref="LongshoreException">not_found.</exception>
    Task SetAgentModeAsync(string name, AgentMode mode, CancellationToken ct = default);

    /// <summary>Signs an agent off and gives back what it holds.</summary>
    /// <exception cref="LongshoreException">not_found.</exception>
    Task DeregisterAsync(string name, CancellationToken ct = default);

    /// <summary>
    /// Shows what an agent could claim, without claiming; waits up to <paramref name="wait"/> for something to
    /// appear.
    /// </summary>
    /// <param name="query">For whom, and filters.</param>
    /// <param name="wait">0 to <see cref="Limits.WaitMax"/>; longer is clamped, negative is refused.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <exception cref="LongshoreException">not_found, invalid_input.</exception>
    Task<IReadOnlyList<DiscoveredTask>> DiscoverAsync(
        DiscoverQuery query, TimeSpan wait = default, CancellationToken ct = default);

    /// <summary>
    /// Claims work; waits up to <paramref name="wait"/> for some. Nothing to do is an empty list, not an error
    /// (S0.70).
    /// </summary>
    /// <param name="request">Who, and how much.</param>
    /// <param name="wait">0 to <see cref="Limits.WaitMax"/>; longer is clamped, negative is refused.</param>
    /// <param name="ct">Ends the wait; a grant that crosses with it is given back.</param>
    /// <exception cref="LongshoreException">not_found (agent), agent_unavailable, invalid_input.</exception>
    Task<IReadOnlyList<Grant>> ClaimAsync(
        ClaimRequest request, TimeSpan wait = default, CancellationToken ct = default);

    /// <summary>
    /// Extends a claim, and may report progress or save a draft. Answers until when it holds. An offer must be accepted
    /// first (<see cref="AcceptAsync"/>).
    /// </summary>
    /// <exception cref="LongshoreException">stale_claim, wrong_state, not_found, invalid_input.</exception>
    Task<DateTimeOffset> RenewAsync(Renewal renewal, CancellationToken ct = default);

    /// <summary>
    /// Ends a claim. Answers the task's state now. Of an offer there is only rejecting and releasing; rejecting needs a
    /// reason, and <c>other</c> a text in <see cref="Finish.Error"/>.
    /// </summary>
    /// <exception cref="LongshoreException">stale_claim, wrong_state, not_found, invalid_input.</exception>
    Task<FinishOutcome> FinishAsync(Finish finish, CancellationToken ct = default);

    /// <summary>Events after a position, one page, without waiting.</summary>
    Task<IReadOnlyList<EventRecord>> ReadEventsAsync(
        long afterPosition, int limit = 1000, CancellationToken ct = default);

    /// <summary>Events as they come, from after a position on (null: from now on), until cancelled.</summary>
    IAsyncEnumerable<EventRecord> FollowEventsAsync(long? afterPosition = null, CancellationToken ct = default);

    /// <summary>
    /// How the node and its store are doing, and what to do about what is wrong. Up to five seconds old. What cannot be
    /// found out is a finding, too.
    /// </summary>
    Task<IReadOnlyList<HealthFinding>> CheckHealthAsync(CancellationToken ct = default);

    /// <summary>The nodes that share the store, by name; silent ones are listed for a few minutes.</summary>
    Task<IReadOnlyList<NodeRecord>> ListNodesAsync(CancellationToken ct = default);

    /// <summary>How the node learns of work that other nodes made possible.</summary>
    Task<NodeMode> GetModeAsync(CancellationToken ct = default);

    /// <summary>Changes that while the node runs; no work is lost on the way (S3.72).</summary>
    /// <exception cref="LongshoreException">
    /// wrong_state: this node can hear nothing of others, so it must poll; invalid_input.
    /// </exception>
    Task SetModeAsync(NodeMode mode, CancellationToken ct = default);
}

/// <summary>Answer to one submitted task.</summary>
/// <param name="Status">How it went.</param>
/// <param name="Id">Its id; that of the earlier task when it exists already; 0 when there is none.</param>
/// <param name="Code">The code of the task with that id, as far as the answer can know it.</param>
public sealed record SubmittedTask(InsertStatus Status, long Id, string? Code)
{
    internal static SubmittedTask Of(InsertOutcome outcome, NewTask task) => outcome.Status switch
    {
        InsertStatus.Inserted or InsertStatus.Existing =>
            new SubmittedTask(outcome.Status, outcome.TaskId, task.Code ?? WorkTask.AutoCode(outcome.TaskId)),
        InsertStatus.DuplicateCode => new SubmittedTask(outcome.Status, outcome.TaskId, task.Code),
        _ => new SubmittedTask(outcome.Status, outcome.TaskId, null),
    };
}
