using Longshore.Tasks;

namespace Longshore.Events;

/// <summary>What made work ready (S3.29).</summary>
public enum ReadinessTrigger
{
    /// <summary>Something before it ended, failed, was given back or came due.</summary>
    StepTransition = 0,

    /// <summary>It was submitted.</summary>
    TaskStart = 1,

    /// <summary>Nobody said so: a look at what was left behind found it.</summary>
    FallbackPolling = 2,
}

/// <summary>How triggers are written.</summary>
public static class ReadinessTriggers
{
    /// <summary>The trigger's name in snake_case.</summary>
    public static string ToWire(this ReadinessTrigger trigger) => trigger switch
    {
        ReadinessTrigger.TaskStart => "task_start",
        ReadinessTrigger.FallbackPolling => "fallback_polling",
        _ => "step_transition",
    };
}

/// <summary>
/// Something that another node did and this one may have to act on. It is a hint: it may be lost, come twice or be out
/// of date, so it only ever leads to a look at the store.
/// </summary>
public abstract record ReadinessEvent : BusMessage
{
    /// <summary>The session of the node it comes from; null when nobody says. A node ignores its own.</summary>
    public string? Origin { get; init; }
}

/// <summary>Work can be claimed now (S3.16).</summary>
public sealed record TaskReadyEvent : ReadinessEvent
{
    /// <summary>Which tasks, at most <see cref="Limits.SignalledTasksMax"/>; empty means: look at all of it.</summary>
    public IReadOnlyList<long> TaskIds { get; init; } = [];

    /// <summary>In which namespace; null when that is not known, so that everybody looks.</summary>
    public string? Namespace { get; init; }

    /// <summary>The highest priority among them.</summary>
    public int Priority { get; init; }

    /// <summary>How many can be claimed; 0 when that is not known.</summary>
    public int ReadySteps { get; init; }

    /// <summary>Why.</summary>
    public ReadinessTrigger TriggeredBy { get; init; }

    /// <summary>The task whose change made it ready.</summary>
    public long? StepId { get; init; }

    /// <summary>That task's state now.</summary>
    public TaskState? StepState { get; init; }

    /// <summary>The state of the task itself.</summary>
    public TaskState? TaskState { get; init; }
}

/// <summary>A task changed its state by somebody other than its holder (S3.15).</summary>
/// <param name="TaskId">The task.</param>
/// <param name="State">Its state now.</param>
/// <param name="Agent">Who held it; null when nobody did.</param>
/// <param name="Epoch">The grant that ended; 0 when nobody held it.</param>
public sealed record TaskStateChangeEvent(long TaskId, TaskState State, string? Agent, int Epoch) : ReadinessEvent;

/// <summary>A namespace has its first task (S3.8).</summary>
/// <param name="Namespace">Its name.</param>
public sealed record NamespaceCreatedEvent(string Namespace) : ReadinessEvent;

/// <summary>An agent's profile, mode or room changed on another node than the one it may wait at.</summary>
/// <param name="Agent">Its name.</param>
public sealed record AgentChangedEvent(string Agent) : ReadinessEvent;

/// <summary>A task will be due at an instant that the node which leads may not know of.</summary>
/// <param name="DueUs">When, in microseconds since 1970 by the store's time.</param>
public sealed record TaskDeferredEvent(long DueUs) : ReadinessEvent;

/// <summary>Something that this version of Longshore does not know. It leads to a look, never to an error.</summary>
/// <param name="Channel">Where it came from.</param>
/// <param name="Payload">What it said.</param>
public sealed record UnknownEvent(string Channel, string Payload) : ReadinessEvent;

/// <summary>Events may have been missed, and are heard again from now on.</summary>
public sealed record BusReconnected : BusMessage
{
    /// <summary>The only instance that is needed.</summary>
    public static readonly BusReconnected Instance = new();
}
