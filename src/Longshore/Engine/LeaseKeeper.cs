using Longshore.Storage;

namespace Longshore.Engine;

/// <summary>
/// Extends what the handler hosts of this process hold: when a third of a lease has passed since the last success,
/// together, in batches. What turns out to be lost is told to its run.
/// </summary>
internal sealed class LeaseKeeper : IDisposable
{
    private const int BatchMax = 2000;
    private static readonly TimeSpan TickMax = TimeSpan.FromSeconds(1);
    private readonly CommandProcessor _processor;
    private readonly TimeProvider _clock;
    private readonly ITimer _timer;
    private readonly Lock _gate = new();
    private Dispatcher[] _hosts = [];
    private int _onTheWay;

    public LeaseKeeper(CommandProcessor processor, TimeProvider clock)
    {
        _processor = processor;
        _clock = clock;
        _timer = clock.CreateTimer(_ => Tick(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public void Add(Dispatcher host) => Change([.. _hosts, host]);

    public void Remove(Dispatcher host) => Change([.. _hosts.Where(h => h != host)]);

    /// <summary>Gives back whatever the hosts of this process hold and have not started.</summary>
    public void GiveBackUnstarted()
    {
        foreach (var lane in _hosts.SelectMany(h => h.Lanes))
        {
            lane.GiveBackUnstarted();
        }
    }

    /// <summary>Tells those runs to stop whose leases ran out because the store could not be reached.</summary>
    public void LoseLapsed()
    {
        foreach (var lane in _hosts.SelectMany(h => h.Lanes))
        {
            lane.LoseLapsed();
        }
    }

    public void Dispose() => _timer.Dispose();

    private void Change(Dispatcher[] hosts)
    {
        lock (_gate)
        {
            _hosts = hosts;
            var shortest = hosts.SelectMany(h => h.Lanes).Select(l => l.Lease / 6).Append(TickMax).Min();
            var tick = hosts.Length == 0 ? Timeout.InfiniteTimeSpan : shortest;
            _timer.Change(tick, tick);
        }
    }

    private void Tick()
    {
        // A store that is slow to answer is not asked twice.
        if (Volatile.Read(ref _onTheWay) > 0)
        {
            return;
        }

        var now = _clock.GetTimestamp();
        var due = new List<HeldTask>();
        foreach (var lane in _hosts.SelectMany(h => h.Lanes))
        {
            lane.CollectRenewals(lease => now - (long)(lease.TotalSeconds / 3 * _clock.TimestampFrequency), due);
        }

        foreach (var batch in due.Chunk(BatchMax))
        {
            Interlocked.Increment(ref _onTheWay);
            _processor.SendOrFail(new RenewHeld(this, batch, now));
        }
    }

    private sealed class RenewHeld(LeaseKeeper keeper, HeldTask[] held, long now) : RenewCommand
    {
        public override IReadOnlyList<Renewal> Renewals { get; } =
            [.. held.Select(h => new Renewal(h.Task.Id, h.Grant.Epoch, h.Lane.Lease))];

        public override bool IsRefusable => false;

        public override void Complete(IReadOnlyList<RenewOutcome> outcomes, int from)
        {
            Interlocked.Decrement(ref keeper._onTheWay);
            for (var i = 0; i < held.Length; i++)
            {
                if (outcomes[from + i].Status == ClaimWriteStatus.Accepted)
                {
                    held[i].RenewedAt = now;
                }
                else if (!held[i].HasEnded)
                {
                    held[i].Lane.Lose(held[i].Task.Id, held[i].Grant.Epoch);
                }
            }
        }

        // The next tick tries again.
        public override void Fail(LongshoreException error) => Interlocked.Decrement(ref keeper._onTheWay);
    }
}
