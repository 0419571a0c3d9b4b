using System.Diagnostics;
using Longshore.Tasks;

namespace Longshore.Telemetry;

/// <summary>The spans of the activity source <c>Longshore</c>. Without a listener there are none.</summary>
internal static class Spans
{
    /// <summary>The activity source's name.</summary>
    public const string SourceName = "Longshore";

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>Begins the span of a submission: a child of whatever the caller does.</summary>
    public static Activity? StartEnqueue(IReadOnlyList<NewTask> tasks)
    {
        if (!Source.HasListeners())
        {
            return null;
        }

        var span = Source.StartActivity("longshore.enqueue", ActivityKind.Producer, TraceContext.RemoteParent());
        if (span is { IsAllDataRequested: true })
        {
            span.SetTag("longshore.task.count", tasks.Count);
            span.SetTag("longshore.task.kind", tasks[0].Kind);
            span.SetTag("longshore.task.namespace", tasks[0].Namespace);
        }

        return span;
    }

    /// <summary>
    /// Begins the span of one attempt: a root of its own, linked to the submission. The work may run days later and
    /// many times, so it is no part of the submission's trace.
    /// </summary>
    public static Activity? StartRun(WorkTask task, string agent)
    {
        if (!Source.HasListeners())
        {
            return null;
        }

        Activity.Current = null;
        ActivityLink[] links = TraceContext.Of(task.Spec) is { } submitted ? [new(submitted.Parse())] : [];
        return Source.StartActivity(
            ActivityKind.Consumer,
            tags:
            [
                new("longshore.task.id", task.Id),
                new("longshore.task.kind", task.Spec.Kind),
                new("longshore.task.namespace", task.Spec.Namespace),
                new("longshore.task.attempt", task.Attempts),
                new("longshore.agent", agent),
            ],
            links: links,
            name: "longshore.run");
    }

    /// <summary>Ends the span of an attempt.</summary>
    /// <param name="span">The span, if there is one.</param>
    /// <param name="outcome">How it went: <c>complete</c>, <c>fail</c>, …, <c>lost</c>.</param>
    /// <param name="error">What went wrong; null when nothing did.</param>
    public static void End(Activity? span, string outcome, string? error)
    {
        if (span is null)
        {
            return;
        }

        span.SetTag("longshore.outcome", outcome);
        if (error is not null)
        {
            span.SetStatus(ActivityStatusCode.Error, error);
        }

        span.Dispose();
    }
}
