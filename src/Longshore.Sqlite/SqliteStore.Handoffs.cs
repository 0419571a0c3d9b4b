using Longshore.Events;
using Longshore.Help;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Sqlite;

/// <content>Passing tasks on, and help requests.</content>
public sealed partial class SqliteStore
{
    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<HandoffOutcome>> HandOffAsync(
        IReadOnlyList<NewHandoff> handoffs, long? nowUs = null, CancellationToken ct = default) =>
        WriteAsync<IReadOnlyList<HandoffOutcome>>(
            nowUs, now => Outcomes.Of(handoffs, said => _verbs.Handoffs.HandOff(said, now)));

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<ChangeOutcome>> WithdrawAsync(
        IReadOnlyList<long> taskIds, ActorType actorType, string actor, string? reason, long? nowUs = null,
        CancellationToken ct = default) =>
        WriteAsync<IReadOnlyList<ChangeOutcome>>(
            nowUs, now => Outcomes.Of(taskIds, id => _verbs.Handoffs.Withdraw(id, actorType, actor, reason, now)));

    /// <inheritdoc/>
    ValueTask<Page<Handoff>> IHandoffStore.ListAsync(HandoffQuery query, CancellationToken ct) =>
        _readers.RunAsync(
            reader => Paging.PageOf(reader.Handoffs.Page(query), query.Limit, h => Paging.Mark(h.Id)), ct);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<Handoff>> ListOpenAsync(
        string? @namespace, int limit, CancellationToken ct = default) =>
        _readers.RunAsync<IReadOnlyList<Handoff>>(reader => reader.Handoffs.Best(@namespace, limit), ct);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyDictionary<long, Handoff>> LatestAsync(
        IReadOnlyList<long> taskIds, CancellationToken ct = default) =>
        _readers.RunAsync<IReadOnlyDictionary<long, Handoff>>(
            reader => taskIds.Distinct().Select(reader.Handoffs.Of).Where(own => own.Count > 0)
                .ToDictionary(own => own[0].TaskId, own => own[^1]),
            ct);

    /// <inheritdoc/>
    public ValueTask<HelpOutcome> AskAsync(
        NewHelpRequest request, long? nowUs = null, CancellationToken ct = default) =>
        WriteAsync(nowUs, now => _verbs.Help.Ask(request, now));

    /// <inheritdoc/>
    public ValueTask<HelpOutcome> TakeAsync(
        long id, string helper, long? nowUs = null, CancellationToken ct = default) =>
        WriteAsync(nowUs, now => _verbs.Help.Take(id, helper, now));

    /// <inheritdoc/>
    public ValueTask<HelpOutcome> ResolveAsync(
        long id, string by, string resolution, long? nowUs = null, CancellationToken ct = default) =>
        WriteAsync(nowUs, now => _verbs.Help.Resolve(id, by, resolution, now));

    /// <inheritdoc/>
    public ValueTask<HelpOutcome> CancelAsync(
        long id, string by, long? nowUs = null, CancellationToken ct = default) =>
        WriteAsync(nowUs, now => _verbs.Help.Cancel(id, by, now));

    /// <inheritdoc/>
    ValueTask<HelpRequest?> IHelpStore.GetAsync(long id, CancellationToken ct) =>
        _readers.RunAsync(reader => reader.Requests.Get(id), ct);

    /// <inheritdoc/>
    ValueTask<Page<HelpRequest>> IHelpStore.ListAsync(HelpQuery query, CancellationToken ct) =>
        _readers.RunAsync(
            reader => Paging.PageOf(reader.Requests.Page(query), query.Limit, r => Paging.Mark(r.Id)), ct);
}
