using Longshore.Events;
using Longshore.Tasks;
using Microsoft.Extensions.Logging;

namespace Longshore.Postgres.Bus;

/// <summary>
/// Tells other nodes: the first event at once, what comes meanwhile together in the next statement, one statement on
/// its way at a time. The statement itself sees whether anybody wants to know; while nobody does it is sent rarely.
/// </summary>
internal sealed class Notifier(
    Database database, ReadinessEventClassifier classifier, TimeProvider clock, ILogger log) : IDisposable
{
    private const int BurstMax = 8;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan PauseUnheard = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan PauseFailed = TimeSpan.FromSeconds(1);

    // A node that was not heard of for so long is told nothing.
    private static readonly TimeSpan NodeTimeout = TimeSpan.FromSeconds(60);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _gate = new();

    // Touched by the one who sends only.
    private double _burst = BurstMax;
    private long _burstAt = clock.GetTimestamp();

    // Guarded by _gate.
    private readonly Outbox _outbox = new();
    private bool _sending;

    /// <summary>Notifications that somebody was waiting for.</summary>
    public long Sent { get; private set; }

    /// <summary>Statements sent for it.</summary>
    public long Statements { get; private set; }

    public void Send(ReadinessEvent happened)
    {
        lock (_gate)
        {
            _outbox.Add(happened);
            if (_sending || _stopping.IsCancellationRequested)
            {
                return;
            }

            _sending = true;
        }

        using (ExecutionContext.SuppressFlow())
        {
            _ = Task.Run(SendAllAsync);
        }
    }

    public void Dispose()
    {
        _stopping.Cancel();
        _stopping.Dispose();
    }

    private async Task SendAllAsync()
    {
        while (true)
        {
            IReadOnlyList<ReadinessEvent> events;
            lock (_gate)
            {
                events = _outbox.Take();
                if (events.Count == 0 || _stopping.IsCancellationRequested)
                {
                    _sending = false;
                    return;
                }
            }

            var pause = await SendAsync(events).ConfigureAwait(false);
            if (pause != Pause || !TakesFromBurst())
            {
                await Task.Delay(pause, clock).ConfigureAwait(false);
            }
        }
    }

    // A few may follow each other at once, so that single tasks need not wait; on the whole the pause holds.
    private bool TakesFromBurst()
    {
        var now = clock.GetTimestamp();
        _burst = Math.Min(BurstMax, _burst + (clock.GetElapsedTime(_burstAt, now) / Pause));
        _burstAt = now;
        if (_burst < 1)
        {
            return false;
        }

        _burst--;
        return true;
    }

    private async Task<TimeSpan> SendAsync(IReadOnlyList<ReadinessEvent> events)
    {
        try
        {
            var heard = await database.RunAsync(
                () => new Round().Add(database.Sql["bus_notify"])
                    .With([.. events.Select(classifier.ChannelOf)])
                    .With([.. events.Select(ReadinessEventJson.Write)])
                    .With([.. events.Select(e => (e as TaskReadyEvent)?.Namespace)])
                    .With(events[0].Origin ?? "")
                    .With((long?)NodeTimeout.ToMicroseconds()),
                async row =>
                {
                    var count = 0;
                    while (await row.ReadAsync(CancellationToken.None).ConfigureAwait(false))
                    {
                        count++;
                    }

                    return count;
                },
                CancellationToken.None).ConfigureAwait(false);
            Statements++;
            Sent += heard;
            return heard == 0 ? PauseUnheard : Pause;
        }
        catch (Exception e)
        {
            // What was to be told is lost; when the database answers again, everybody looks.
            log.LogDebug(e, "{Count} events could not be told to other nodes", events.Count);
            lock (_gate)
            {
                _outbox.Add(new TaskReadyEvent { Origin = events[0].Origin });
            }

            return PauseFailed;
        }
    }
}
