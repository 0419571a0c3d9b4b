using Longshore.Tasks;

namespace Longshore.Events;

/// <summary>Who caused an event (S0.128).</summary>
public enum ActorType
{
    /// <summary>An agent.</summary>
    Agent = 0,

    /// <summary>Longshore itself.</summary>
    System = 1,

    /// <summary>A person or a program acting for one.</summary>
    Human = 2,
}

/// <summary>The types of events, in wire spelling.</summary>
public static class EventTypes
{
    /// <summary>A task was submitted.</summary>
    public const string TaskCreated = "task_created";

    /// <summary>An agent took a task; payload <c>{"epoch","agent"}</c>.</summary>
    public const string TaskClaimed = "task_claimed";

    /// <summary>A task was completed.</summary>
    public const string TaskCompleted = "task_completed";

    /// <summary>An attempt failed (S0.60); payload <c>{"epoch","state"}</c>: the state it led to.</summary>
    public const string TaskFailed = "task_failed";

    /// <summary>A holder postponed a task.</summary>
    public const string TaskSnoozed = "task_snoozed";

    /// <summary>A holder gave a task back.</summary>
    public const string TaskReleased = "task_released";

    /// <summary>A lease ran out or a session ended; payload <c>{"epoch","state"}</c>.</summary>
    public const string TaskClaimLost = "task_claim_lost";

    /// <summary>A deferred task came back to the queue.</summary>
    public const string TaskReady = "task_ready";

    /// <summary>A task was called off.</summary>
    public const string TaskCancelled = "task_cancelled";

    /// <summary>A task was given a fresh set of attempts.</summary>
    public const string TaskRetried = "task_retried";

    /// <summary>
    /// A later submission of the same unique key took the place of what a task nobody had started was to do.
    /// </summary>
    public const string TaskReplaced = "task_replaced";

    /// <summary>A task may be tried once more, since its unique key was submitted again.</summary>
    public const string TaskAttemptsAdded = "task_attempts_added";

    /// <summary>A task's deadline passed.</summary>
    public const string TaskExpired = "task_expired";

    /// <summary>A task was offered to an agent; payload <c>{"epoch","agent","state"}</c>.</summary>
    public const string TaskOffered = "task_offered";

    /// <summary>An agent accepted an offer; payload <c>{"epoch","agent","state"}</c>.</summary>
    public const string TaskAccepted = "task_accepted";

    /// <summary>An agent rejected a task; payload <c>{"epoch","agent","state"}</c>.</summary>
    public const string TaskRejected = "task_rejected";

    /// <summary>An offer ran out; payload <c>{"epoch","agent","state"}</c>.</summary>
    public const string TaskOfferExpired = "task_offer_expired";

    /// <summary>An administrator took a task from its agent; payload <c>{"reason"}</c>.</summary>
    public const string TaskEvicted = "task_evicted";

    /// <summary>Somebody said how good a submitted result was.</summary>
    public const string TaskReviewed = "task_reviewed";

    /// <summary>Somebody outside said how well an agent works.</summary>
    public const string AgentRated = "agent_rated";

    /// <summary>A waiting task was given another priority; payload <c>{"priority"}</c>.</summary>
    public const string TaskReprioritised = "task_reprioritised";

    /// <summary>Other requirements took the place of a task's own; payload <c>{"reason"}</c>.</summary>
    public const string TaskReclassified = "task_reclassified";

    /// <summary>
    /// A further step of a task's requirements took the place of the former; payload
    /// <c>{"from","to","skipped","requires","minimum_match"}</c>.
    /// </summary>
    public const string TaskRelaxed = "task_relaxed";

    /// <summary>A holder passed a task on; payload <c>{"handoff","to","confidence","needs_review"}</c>.</summary>
    public const string TaskHandedOff = "task_handed_off";

    /// <summary>A hand-off that nobody took was called off; payload <c>{"reason"}</c>.</summary>
    public const string HandoffWithdrawn = "handoff_withdrawn";

    /// <summary>An agent asked for help; payload <c>{"request","type"}</c>.</summary>
    public const string HelpRequested = "help_requested";

    /// <summary>A helper took a help request on; payload <c>{"request","type"}</c>.</summary>
    public const string HelpClaimed = "help_claimed";

    /// <summary>A help request was answered; payload <c>{"request","type"}</c>.</summary>
    public const string HelpResolved = "help_resolved";

    /// <summary>A help request was called off; payload <c>{"request","type"}</c>.</summary>
    public const string HelpCancelled = "help_cancelled";

    /// <summary>A task has an open blocker.</summary>
    public const string TaskBlocked = "task_blocked";

    /// <summary>A task has no open blocker any more; payload <c>{"state"}</c>.</summary>
    public const string TaskUnblocked = "task_unblocked";

