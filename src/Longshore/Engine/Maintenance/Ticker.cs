using Longshore.Schedules;
using Longshore.Storage;
using Longshore.Tasks;
using Longshore.Telemetry;
using Microsoft.Extensions.Logging;

namespace Longshore.Engine.Maintenance;

/// <summary>
/// Fires schedules. A tick first enqueues its task under a key of its own and then moves the schedule on, so that it
/// fires once: a leader that dies between the two, or has been replaced without knowing it, finds the task there.
/// </summary>
internal sealed class Ticker(
    IStore store,
    CommandProcessor processor,
    Leadership leadership,
    EngineOptions options,
    StoreTime time,
    Func<TimeSpan> pauseMax,
    ILogger logger)
    : TimedDuty(leadership, options, time, pauseMax, logger)
{
    // How soon a schedule is looked at again that could not fire.
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);
    private readonly StoreTime _time = time;
    private readonly ILogger _logger = logger;
    private bool _isHindered;

    protected override string Name => "The ticker";

    protected override TimeSpan PauseMin => _isHindered ? RetryAfter : base.PauseMin;

    protected override async ValueTask<bool> StepAsync(CancellationToken ct)
    {
        _isHindered = false;
        var due = await store.Schedules.ListDueSchedulesAsync(Limits.PageMax, ct: ct).ConfigureAwait(false);
        foreach (var schedule in due)
        {
            try
            {
                await FireAsync(schedule, ct).ConfigureAwait(false);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                // It must not keep the others from firing.
                _isHindered = true;
                _logger.ScheduleFailed(e, schedule.Definition.Namespace, schedule.Definition.Name);
            }
        }

        return due.Count == Limits.PageMax && !_isHindered;
    }

    protected override ValueTask<long?> NextDueAsync(CancellationToken ct) => store.Schedules.NextTickAsync(ct);

    private async Task FireAsync(ScheduleStatus status, CancellationToken ct)
    {
        var schedule = status.Definition;
        var ticks = new Ticks(schedule);
        var dueUs = status.NextTick!.Value.ToMicroseconds();

        // By this node's idea of the store's clock it may be a moment too early.
        var nowUs = Math.Max(_time.NowUs, dueUs);
        var plan = ticks.Plan(dueUs, nowUs);
        var now = UnixTime.FromMicroseconds(nowUs);
        var fired = plan.Fire.Select(us => (Us: us, Task: ticks.TaskOf(us))).Where(t => !(t.Task.Deadline <= now))
            .ToList();
        IReadOnlyList<InsertOutcome> outcomes = [];
        if (fired.Count > 0)
        {
            var command = new InsertCommand([.. fired.Select(t => t.Task)]);
            processor.Send(command);
            outcomes = await command.Completion.ConfigureAwait(false);
        }

        if (outcomes.Any(o => o.Status == InsertStatus.QueueFull))
        {
            // It stays due; what is late by then is missed, and its policy decides.
            _isHindered = true;
            _logger.ScheduleRefused(schedule.Namespace, schedule.Name);
            return;
        }

        await store.Schedules.AdvanceAsync(
            new Advance(
                schedule.Namespace,
                schedule.Name,
                dueUs,
                plan.NextUs,
                fired.Count > 0 ? fired[^1].Us : null,
                outcomes.Count > 0 ? outcomes[^1].TaskId : null,
                fired.Count),
            ct).ConfigureAwait(false);
    }
}
