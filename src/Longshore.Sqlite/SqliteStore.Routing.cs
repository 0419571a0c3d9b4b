using Longshore.Agents;
using Longshore.Assignments;
using Longshore.Capabilities;
using Longshore.Rules;
using Longshore.Sqlite.Reading;
using Longshore.Storage;

namespace Longshore.Sqlite;

/// <content>Who gets what: rules, breakers, and what routing looks at.</content>
public sealed partial class SqliteStore
{
    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<ChangeOutcome>> EvictAsync(
        IReadOnlyList<long> taskIds, string actor, string? reason, long? nowUs = null,
        CancellationToken ct = default) =>
        WriteAsync<IReadOnlyList<ChangeOutcome>>(
            nowUs, now => Outcomes.Of(taskIds, id => _verbs.Returns.Evict(id, actor, reason, now)));

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<ChangeOutcome>> ReclassifyAsync(
        IReadOnlyList<long> taskIds, IReadOnlyList<Requirement> requires, string reason, long? nowUs = null,
        CancellationToken ct = default) =>
        WriteAsync<IReadOnlyList<ChangeOutcome>>(
            nowUs, now => Outcomes.Of(taskIds, id => _verbs.Returns.Reclassify(id, requires, reason, now)));

    /// <inheritdoc/>
    public ValueTask<bool> SetAvailabilityAsync(
        string name, IReadOnlyList<string> unavailable, long? nowUs = null, CancellationToken ct = default) =>
        WriteAsync(nowUs, now => _verbs.Agents.SetAvailability(name, unavailable, now));

    /// <inheritdoc/>
    public ValueTask<bool> AuthoriseAsync(
        string name, IReadOnlyList<string>? capabilities, long? nowUs = null, CancellationToken ct = default) =>
        WriteAsync(nowUs, now => _verbs.Agents.Authorise(name, capabilities, now));

    /// <inheritdoc/>
    public ValueTask<ReviewOutcome> ReviewAsync(Review review, long? nowUs = null, CancellationToken ct = default) =>
        WriteAsync(nowUs, now => _verbs.Reviews.Review(review, now));

    /// <inheritdoc/>
    public ValueTask<bool> RateAsync(
        Rating rating, string actor, long? nowUs = null, CancellationToken ct = default) =>
        WriteAsync(nowUs, now => _verbs.Reviews.Rate(rating, actor, now));

    /// <inheritdoc/>
    public ValueTask<NamespaceRules> GetAsync(string @namespace, CancellationToken ct = default)
    {
        lock (_live.Gate)
        {
            return ValueTask.FromResult(_live.Rules.Of(@namespace));
        }
    }

    /// <inheritdoc/>
    ValueTask<IReadOnlyDictionary<string, NamespaceRules>> IRuleStore.ListAsync(CancellationToken ct)
    {
        lock (_live.Gate)
        {
            return ValueTask.FromResult<IReadOnlyDictionary<string, NamespaceRules>>(
                new SortedDictionary<string, NamespaceRules>(
                    _live.Rules.All.ToDictionary(StringComparer.Ordinal), StringComparer.Ordinal));
        }
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<LimitStatus>> LimitsAsync(string @namespace, CancellationToken ct = default)
    {
        lock (_live.Gate)
        {
            return ValueTask.FromResult<IReadOnlyList<LimitStatus>>(
            [
                .. _live.Rations.StatusOf(@namespace).SelectMany(
                    limit => _live.Keys.StatusOf(@namespace, limit.Kind ?? "").Prepend(limit)),
            ]);
        }
    }

    /// <inheritdoc/>
    public ValueTask<NamespaceRules?> SetAsync(
        string @namespace, NamespaceRules rules, long? expectedVersion = null, long? nowUs = null,
        CancellationToken ct = default) =>
        WriteAsync(nowUs, now => _verbs.Rules.Set(@namespace, rules, expectedVersion, now));

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<Breaker>> ListAsync(
        string? agent = null, bool openOnly = false, CancellationToken ct = default) =>
        _readers.RunAsync(reader => reader.Routing.Breakers(agent, openOnly), ct);

    /// <inheritdoc/>
    public ValueTask<bool> ResetAsync(
        BreakerKey key, string actor, string? reason, long? nowUs = null, CancellationToken ct = default) =>
        WriteAsync(nowUs, now => _verbs.Changer.Reset(key, actor, reason, now));

    /// <inheritdoc/>
    public ValueTask<int> CleanAsync(long failedBeforeUs, CancellationToken ct = default) =>
        WriteAsync(null, _ => _verbs.Breakers.Clean(failedBeforeUs));

    /// <inheritdoc/>
    public ValueTask<Page<Assignment>> FindAssignmentsAsync(AssignmentQuery query, CancellationToken ct = default) =>
        _readers.RunAsync(
            reader => Paging.PageOf(reader.Find(query), query.Limit, a => Paging.Mark(a.TaskId, a.Epoch)), ct);

    /// <inheritdoc/>
    public ValueTask<Page<SubmittedWork>> ListReviewsAsync(ReviewQuery query, CancellationToken ct = default) =>
        _readers.RunAsync(
            reader => Paging.PageOf(reader.Reviews.Page(query), query.Limit, w => Paging.Mark(w.TaskId, w.Epoch)), ct);

    /// <inheritdoc/>
    public ValueTask<TaskGuards?> GetGuardsAsync(long taskId, long? nowUs = null, CancellationToken ct = default) =>
        _readers.RunAsync(reader => reader.Routing.Guards(taskId, Now(nowUs)), ct);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<QueueHead>> ListHeadsAsync(
        string? @namespace, int perClass, int limit, CancellationToken ct = default) =>
        ValueTask.FromResult(RoutingReader.Heads(_live, @namespace, perClass, limit, Now(null)));

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<RelaxingGroup>> ListRelaxingAsync(int limit, CancellationToken ct = default) =>
        _readers.RunAsync(reader => reader.Routing.Relaxing(limit), ct);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<RoutingCursor>> ListCursorsAsync(
        string @namespace, CancellationToken ct = default) =>
        _readers.RunAsync(reader => reader.Routing.Cursors(@namespace), ct);
}
