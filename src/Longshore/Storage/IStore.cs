using Longshore.Agents;
using Longshore.Assignments;
using Longshore.Capabilities;
using Longshore.Events;
using Longshore.Tasks;

namespace Longshore.Storage;

/// <summary>
/// Durable state. A verb is one atomic step of <see cref="TaskTransitions"/> over a batch, in one transaction, with
/// its events; expected outcomes are values, one for each item. A verb takes the instant as microseconds since
/// 1970; null means the store's own clock.
/// </summary>
public interface IStore : IAsyncDisposable
{
    /// <summary>Facts about the store.</summary>
    StoreInfo Info { get; }

    /// <summary>Tasks and claims.</summary>
    ITaskStore Tasks { get; }

    /// <summary>Agents.</summary>
    IAgentStore Agents { get; }

    /// <summary>What operators decide about namespaces.</summary>
    IRuleStore Rules { get; }

    /// <summary>Circuit breakers.</summary>
    IBreakerStore Breakers { get; }

    /// <summary>Schedules.</summary>
    IScheduleStore Schedules { get; }

    /// <summary>Workflows and their runs.</summary>
    IWorkflowStore Workflows { get; }

    /// <summary>Tasks passed on.</summary>
    IHandoffStore Handoffs { get; }

    /// <summary>Help requests.</summary>
    IHelpStore Help { get; }

    /// <summary>The event log.</summary>
    IEventStore Events { get; }

    /// <summary>Leadership.</summary>
    ILeaseStore Leases { get; }

    /// <summary>The nodes that share the store.</summary>
    INodeStore Nodes { get; }

    /// <summary>Everything that only reads.</summary>
    IQueryStore Queries { get; }

    /// <summary>How the store is doing.</summary>
    IHealthStore Health { get; }
}

/// <summary>Facts, never feature flags.</summary>
/// <param name="Name">Short name of the kind of store: <c>memory</c>, <c>sqlite</c>.</param>
/// <param name="Location">Where the data is.</param>
/// <param name="HeartbeatTimeout">After this silence an agent is unresponsive.</param>
/// <param name="IsShared">Nodes in other processes may use it at the same time.</param>
/// <param name="RecentFailure">What a recent failure means for the pair of task and agent.</param>
public sealed record StoreInfo(
    string Name, string Location, TimeSpan HeartbeatTimeout, bool IsShared = false,
    RecentFailurePolicy RecentFailure = RecentFailurePolicy.PreferOthers)
{
    /// <summary>After this time evidence about an agent weighs half.</summary>
    public TimeSpan ReputationHalfLife { get; init; } = StoreOptions.UsualHalfLife;
}

/// <summary>The rules of a store that are settings, the same for every store.</summary>
public sealed record StoreOptions
{
    internal static readonly TimeSpan UsualHalfLife = TimeSpan.FromDays(30);

    private static readonly TimeSpan HalfLifeMin = TimeSpan.FromMinutes(1);

    /// <summary>
    /// After this silence an agent is unresponsive (S4.42); 30 seconds by default. Handler hosts, and whoever waits for
    /// work or offers, are heard of three times as often; other agents must see to that themselves.
    /// </summary>
    public TimeSpan HeartbeatTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>What a recent failure means for the pair of task and agent.</summary>
    public RecentFailurePolicy RecentFailure { get; init; } = RecentFailurePolicy.PreferOthers;

    /// <summary>How long a failure is recent (S0.60).</summary>
    public TimeSpan RecentFailureWindow { get; init; } = TimeSpan.FromHours(24);

    /// <summary>
    /// Where the store takes its own instants from. A database that several nodes share takes its own clock instead of
    /// the system's, since the nodes' clocks differ.
    /// </summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>When breakers open, and for how long; alike on every node of a store.</summary>
    public BreakerOptions Breakers { get; init; } = new();

    /// <summary>
    /// After this time evidence about an agent weighs half; one minute to ten years, alike on every node of a store.
    /// </summary>
    /// <exception cref="LongshoreException">invalid_input: out of range.</exception>
    public TimeSpan ReputationHalfLife
    {
        get;
        init => field = value >= HalfLifeMin && value <= Limits.DurationMax
            ? value
            : throw LongshoreException.Invalid(
                "reputation_half_life", $"must be from 1 minute to 10 years, not {value}");
    } = UsualHalfLife;

    /// <summary>Seed of the jitter of backoffs; null takes one from the clock.</summary>
    public int? Seed { get; init; }
}

/// <summary>Whether a task goes again to an agent that failed it within the window (S0.60).</summary>
public enum RecentFailurePolicy
{
    /// <summary>
    /// Only while no other present, eligible agent is left that has not failed it: a lone host may retry.
    /// </summary>
    PreferOthers = 0,

