using Longshore.Events;
using Longshore.Help;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Postgres;

/// <content>Passing tasks on, and help requests.</content>
public sealed partial class PostgresStore
{
    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<HandoffOutcome>> HandOffAsync(
        IReadOnlyList<NewHandoff> handoffs, long? nowUs = null, CancellationToken ct = default)
    {
        _catalog.Lows.BecameReady(long.MinValue);
        return _handoffs.HandOffAsync(handoffs, _database.Instant(nowUs), ct);
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<ChangeOutcome>> WithdrawAsync(
        IReadOnlyList<long> taskIds, ActorType actorType, string actor, string? reason, long? nowUs = null,
        CancellationToken ct = default)
    {
        _catalog.Lows.BecameReady(long.MinValue);
        return _handoffs.WithdrawAsync(taskIds, actorType, actor, reason, _database.Instant(nowUs), ct);
    }

    /// <inheritdoc/>
    ValueTask<Page<Handoff>> IHandoffStore.ListAsync(HandoffQuery query, CancellationToken ct) =>
        _handoffReader.PageAsync(query, ct);

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<Handoff>> ListOpenAsync(
        string? @namespace, int limit, CancellationToken ct = default) =>
        await _handoffReader.BestAsync(@namespace, limit, ct).ConfigureAwait(false);

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyDictionary<long, Handoff>> LatestAsync(
        IReadOnlyList<long> taskIds, CancellationToken ct = default) =>
        (await _handoffReader.OfAsync(taskIds, ct).ConfigureAwait(false))
            .GroupBy(handoff => handoff.TaskId)
            .ToDictionary(own => own.Key, own => own.Last());

    /// <inheritdoc/>
    public ValueTask<HelpOutcome> AskAsync(
        NewHelpRequest request, long? nowUs = null, CancellationToken ct = default) =>
        _help.AskAsync(request, _database.Instant(nowUs), ct);

    /// <inheritdoc/>
    public ValueTask<HelpOutcome> TakeAsync(
        long id, string helper, long? nowUs = null, CancellationToken ct = default) =>
        _help.TakeAsync(id, helper, _database.Instant(nowUs), ct);

    /// <inheritdoc/>
    public ValueTask<HelpOutcome> ResolveAsync(
        long id, string by, string resolution, long? nowUs = null, CancellationToken ct = default)
    {
        _catalog.Lows.BecameReady(long.MinValue);
        return _help.ResolveAsync(id, by, resolution, _database.Instant(nowUs), ct);
    }

    /// <inheritdoc/>
    public ValueTask<HelpOutcome> CancelAsync(
        long id, string by, long? nowUs = null, CancellationToken ct = default)
    {
        _catalog.Lows.BecameReady(long.MinValue);
        return _help.CancelAsync(id, by, _database.Instant(nowUs), ct);
    }

    /// <inheritdoc/>
    ValueTask<HelpRequest?> IHelpStore.GetAsync(long id, CancellationToken ct) => _helpReader.GetAsync(id, ct);

    /// <inheritdoc/>
    ValueTask<Page<HelpRequest>> IHelpStore.ListAsync(HelpQuery query, CancellationToken ct) =>
        _helpReader.PageAsync(query, ct);
}
