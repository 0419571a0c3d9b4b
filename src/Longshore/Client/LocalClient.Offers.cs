using System.Runtime.CompilerServices;
using Longshore.Engine;
using Longshore.Events;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Client;

/// <summary>What an agent is offered, now or as it comes.</summary>
internal sealed partial class LocalClient
{
    // What wakes is only a hint; offers of other nodes may never be hinted at.
    private static readonly TimeSpan OfferLookInterval = TimeSpan.FromSeconds(1);

    private int _offerWatchers;

    public async Task<IReadOnlyList<Grant>> ListOffersAsync(
        string agent, TimeSpan wait = default, CancellationToken ct = default)
    {
        AgentNames.Check(agent, "agent");
        wait = CheckedWait(wait);
        await GetAgentAsync(agent, ct).ConfigureAwait(false);
        if (wait == TimeSpan.Zero)
        {
            return await OffersAsync(agent, ct).ConfigureAwait(false);
        }

        using var watch = WatchOffers(agent);
        var started = _clock.GetTimestamp();
        while (true)
        {
            var offers = await OffersAsync(agent, ct).ConfigureAwait(false);
            var left = wait - _clock.GetElapsedTime(started);
            if (offers.Count > 0 || left <= TimeSpan.Zero || engine.Room.IsClosed)
            {
                return offers;
            }

            await watch.Wakes.WaitAsync(left < OfferLookInterval ? left : OfferLookInterval, ct).ConfigureAwait(false);
        }
    }

    public async IAsyncEnumerable<IReadOnlyList<Grant>> FollowOffersAsync(
        string agent, [EnumeratorCancellation] CancellationToken ct = default)
    {
        AgentNames.Check(agent, "agent");
        await GetAgentAsync(agent, ct).ConfigureAwait(false);
        using var watch = WatchOffers(agent);
        IReadOnlyList<Grant>? shown = null;
        while (!engine.Room.IsClosed)
        {
            var offers = await OffersAsync(agent, ct).ConfigureAwait(false);
            if (shown is null || !shown.Select(Id).SequenceEqual(offers.Select(Id)))
            {
                yield return offers;
                shown = offers;
            }

            await watch.Wakes.WaitAsync(OfferLookInterval, ct).ConfigureAwait(false);
        }

        static (long, int) Id(Grant offer) => (offer.TaskId, offer.Epoch);
    }

    private OfferWatch WatchOffers(string agent)
    {
        if (Interlocked.Increment(ref _offerWatchers) > Limits.WaitersMax)
        {
            Interlocked.Decrement(ref _offerWatchers);
            throw new LongshoreException(
                ErrorCode.Unavailable, $"{Limits.WaitersMax} callers wait for offers here already; try again");
        }

        return new OfferWatch(engine.Bus, _clock, agent, () => Interlocked.Decrement(ref _offerWatchers));
    }

    private async Task<IReadOnlyList<Grant>> OffersAsync(string agent, CancellationToken ct)
    {
        var query = new TaskQuery { Agent = agent, States = [TaskState.Assigned], Limit = Limits.PageMax };
        var page = await _queries.ListTasksAsync(query, ct).ConfigureAwait(false);
        var now = engine.Time.Now;
        return [.. page.Items
            .Where(task => task.LeaseUntil > now)
            .Select(task => new Grant(task, task.LeaseUntil!.Value))];
    }

    /// <summary>Woken by whatever this node learns of an agent's offers, until disposed.</summary>
    private sealed class OfferWatch : IDisposable
    {
        private readonly IDisposable _hearing;
        private readonly Action _leave;

        public OfferWatch(IEventBus bus, TimeProvider clock, string agent, Action leave)
        {
            _leave = leave;
            Wakes = new WakeTimer(clock);
            _hearing = bus.Subscribe(message =>
            {
                var concerned = message switch
                {
                    OfferMade made => made.Agent,
                    ClaimEnded ended => ended.Agent,
                    _ => null,
                };
                if (concerned == agent)
                {
                    Wakes.Poke();
                }
            });
        }

        public WakeTimer Wakes { get; }

        public void Dispose()
        {
            _hearing.Dispose();
            _leave();
            Wakes.Dispose();
        }
    }
}
