namespace Longshore.Events;

/// <summary>
/// Tells what a notification means: one event for whatever text comes on whatever channel. The channels' names come
/// from the settings. The order of the questions is fixed: the exact channels first, then those of namespaces, so that
/// a namespace named like a channel is not taken for it.
/// </summary>
/// <param name="channels">The names of the channels.</param>
public sealed class ReadinessEventClassifier(ReadinessChannels channels)
{
    /// <summary>The event that a notification stands for; <see cref="UnknownEvent"/> when it makes no sense.</summary>
    public ReadinessEvent Classify(string channel, string payload)
    {
        ArgumentNullException.ThrowIfNull(channel);
        ArgumentNullException.ThrowIfNull(payload);
        return Known(channel, payload) ?? new UnknownEvent(channel, payload);
    }

    /// <summary>Where an event is told.</summary>
    /// <exception cref="ArgumentException">The event is not one that nodes tell each other.</exception>
    public string ChannelOf(ReadinessEvent happened) => happened switch
    {
        TaskReadyEvent { Namespace: { } name } => channels.TaskReadyIn(name),
        TaskReadyEvent => channels.TaskReady,
        TaskStateChangeEvent => channels.TaskStateChange,
        NamespaceCreatedEvent => channels.NamespaceCreated,
        AgentChangedEvent or TaskDeferredEvent => channels.Control,
        _ => throw new ArgumentException($"{happened} is not told to others", nameof(happened)),
    };

    private ReadinessEvent? Known(string channel, string payload)
    {
        if (ReadinessEventJson.IsTooLong(payload))
        {
            return null;
        }

        if (channel == channels.TaskStateChange)
        {
            return ReadinessEventJson.Read<TaskStateChangeEvent>(payload) is { TaskId: > 0 } change ? change : null;
        }

        if (channel == channels.NamespaceCreated)
        {
            var created = ReadinessEventJson.Read<NamespaceCreatedEvent>(payload);
            return string.IsNullOrEmpty(created?.Namespace) ? null : created;
        }

        if (channel == channels.Control)
        {
            return Control(payload);
        }

        return channel == channels.TaskReady || channels.IsTaskReadyIn(channel) ? Ready(payload) : null;
    }

    private static ReadinessEvent? Control(string payload)
    {
        var agent = ReadinessEventJson.Read<AgentChangedEvent>(payload);
        if (!string.IsNullOrEmpty(agent?.Agent))
        {
            return agent;
        }

        return ReadinessEventJson.Read<TaskDeferredEvent>(payload) is { DueUs: > 0 } deferred ? deferred : null;
    }

    private static TaskReadyEvent? Ready(string payload)
    {
        var ready = ReadinessEventJson.Read<TaskReadyEvent>(payload);
        return ready is null || ready.TaskIds is null || ready.TaskIds.Count > Tasks.Limits.SignalledTasksMax
            || ready.ReadySteps < 0
                ? null
                : ready;
    }
}
