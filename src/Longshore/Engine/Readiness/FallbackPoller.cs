using Longshore.Events;
using Longshore.Storage;
using Longshore.Telemetry;
using Microsoft.Extensions.Logging;

namespace Longshore.Engine.Readiness;

/// <summary>
/// Looks, while somebody waits on this node, for work that has been ready for longer than it should be, and sends the
/// same commands as events do (S3.34–S3.36). In polling mode it is the only way this node learns of others' work: then
/// it looks for all that is ready, often while there is work and ever less often while there is none.
/// </summary>
internal sealed class FallbackPoller(
    LongshoreEngine engine, ReadinessCommands commands, ReadinessMetrics metrics, ILogger log) : IDisposable
{
    /// <summary>The pause while polling brings work.</summary>
    public static readonly TimeSpan PauseMin = TimeSpan.FromMilliseconds(250);

    /// <summary>The pause while it brings none.</summary>
    public static readonly TimeSpan PauseMax = TimeSpan.FromSeconds(5);

    // After so many pages everybody looks at everything instead.
    private const int PagesMax = 20;
    private static readonly TimeSpan Never = TimeSpan.FromDays(1);
    private readonly WakeTimer _timer = new(engine.Options.Clock);
    private TimeSpan _pause = PauseMin;
    private long _claimed;

    /// <summary>Looks again now, if the mode is one in which it looks.</summary>
    public void Poke() => _timer.Poke();

    /// <summary>Looks, over and over, until cancelled.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            try
            {
                await _timer.WaitAsync(Pause(), ct).ConfigureAwait(false);
                if (engine.Mode != NodeMode.EventDrivenOnly && engine.Room.Count > 0)
                {
                    await LookAsync(ct).ConfigureAwait(false);
                }
            }
            catch (OperationCanceledException) when (ct.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                log.LogWarning(e, "The fallback poller could not look; it looks again");
            }
        }
    }

    public void Dispose() => _timer.Dispose();

    private TimeSpan Pause()
    {
        switch (engine.Mode)
        {
            case NodeMode.EventDrivenOnly:
                return Never;
            case NodeMode.Hybrid:
                _pause = PauseMin;
                return engine.Options.FallbackInterval;
            default:
                var claimed = engine.Statistics.Claimed;
                _pause = claimed != _claimed ? PauseMin : _pause * 2 < PauseMax ? _pause * 2 : PauseMax;
                _claimed = claimed;
                return _pause;
        }
    }

    private async Task LookAsync(CancellationToken ct)
    {
        var age = engine.Mode == NodeMode.PollingOnly ? TimeSpan.Zero : engine.Options.AgeThreshold;
        var waitedFor = engine.Room.Namespaces();
        string? after = null;
        var found = 0;
        for (var pages = 0; pages == 0 || (after is not null && pages < PagesMax); pages++)
        {
            var page = await engine.Store.Queries
                .ListReadyAsync(age, after, engine.Options.PollBatchSize, ct: ct).ConfigureAwait(false);
            after = page.Next;
            foreach (var tasks in page.Items.GroupBy(t => t.Namespace).Where(g => waitedFor.Contains(g.Key)))
            {
                found += Send(tasks.Key, [.. tasks]);
            }
        }

        metrics.Polled(found);
        if (after is not null)
        {
            commands.Rescan(ReadinessTrigger.FallbackPolling);
        }
    }

    private int Send(string name, ReadyTask[] tasks)
    {
        commands.Send(new TaskReadyEvent
        {
            Namespace = name,
            TaskIds = tasks.Length <= Tasks.Limits.SignalledTasksMax ? [.. tasks.Select(t => t.Id)] : [],
            Priority = tasks.Max(t => t.Priority),
            ReadySteps = tasks.Length,
            TriggeredBy = ReadinessTrigger.FallbackPolling,
        });
        return tasks.Length;
    }
}
