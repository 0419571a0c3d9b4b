using System.Runtime.CompilerServices;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Client;

/// <summary>What an agent is offered, now or as it comes.</summary>
internal sealed partial class LocalClient
{
    // What wakes is only a hint; offers of other nodes may never be hinted at.
    private static readonly TimeSpan OfferLookInterval = TimeSpan.FromSeconds(1);

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

        using var watch = engine.Offers.Watch(agent);
        var started = _clock.GetTimestamp();
        while (true)
        {
            var offers = await OffersAsync(agent, ct).ConfigureAwait(false);
            var left = wait - _clock.GetElapsedTime(started);
            if (offers.Count > 0 || left <= TimeSpan.Zero || watch.IsClosed)
            {
                return offers;
            }

            await watch.WaitAsync(left < OfferLookInterval ? left : OfferLookInterval, ct).ConfigureAwait(false);
        }
    }

    public async IAsyncEnumerable<IReadOnlyList<Grant>> FollowOffersAsync(
        string agent, [EnumeratorCancellation] CancellationToken ct = default)
    {
        AgentNames.Check(agent, "agent");
        await GetAgentAsync(agent, ct).ConfigureAwait(false);
        using var watch = engine.Offers.Watch(agent);
        IReadOnlyList<Grant>? shown = null;
        while (!watch.IsClosed)
        {
            var offers = await OffersAsync(agent, ct).ConfigureAwait(false);
            if (shown is null || !shown.Select(Id).SequenceEqual(offers.Select(Id)))
            {
                yield return offers;
                shown = offers;
            }

            await watch.WaitAsync(OfferLookInterval, ct).ConfigureAwait(false);
        }

        static (long, int) Id(Grant offer) => (offer.TaskId, offer.Epoch);
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
}