    /// <summary>Never within the window.</summary>
    Strict = 1,

    /// <summary>Always.</summary>
    Off = 2,
}

/// <summary>Verbs on tasks.</summary>
public interface ITaskStore
{
    /// <summary>
    /// The hot verb: in one transaction appends the batch's events, then finishes, inserts, renews and claims, in
    /// that order, so that room freed by a finish and a task just inserted can be claimed at once. Performs
    /// complete, fail, fail_for_good, quarantine, snooze, release, cancel (by the holder), complete_late, renew and
    /// claim.
    /// </summary>
    ValueTask<TaskBatchOutcome> CommitAsync(TaskBatch batch, CancellationToken ct = default);

    /// <summary>Performs cancel. A running task ends at once; its holder's later writes are stale.</summary>
    ValueTask<IReadOnlyList<ChangeOutcome>> CancelAsync(
        IReadOnlyList<long> taskIds, string? reason, long? nowUs = null, CancellationToken ct = default);

    /// <summary>Performs retry: attempts and failures start anew, the epoch goes on.</summary>
    ValueTask<IReadOnlyList<ChangeOutcome>> RetryAsync(
        IReadOnlyList<long> taskIds, long? nowUs = null, CancellationToken ct = default);

    /// <summary>
    /// Performs evict: an administrator takes tasks from their agents and they go back to the queue with their place,
    /// kept from those agents for the cooldown of their namespace.
    /// </summary>
    ValueTask<IReadOnlyList<ChangeOutcome>> EvictAsync(
        IReadOnlyList<long> taskIds, string actor, string? reason, long? nowUs = null, CancellationToken ct = default);

    /// <summary>
    /// Gives tasks that wait, ready or deferred, other requirements; they keep their place. Others are refused.
    /// </summary>
    ValueTask<IReadOnlyList<ChangeOutcome>> ReclassifyAsync(
        IReadOnlyList<long> taskIds, IReadOnlyList<Requirement> requires, string reason, long? nowUs = null,
        CancellationToken ct = default);

    /// <summary>
    /// Gives tasks that wait, ready or deferred, another priority; they keep their age. Others are refused.
    /// </summary>
    ValueTask<IReadOnlyList<ChangeOutcome>> ReprioritiseAsync(
        IReadOnlyList<long> taskIds, int priority, long? nowUs = null, CancellationToken ct = default);

    /// <summary>
    /// Lets tasks of which a further step is due ask for what it asks for, wherever they are; they keep their place.
    /// Looks at no more than <paramref name="limit"/>, those due first before others.
    /// </summary>
    ValueTask<RelaxOutcome> RelaxAsync(int limit, long? nowUs = null, CancellationToken ct = default);

    /// <summary>
    /// Takes a ready task, and up to <paramref name="limit"/> in all that are like it in what they ask for, now and
    /// later, past steps that nobody present can meet. Answers how many; none when it is not at that step any more.
    /// </summary>
    ValueTask<int> SkipStepsAsync(
        StepSkip skip, int limit, long? nowUs = null, CancellationToken ct = default);

    /// <summary>The instant at which the next step of a task is due, or null.</summary>
    ValueTask<long?> NextRelaxAsync(CancellationToken ct = default);

    /// <summary>
    /// Moves deferred tasks that are due to the queue, and performs probe on tasks whose breaker's time is up. Answers
    /// how many, at most <paramref name="limit"/>.
    /// </summary>
    ValueTask<int> StageAsync(int limit, long? nowUs = null, CancellationToken ct = default);

    /// <summary>
    /// Performs lose_claim, fail_for_good or quarantine on claims whose lease ran out, and lose_offer on offers that
    /// did. Answers what was lost.
    /// </summary>
    ValueTask<IReadOnlyList<LostClaim>> RescueAsync(int limit, long? nowUs = null, CancellationToken ct = default);

    /// <summary>
    /// Performs expire on tasks whose deadline passed. Answers what expired, with the claim it ended, if it ended
    /// one.
    /// </summary>
    ValueTask<IReadOnlyList<LostClaim>> ExpireAsync(int limit, long? nowUs = null, CancellationToken ct = default);

    /// <summary>
    /// Deletes ended tasks and events that are old, in one bounded step over no more than <paramref name="limit"/>
    /// tasks. Those of runs are left to <see cref="IWorkflowStore.PruneRunsAsync"/>.
    /// </summary>
    ValueTask<PruneOutcome> PruneAsync(PrunePlan plan, int limit, CancellationToken ct = default);

