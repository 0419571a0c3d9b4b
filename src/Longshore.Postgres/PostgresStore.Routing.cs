using Longshore.Agents;
using Longshore.Assignments;
using Longshore.Postgres.Catalog;
using Longshore.Rules;
using Longshore.Storage;

namespace Longshore.Postgres;

/// <content>Who gets what: rules, breakers, and what routing looks at.</content>
public sealed partial class PostgresStore
{
    /// <inheritdoc/>
    public ValueTask<ReviewOutcome> ReviewAsync(Review review, long? nowUs = null, CancellationToken ct = default) =>
        _reviews.ReviewAsync(review, _database.Instant(nowUs), ct);

    /// <inheritdoc/>
    public ValueTask<bool> RateAsync(
        Rating rating, string actor, long? nowUs = null, CancellationToken ct = default) =>
        _reviews.RateAsync(rating, actor, _database.Instant(nowUs), ct);

    /// <inheritdoc/>
    public ValueTask<NamespaceRules> GetAsync(string @namespace, CancellationToken ct = default) =>
        _ruleVerbs.GetAsync(@namespace, ct);

    /// <inheritdoc/>
    async ValueTask<IReadOnlyDictionary<string, NamespaceRules>> IRuleStore.ListAsync(CancellationToken ct) =>
        (await _rules.ReadAsync(ct).ConfigureAwait(false)).Rules;

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<LimitStatus>> LimitsAsync(
        string @namespace, CancellationToken ct = default) =>
        await _ruleVerbs.LimitsAsync(@namespace, ct).ConfigureAwait(false);

    /// <inheritdoc/>
    public ValueTask<NamespaceRules?> SetAsync(
        string @namespace, NamespaceRules rules, long? expectedVersion = null, long? nowUs = null,
        CancellationToken ct = default)
    {
        _catalog.Lows.BecameReady(long.MinValue);
        return _ruleVerbs.SetAsync(@namespace, rules, expectedVersion, _database.Instant(nowUs), ct);
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<Breaker>> ListAsync(
        string? agent = null, bool openOnly = false, CancellationToken ct = default) =>
        await _routing.BreakersAsync(agent, openOnly, ct).ConfigureAwait(false);

    /// <inheritdoc/>
    public ValueTask<bool> ResetAsync(
        BreakerKey key, string actor, string? reason, long? nowUs = null, CancellationToken ct = default)
    {
        _catalog.Lows.BecameReady(long.MinValue);
        return _ruleVerbs.ResetAsync(key, actor, reason, _database.Instant(nowUs), ct);
    }

    /// <inheritdoc/>
    public ValueTask<int> CleanAsync(long failedBeforeUs, CancellationToken ct = default) =>
        _ruleVerbs.CleanAsync(failedBeforeUs, ct);

    /// <inheritdoc/>
    public ValueTask<Page<Assignment>> FindAssignmentsAsync(AssignmentQuery query, CancellationToken ct = default) =>
        _routing.AssignmentsAsync(query, ct);

    /// <inheritdoc/>
    public ValueTask<Page<SubmittedWork>> ListReviewsAsync(ReviewQuery query, CancellationToken ct = default) =>
        _reviewReader.PageAsync(query, ct);

    /// <inheritdoc/>
    public ValueTask<TaskGuards?> GetGuardsAsync(long taskId, long? nowUs = null, CancellationToken ct = default) =>
        _routing.GuardsAsync(taskId, _database.Instant(nowUs), ct);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<QueueHead>> ListHeadsAsync(
        string? @namespace, int perClass, int limit, CancellationToken ct = default) =>
        _routing.HeadsAsync(@namespace, perClass, limit, ct);

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<RelaxingGroup>> ListRelaxingAsync(
        int limit, CancellationToken ct = default) =>
        await _relaxing.GroupsAsync(limit, ct).ConfigureAwait(false);

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<RoutingCursor>> ListCursorsAsync(
        string @namespace, CancellationToken ct = default) =>
        await _routing.CursorsAsync(@namespace, ct).ConfigureAwait(false);

    /// <summary>The rules this node knows; every insert says which these were.</summary>
    internal ValueTask<KnownRules> KnownRulesAsync(CancellationToken ct) => _rules.FindAsync(ct);

    /// <summary>The present rules.</summary>
    internal ValueTask<KnownRules> ReadRulesAsync(CancellationToken ct) => _rules.ReadAsync(ct);
}