    /// <summary>A blocked task lost its holder; payload <c>{"epoch","agent","state"}</c>.</summary>
    public const string TaskHoldEnded = "task_hold_ended";

    /// <summary>No registered agent could ever do a task, for longer than the rules allow.</summary>
    public const string TaskUnroutable = "task_unroutable";

    /// <summary>The rules of a namespace were changed; payload <c>{"reason"}</c>: the namespace.</summary>
    public const string RulesChanged = "rules_changed";

    /// <summary>A schedule was made or changed; payload <c>{"namespace","name"}</c>.</summary>
    public const string ScheduleChanged = "schedule_changed";

    /// <summary>A schedule was removed; payload <c>{"namespace","name"}</c>.</summary>
    public const string ScheduleRemoved = "schedule_removed";

    /// <summary>A step of a run was settled with a result, and nobody did it.</summary>
    public const string TaskConcluded = "task_concluded";

    /// <summary>A step of a run that begins anew waits for those before it again.</summary>
    public const string TaskAwaits = "task_awaits";

    /// <summary>A version of a workflow was stored.</summary>
    public const string WorkflowStored = "workflow_stored";

    /// <summary>A run began.</summary>
    public const string RunStarted = "run_started";

    /// <summary>A run ended: done, failed or cancelled.</summary>
    public const string RunEnded = "run_ended";

    /// <summary>A run is being made up for.</summary>
    public const string RunCompensating = "run_compensating";

    /// <summary>A run that had failed goes on.</summary>
    public const string RunRetried = "run_retried";

    /// <summary>A batch began.</summary>
    public const string BatchStarted = "batch_started";

    /// <summary>Tasks were added to a batch.</summary>
    public const string BatchExtended = "batch_extended";

    /// <summary>Nothing more is added to a batch.</summary>
    public const string BatchClosed = "batch_closed";

    /// <summary>Everything in a batch has ended.</summary>
    public const string BatchEnded = "batch_ended";

    /// <summary>A batch that had ended goes on, since one of its tasks is to be done again.</summary>
    public const string BatchRetried = "batch_retried";

    /// <summary>Steps were added to a run.</summary>
    public const string RunExtended = "run_extended";

    /// <summary>A step of a run was skipped, or called off because of another.</summary>
    public const string StepDropped = "step_dropped";

    /// <summary>Somebody settled a step of a run by hand.</summary>
    public const string StepResolved = "step_resolved";

    /// <summary>A breaker was closed by a person; payload <c>{"reason"}</c>.</summary>
    public const string BreakerReset = "breaker_reset";

    /// <summary>What an agent can use now changed; payload <c>{"unavailable"}</c>.</summary>
    public const string AgentAvailabilityChanged = "agent_availability_changed";

    /// <summary>What an agent is authorised to use changed; payload <c>{"authorised"}</c>, null for all.</summary>
    public const string AgentAuthorised = "agent_authorised";

    /// <summary>An agent registered, for the first time or again.</summary>
    public const string AgentRegistered = "agent_registered";

    /// <summary>An agent signed off.</summary>
    public const string AgentDeregistered = "agent_deregistered";

    /// <summary>An agent was set available, draining, blocked or offline.</summary>
    public const string AgentModeChanged = "agent_mode_changed";

    /// <summary>An agent began to wait for work (S0.65).</summary>
    public const string AgentWaiting = "agent_waiting_for_work";

    /// <summary>An agent stopped waiting: it got work, gave up or went away (S0.65).</summary>
    public const string AgentStoppedWaiting = "agent_stopped_waiting";
}

/// <summary>Something that happened, to be recorded.</summary>
/// <param name="Type">One of <see cref="EventTypes"/>.</param>
/// <param name="ActorType">Sort of actor.</param>
/// <param name="Actor">Name of the actor.</param>
/// <param name="TaskId">The task concerned.</param>
/// <param name="Payload">Details.</param>
/// <param name="CorrelationId">Cause.</param>
public sealed record NewEvent(
    string Type,
    ActorType ActorType,
    string Actor,
    long? TaskId = null,
    JsonText Payload = default,
    string? CorrelationId = null);

/// <summary>Something that happened.</summary>
/// <param name="Position">Grows along the log; resume after it. Gaps mean nothing.</param>
/// <param name="At">When.</param>
/// <param name="Type">One of <see cref="EventTypes"/>.</param>
/// <param name="ActorType">Sort of actor.</param>
/// <param name="Actor">Name of the actor.</param>
/// <param name="TaskId">The task concerned.</param>
/// <param name="Payload">Details.</param>
/// <param name="CorrelationId">Cause.</param>
public sealed record EventRecord(
    long Position,
    DateTimeOffset At,
    string Type,
    ActorType ActorType,
    string Actor,
    long? TaskId,
    JsonText Payload,
    string? CorrelationId);
