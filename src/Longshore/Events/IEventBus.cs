namespace Longshore.Events;

/// <summary>A wake-up. It may be lost: whoever listens also looks by himself from time to time (G9).</summary>
public abstract record BusMessage;

/// <summary>The event log grew.</summary>
public sealed record EventsRecorded : BusMessage
{
    /// <summary>The only instance that is needed.</summary>
    public static readonly EventsRecorded Instance = new();
}

/// <summary>Somebody other than its holder ended a claim; the holder should stop.</summary>
/// <param name="Agent">Who held it.</param>
/// <param name="TaskId">The task.</param>
/// <param name="Epoch">The grant.</param>
public sealed record ClaimEnded(string Agent, long TaskId, int Epoch) : BusMessage;

/// <summary>
/// Best-effort wake-ups between the parts of a node, or between nodes. Nothing depends on a message arriving.
/// </summary>
public interface IEventBus
{
    /// <summary>Tells every subscriber. Never throws, never waits.</summary>
    void Publish(BusMessage message);

    /// <summary>
    /// Hears every message from now on, until disposed. The callback must be quick; it must not wait.
    /// </summary>
    IDisposable Subscribe(Action<BusMessage> onMessage);
}

/// <summary>
/// A bus between the nodes that share a store. A <see cref="ReadinessEvent"/> reaches the other nodes that wait for it
/// as well; every other message stays within this process.
/// </summary>
public interface INodeBus : IEventBus, IProbedBus
{
    /// <summary>True while notifications of other nodes can arrive.</summary>
    bool IsConnected { get; }

    /// <summary>
    /// Hears other nodes: of what concerns all, and of work in these namespaces and no others. Null stops hearing.
    /// Completes when that is in force, or when it is known that it cannot be now; then it takes effect as soon as the
    /// connection is there, and <see cref="BusReconnected"/> says so.
    /// </summary>
    ValueTask ListenAsync(IReadOnlyCollection<string>? namespaces, CancellationToken ct = default);
}

/// <summary>A bus whose messages leave the process, so that they may take long or not arrive.</summary>
public interface IProbedBus
{
    /// <summary>Sends a message to itself. Answers how long it took; null when it was not back in time.</summary>
    ValueTask<TimeSpan?> RoundTripAsync(TimeSpan limit, CancellationToken ct = default);
}
