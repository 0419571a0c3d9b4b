using System.Diagnostics;
using Longshore.Tasks;

namespace Longshore.Telemetry;

/// <summary>
/// The trace that a task was submitted in (W3C Trace Context). It travels with the task as the entries
/// <c>traceparent</c> and <c>tracestate</c> of its metadata, where everybody sees it and any program can read it.
/// </summary>
/// <param name="TraceParent">Trace and span.</param>
/// <param name="TraceState">What the tracing system added, if it did.</param>
internal readonly record struct TraceContext(string TraceParent, string? TraceState)
{
    /// <summary>The metadata entry, and the header, that names trace and span.</summary>
    public const string ParentEntry = "traceparent";

    /// <summary>The metadata entry, and the header, for what the tracing system adds.</summary>
    public const string StateEntry = "tracestate";

    private static readonly AsyncLocal<TraceContext?> Remote = new();

    /// <summary>The context of a caller beyond this process, for the calls made on his behalf from here on.</summary>
    /// <param name="traceParent">As he sent it; what is not valid is ignored, as the specification says.</param>
    /// <param name="traceState">As he sent it.</param>
    public static void Accept(string? traceParent, string? traceState)
    {
        if (!string.IsNullOrEmpty(traceParent))
        {
            Remote.Value = IsValid(traceParent) ? new TraceContext(traceParent, traceState) : null;
        }
    }

    /// <summary>Whether a text is a <c>traceparent</c>.</summary>
    public static bool IsValid(string text) => ActivityContext.TryParse(text, null, out _);

    /// <summary>
    /// The context that a task submitted now belongs to: the span of the submission, else the caller's; null when
    /// nobody traces.
    /// </summary>
    public static TraceContext? Present() =>
        Activity.Current is not { } span ? Remote.Value
        : span is { IdFormat: ActivityIdFormat.W3C, Id: { } id } ? new TraceContext(id, span.TraceStateString)
        : null;

    /// <summary>The remote caller's context as a parent; empty when there is a nearer one, or none.</summary>
    public static ActivityContext RemoteParent() =>
        Activity.Current is null && Remote.Value is { } remote ? remote.Parse() : default;

    /// <summary>The context that a task carries, or null.</summary>
    public static TraceContext? Of(NewTask task) =>
        task.Metadata.TryGetValue(ParentEntry, out var parent) && IsValid(parent)
            ? new TraceContext(parent, task.Metadata.GetValueOrDefault(StateEntry))
            : null;

    /// <summary>The same task with this context, unless its submitter gave one or its metadata is full.</summary>
    public NewTask Stamp(NewTask task)
    {
        if (task.Metadata.ContainsKey(ParentEntry) || task.Metadata.Count + 2 > Limits.MetadataMax)
        {
            return task;
        }

        var metadata = new Dictionary<string, string>(task.Metadata, StringComparer.Ordinal)
        {
            [ParentEntry] = TraceParent,
        };
        if (TraceState is { Length: > 0 and <= Limits.MetadataValueLengthMax })
        {
            metadata[StateEntry] = TraceState;
        }

        return task with { Metadata = metadata };
    }

    /// <summary>As the tracing library wants it.</summary>
    public ActivityContext Parse() =>
        ActivityContext.TryParse(TraceParent, TraceState, isRemote: true, out var context) ? context : default;
}
