using Microsoft.Extensions.Logging;

namespace Longshore.Telemetry;

/// <summary>
/// What an operator may want to be told of. The numbers and names of these events stay as they are, so that alerts can
/// be tied to them; docs/operations.md lists them.
/// </summary>
internal static partial class NodeLog
{
    [LoggerMessage(
        1001, LogLevel.Information, "Node {Node} started over {Store} ({Location})", EventName = "node_started")]
    public static partial void NodeStarted(this ILogger logger, string node, string store, string location);

    [LoggerMessage(1002, LogLevel.Information, "Node {Node} stopped", EventName = "node_stopped")]
    public static partial void NodeStopped(this ILogger logger, string node);

    [LoggerMessage(1101, LogLevel.Information, "Node {Node} leads (epoch {Epoch})", EventName = "leadership_gained")]
    public static partial void LeadershipGained(this ILogger logger, string node, long epoch);

    [LoggerMessage(1102, LogLevel.Warning, "Node {Node} no longer leads: {Reason}", EventName = "leadership_lost")]
    public static partial void LeadershipLost(this ILogger logger, string node, string reason);

    [LoggerMessage(1103, LogLevel.Information, "Node {Node} gave up the lead", EventName = "leadership_released")]
    public static partial void LeadershipReleased(this ILogger logger, string node);

    [LoggerMessage(1201, LogLevel.Error, "The store failed; {Commands} commands are told", EventName = "store_failed")]
    public static partial void StoreFailed(this ILogger logger, Exception e, int commands);

    [LoggerMessage(
        1202, LogLevel.Information, "The store answers again after {Failures} failures", EventName = "store_recovered")]
    public static partial void StoreRecovered(this ILogger logger, int failures);

    [LoggerMessage(
        1301,
        LogLevel.Warning,
        "Task {TaskId}: agent {Agent} lost its claim (epoch {Epoch}); the task is {State}",
        EventName = "claim_lost")]
    public static partial void ClaimLost(this ILogger logger, long taskId, string agent, int epoch, string state);

    [LoggerMessage(1302, LogLevel.Warning, "Task {TaskId} failed for good: {Error}", EventName = "task_failed")]
    public static partial void TaskFailed(this ILogger logger, long taskId, string error);

    [LoggerMessage(
        1303,
        LogLevel.Warning,
        "Task {TaskId} is quarantined, since several agents failed it: {Error}",
        EventName = "task_quarantined")]
    public static partial void TaskQuarantined(this ILogger logger, long taskId, string error);

    [LoggerMessage(
        1304,
        LogLevel.Information,
        "Task {TaskId}: agent {Agent} did not accept its offer (epoch {Epoch}); the task goes to others",
        EventName = "offer_ended")]
    public static partial void OfferEnded(this ILogger logger, long taskId, string agent, int epoch);

    [LoggerMessage(
        1311,
        LogLevel.Error,
        "Schedule {Namespace}/{Name} could not fire; it is tried again",
        EventName = "schedule_failed")]
    public static partial void ScheduleFailed(this ILogger logger, Exception e, string @namespace, string name);

    [LoggerMessage(
        1312,
        LogLevel.Warning,
        "Schedule {Namespace}/{Name} is due, but its namespace holds as many tasks as its rules allow",
        EventName = "schedule_refused")]
    public static partial void ScheduleRefused(this ILogger logger, string @namespace, string name);

    [LoggerMessage(
        1321,
        LogLevel.Debug,
        "Namespace {Namespace}: planned {Planned} of {Tasks} tasks over {Pairs} pairs ({Method}) in {Took}; "
        + "{Refused} refused",
        EventName = "plan_made")]
    public static partial void PlanMade(
        this ILogger logger, string @namespace, int planned, int tasks, long pairs, string method, TimeSpan took,
        int refused);

    [LoggerMessage(
        1322,
        LogLevel.Warning,
        "Namespace {Namespace}: a plan took {Took}, longer than the {Every} between plans ({Tasks} tasks, "
        + "{Pairs} pairs)",
        EventName = "plan_slow")]
    public static partial void PlanSlow(
        this ILogger logger, string @namespace, TimeSpan took, TimeSpan every, int tasks, long pairs);

    [LoggerMessage(
        1401, LogLevel.Information, "Node {Node}: the mode is {Mode} now, it was {Former}", EventName = "mode_changed")]
    public static partial void ModeChanged(this ILogger logger, string node, string mode, string former);

    [LoggerMessage(
        1402,
        LogLevel.Warning,
        "Node {Former} goes on as {Node}: another node has taken its name; give each its own",
        EventName = "node_renamed")]
    public static partial void NodeRenamed(this ILogger logger, string former, string node);

    [LoggerMessage(
        1403,
        LogLevel.Error,
        "Node {Node} is cut off from its store for {Limit} and claims nothing until that answers",
        EventName = "node_suspended")]
    public static partial void NodeSuspended(this ILogger logger, string node, TimeSpan limit);

    [LoggerMessage(
        1404, LogLevel.Information, "Node {Node} reaches its store again and goes on", EventName = "node_resumed")]
    public static partial void NodeResumed(this ILogger logger, string node);

    [LoggerMessage(
        1501, LogLevel.Warning, "The bus is disconnected; the fallback takes over", EventName = "bus_disconnected")]
    public static partial void BusDisconnected(this ILogger logger, Exception? e);

    [LoggerMessage(
        1502, LogLevel.Information, "The bus is connected again after {Away}", EventName = "bus_reconnected")]
    public static partial void BusReconnected(this ILogger logger, TimeSpan away);
}
