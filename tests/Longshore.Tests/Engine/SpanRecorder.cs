using System.Collections.Concurrent;
using System.Diagnostics;

namespace Longshore.Tests.Engine;

/// <summary>
/// A trace that a test begins, and every span of Longshore's that belongs to it or is linked to it. Other tests of the
/// process are not traced by it.
/// </summary>
internal sealed class SpanRecorder : IDisposable
{
    private readonly ConcurrentDictionary<ActivityTraceId, bool> _traces = new();
    private readonly ConcurrentQueue<Activity> _ended = new();
    private readonly ActivityListener _listener;

    public SpanRecorder()
    {
        Caller = new Activity("a test").SetIdFormat(ActivityIdFormat.W3C).Start();
        Caller.ActivityTraceFlags = ActivityTraceFlags.Recorded;
        _traces[Caller.TraceId] = true;
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Longshore",
            Sample = (ref ActivityCreationOptions<ActivityContext> options) =>
                _traces.ContainsKey(options.Parent.TraceId)
                || (options.Links?.Any(link => _traces.ContainsKey(link.Context.TraceId)) ?? false)
                    ? ActivitySamplingResult.AllDataAndRecorded
                    : ActivitySamplingResult.None,
            ActivityStarted = span => _traces[span.TraceId] = true,
            ActivityStopped = _ended.Enqueue,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    /// <summary>What the test does.</summary>
    public Activity Caller { get; }

    /// <summary>The spans that ended, of this name.</summary>
    public IReadOnlyList<Activity> Named(string name) => [.. _ended.Where(span => span.OperationName == name)];

    public void Dispose()
    {
        _listener.Dispose();
        Caller.Dispose();
    }
}