    /// <summary>The instant at which the next deferred or quarantined task is due, or null.</summary>
    ValueTask<long?> NextDueAsync(CancellationToken ct = default);
}

/// <summary>Verbs on agents.</summary>
public interface IAgentStore
{
    /// <summary>
    /// Registers, or registers again and becomes available. A new session loses the former session's claims.
    /// </summary>
    ValueTask<RegisterOutcome> RegisterAsync(
        AgentRegistration registration, long? nowUs = null, CancellationToken ct = default);

    /// <summary>Notes that the agents were heard of. Answers for each whether it is known.</summary>
    ValueTask<IReadOnlyList<bool>> HeartbeatAsync(
        IReadOnlyList<string> names, long? nowUs = null, CancellationToken ct = default);

    /// <summary>Sets the mode. False when the agent is unknown.</summary>
    ValueTask<bool> SetModeAsync(string name, AgentMode mode, long? nowUs = null, CancellationToken ct = default);

    /// <summary>
    /// Notes which of its capabilities an agent cannot use now. False when it is unknown; names it does not declare do
    /// no harm.
    /// </summary>
    ValueTask<bool> SetAvailabilityAsync(
        string name, IReadOnlyList<string> unavailable, long? nowUs = null, CancellationToken ct = default);

    /// <summary>
    /// Decides which capabilities an agent may use; null means all it declares. False when it is unknown.
    /// </summary>
    ValueTask<bool> AuthoriseAsync(
        string name, IReadOnlyList<string>? capabilities, long? nowUs = null, CancellationToken ct = default);

    /// <summary>
    /// Counts a review of a submitted assignment, under the rules of <see cref="Review"/>, with its event.
    /// </summary>
    ValueTask<ReviewOutcome> ReviewAsync(Review review, long? nowUs = null, CancellationToken ct = default);

    /// <summary>
    /// Adds what somebody knows of an agent to its record, with its event. False when the agent is unknown; a
    /// capability that it does not declare counts only in all.
    /// </summary>
    ValueTask<bool> RateAsync(Rating rating, string actor, long? nowUs = null, CancellationToken ct = default);

    /// <summary>
    /// Signs off: releases what it holds and goes offline. Null when unknown, else the claims given back.
    /// </summary>
    ValueTask<IReadOnlyList<LostClaim>?> DeregisterAsync(
        string name, long? nowUs = null, CancellationToken ct = default);
}

/// <summary>Verbs on the event log.</summary>
public interface IEventStore
{
    /// <summary>
    /// Events after a position, in order, at most <paramref name="limit"/>; never skips one that commits late.
    /// </summary>
    ValueTask<IReadOnlyList<EventRecord>> ReadAsync(long afterPosition, int limit, CancellationToken ct = default);

    /// <summary>
    /// Events of some types after a position, in order, at most <paramref name="limit"/>; never skips one that commits
    /// late.
    /// </summary>
    ValueTask<EventSlice> ReadTypesAsync(
        long afterPosition, IReadOnlyList<string> types, int limit, CancellationToken ct = default);

    /// <summary>How far somebody has come, or whatever else this number means to them; null when never said.</summary>
    ValueTask<long?> GetBookmarkAsync(string name, CancellationToken ct = default);

    /// <summary>Says how far somebody has come.</summary>
    ValueTask SetBookmarkAsync(string name, long position, CancellationToken ct = default);

    /// <summary>What happened to one task, in order.</summary>
    ValueTask<IReadOnlyList<EventRecord>> HistoryAsync(long taskId, CancellationToken ct = default);

    /// <summary>The position after which nothing is recorded yet.</summary>
    ValueTask<long> EndAsync(CancellationToken ct = default);
}

/// <summary>Part of the event log.</summary>
/// <param name="Events">The events.</param>
/// <param name="Position">Up to here there are no others of their types; go on from here.</param>
public sealed record EventSlice(IReadOnlyList<EventRecord> Events, long Position)
{
    /// <summary>A slice read up to an end of the log that was looked up before.</summary>
    internal static EventSlice Of(IReadOnlyList<EventRecord> events, int limit, long after, long end) =>
        new(events, events.Count >= limit ? events[^1].Position : Math.Max(after, end));
}

/// <summary>Leadership: one holder per name until its term runs out.</summary>
public interface ILeaseStore
{
    /// <summary>
    /// Takes or extends the lease. Null when somebody else holds it; else its epoch, which grows with each new
    /// holder.
    /// </summary>
    ValueTask<long?> AcquireAsync(
        string name, string holder, TimeSpan term, long? nowUs = null, CancellationToken ct = default);

    /// <summary>Gives the lease up, if held.</summary>
    ValueTask ReleaseAsync(string name, string holder, CancellationToken ct = default);
}
