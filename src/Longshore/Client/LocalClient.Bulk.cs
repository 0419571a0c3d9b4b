using Longshore.Engine;
using Longshore.Storage;

namespace Longshore.Client;

/// <content>Changes of many tasks at once.</content>
internal sealed partial class LocalClient
{
    public async Task<BulkOutcome> ChangeTasksAsync(BulkChange change, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(change);
        var wanted = change.Checked();
        var page = await _queries.ListTasksAsync(wanted.Filter, ct).ConfigureAwait(false);
        if (wanted.DryRun || page.Items.Count == 0)
        {
            var possible = page.Items.Count(task => wanted.IsPossible(task.State));
            return new BulkOutcome(page.Items.Count, possible, page.Items.Count - possible, page.Next);
        }

        long[] ids = [.. page.Items.Select(task => task.Id)];
        var outcomes = await ApplyAsync(wanted.Action, ids, wanted.Priority, wanted.Reason, ct)
            .ConfigureAwait(false);
        var changed = outcomes.Count(outcome => outcome.Status == ChangeStatus.Changed);
        return new BulkOutcome(ids.Length, changed, ids.Length - changed, page.Next);
    }

    private async Task<IReadOnlyList<ChangeOutcome>> ApplyAsync(
        BulkAction action, long[] ids, int? priority, string? reason, CancellationToken ct)
    {
        var store = engine.Store.Tasks;
        if (action == BulkAction.Cancel)
        {
            var ended = await store.CancelAsync(ids, reason, ct: ct).ConfigureAwait(false);
            engine.OnLost(
                [
                    .. ids.Zip(ended).Where(pair => pair.Second.Status == ChangeStatus.Changed)
                        .Select(pair => pair.Second.Lost ?? new LostClaim(pair.First, 0, null, pair.Second.State)),
                ],
                LossCause.Cancelled);
            return ended;
        }

        var isRetry = action == BulkAction.Retry;
        var outcomes = isRetry
            ? await store.RetryAsync(ids, ct: ct).ConfigureAwait(false)
            : await store.ReprioritiseAsync(ids, priority!.Value, ct: ct).ConfigureAwait(false);
        var changed = outcomes.Count(outcome => outcome.Status == ChangeStatus.Changed);
        if (isRetry && changed > 0)
        {
            engine.Metrics.Retried.Add(changed, new KeyValuePair<string, object?>("cause", "request"));
        }

        if (changed > 0)
        {
            // With another priority a task may be for agents that it was not for before.
            engine.OnReady(changed);
        }

        return outcomes;
    }
}
