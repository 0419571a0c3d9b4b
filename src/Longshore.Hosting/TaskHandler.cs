using Longshore.Tasks;

namespace Longshore.Hosting;

/// <summary>
/// Does tasks of one kind. A subclass implements only the happy path: the payload is validated before it gets here,
/// and an exception or a timeout is a failed attempt that is tried again. Name the kind with <see
/// cref="TaskKindAttribute"/>.
/// </summary>
/// <typeparam name="TPayload">What the task's JSON payload is read into, strictly (S2.13).</typeparam>
public abstract class TaskHandler<TPayload>
{
    /// <summary>Does one task.</summary>
    /// <param name="payload">The validated input.</param>
    /// <param name="context">The task itself, progress, heartbeats.</param>
    /// <param name="ct">Fires when the time is up, the task was called off or given to another, or the host
    /// stops.</param>
    /// <returns>How it went; <see cref="TaskResult.Done()"/> for plain success.</returns>
    public abstract ValueTask<TaskResult> HandleAsync(TPayload payload, TaskContext context, CancellationToken ct);
}

/// <summary>
/// The stable name of the kind a handler does. It is stored with every task, so it survives renaming the class (T2.14).
/// </summary>
/// <param name="name">The kind.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class TaskKindAttribute(string name) : Attribute
{
    /// <summary>The kind.</summary>
    public string Name { get; } = name;

    /// <summary>Former names; tasks stored under them still find this handler.</summary>
    public string[] Aliases { get; init; } = [];

    /// <summary>
    /// The version of the payload that the handler takes, from 1. Raise it when a payload that is stored could no
    /// longer be read, and say by <see cref="UpcastFromAttribute"/> how it becomes the new one.
    /// </summary>
    public int Version { get; init; } = PayloadVersion.First;
}

/// <summary>
/// Marks the method of a handler that makes a payload of the next version from one of this version:
/// <c>static JsonObject Name(JsonObject payload)</c>. There is one for each version below the handler's own; an old
/// payload goes through all of them in turn, before it is read and validated.
/// </summary>
/// <param name="version">The version it takes.</param>
[AttributeUsage(AttributeTargets.Method, Inherited = false)]
public sealed class UpcastFromAttribute(int version) : Attribute
{
    /// <summary>The version it takes.</summary>
    public int Version { get; } = version;
}

/// <summary>Capabilities that a handler brings to the agent it runs in: <c>pdf</c>, <c>sql:3</c>.</summary>
/// <param name="capabilities">Names, each with an optional level.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = true)]
public sealed class CapabilitiesAttribute(params string[] capabilities) : Attribute
{
    /// <summary>Names, each with an optional level.</summary>
    public string[] Capabilities { get; } = capabilities;
}
