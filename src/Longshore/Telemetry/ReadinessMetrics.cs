using System.Diagnostics.Metrics;

namespace Longshore.Telemetry;

/// <summary>The path from an event to a command, and the poller behind it (S3.73–S3.77).</summary>
internal sealed class ReadinessMetrics
{
    private readonly Counter<long> _events;
    private readonly Counter<long> _commands;
    private readonly Histogram<double> _latency;
    private readonly Counter<long> _polls;
    private readonly Counter<long> _found;

    public ReadinessMetrics(Meter meter)
    {
        _events = meter.CreateCounter<long>(
            "task_readiness_events_received", "{event}", "Events that arrived, by their type.");
        _commands = meter.CreateCounter<long>(
            "task_readiness_command_sent", "{command}", "Commands that followed from events, polls and timers.");
        _latency = meter.CreateHistogram(
            "task_readiness_latency",
            "s",
            "From the arrival of an event to the end of its command.",
            advice: Buckets.Milliseconds);
        _polls = meter.CreateCounter<long>(
            "fallback_polls_executed", "{poll}", "Looks of the fallback poller at what was left behind.");
        _found = meter.CreateCounter<long>(
            "fallback_tasks_found", "{task}", "Tasks that only the fallback poller found.");
    }

    /// <summary>An event arrived.</summary>
    /// <param name="type">One of a fixed few: <c>task_ready</c>, <c>task_state_change</c>, …, <c>unknown</c>.</param>
    public void EventReceived(string type) => _events.Add(1, KeyValuePair.Create("event_type", (object?)type));

    /// <summary>A command was sent.</summary>
    /// <param name="triggeredBy">One of a fixed few: <c>step_transition</c>, <c>fallback_polling</c>, ….</param>
    public void CommandSent(string triggeredBy) =>
        _commands.Add(1, KeyValuePair.Create("triggered_by", (object?)triggeredBy));

    /// <summary>A command was processed so long after its event arrived.</summary>
    public void CommandProcessed(TimeSpan sinceEvent) => _latency.Record(sinceEvent.TotalSeconds);

    /// <summary>The fallback poller looked, and found so many tasks.</summary>
    public void Polled(int tasksFound)
    {
        _polls.Add(1);
        _found.Add(tasksFound);
    }
}
