using System.Runtime.CompilerServices;
using Longshore.Engine;
using Longshore.Events;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Client;

/// <summary>The event log, and how the node is doing.</summary>
internal sealed partial class LocalClient
{
    private const int FollowPage = 500;

    public async Task<IReadOnlyList<EventRecord>> HistoryAsync(long id, CancellationToken ct = default)
    {
        var history = await engine.Store.Events.HistoryAsync(id, ct).ConfigureAwait(false);
        if (history.Count == 0)
        {
            await GetTaskAsync(id, ct).ConfigureAwait(false);
        }

        return history;
    }

    public async Task<IReadOnlyList<EventRecord>> ReadEventsAsync(
        long afterPosition, int limit = 1000, CancellationToken ct = default)
    {
        TaskValidation.Range(limit, 1, Limits.PageMax, "limit");
        return await engine.Store.Events.ReadAsync(afterPosition, limit, ct).ConfigureAwait(false);
    }

    public Task<IReadOnlyList<HealthFinding>> CheckHealthAsync(CancellationToken ct = default) =>
        engine.Doctor.LookAsync(ct);

    public async IAsyncEnumerable<EventRecord> FollowEventsAsync(
        long? afterPosition = null, [EnumeratorCancellation] CancellationToken ct = default)
    {
        using var recorded = new WakeTimer(_clock);
        using var subscription = engine.Bus.Subscribe(m =>
        {
            if (m is EventsRecorded)
            {
                recorded.Poke();
            }
        });
        var position = afterPosition ?? await engine.Store.Events.EndAsync(ct).ConfigureAwait(false);
        while (true)
        {
            var page = await engine.Store.Events.ReadAsync(position, FollowPage, ct).ConfigureAwait(false);
            foreach (var happened in page)
            {
                yield return happened;
                position = happened.Position;
            }

            if (page.Count == 0)
            {
                await recorded.WaitAsync(engine.Options.FallbackInterval, ct).ConfigureAwait(false);
            }
        }
    }
}
