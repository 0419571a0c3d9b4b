using Longshore.Agents;
using Longshore.Capabilities;
using Longshore.Matching;
using Longshore.Postgres.Catalog;
using Longshore.Storage;
using Longshore.Tasks;
using Npgsql;

namespace Longshore.Postgres;

/// <content>The verbs that write.</content>
public sealed partial class PostgresStore
{
    /// <inheritdoc/>
    public async ValueTask<TaskBatchOutcome> CommitAsync(TaskBatch batch, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(batch);
        batch.NowUs = _database.Instant(batch.NowUs);
        NoteReady(batch);
        if (await _hot.TryAsync(batch, ct).ConfigureAwait(false) is { } outcome)
        {
            return outcome;
        }

        // What the end of a step makes ready may stand anywhere in the order.
        _catalog.Lows.BecameReady(long.MinValue);
        return await _cold.RunAsync(batch, ct).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<ChangeOutcome>> CancelAsync(
        IReadOnlyList<long> taskIds, string? reason, long? nowUs = null, CancellationToken ct = default) =>
        _upkeep.CancelAsync(taskIds, reason, _database.Instant(nowUs), ct);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<ChangeOutcome>> RetryAsync(
        IReadOnlyList<long> taskIds, long? nowUs = null, CancellationToken ct = default)
    {
        _catalog.Lows.BecameReady(long.MinValue);
        return _upkeep.RetryAsync(taskIds, _database.Instant(nowUs), ct);
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<ChangeOutcome>> EvictAsync(
        IReadOnlyList<long> taskIds, string actor, string? reason, long? nowUs = null, CancellationToken ct = default)
    {
        _catalog.Lows.BecameReady(long.MinValue);
        return _upkeep.EvictAsync(taskIds, actor, reason, _database.Instant(nowUs), ct);
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<ChangeOutcome>> ReclassifyAsync(
        IReadOnlyList<long> taskIds, IReadOnlyList<Requirement> requires, string reason, long? nowUs = null,
        CancellationToken ct = default)
    {
        _catalog.Lows.BecameReady(long.MinValue);
        return _upkeep.ReclassifyAsync(taskIds, requires, reason, _database.Instant(nowUs), ct);
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<ChangeOutcome>> ReprioritiseAsync(
        IReadOnlyList<long> taskIds, int priority, long? nowUs = null, CancellationToken ct = default)
    {
        _catalog.Lows.BecameReady(long.MinValue);
        return _upkeep.ReprioritiseAsync(taskIds, priority, _database.Instant(nowUs), ct);
    }

    /// <inheritdoc/>
    public ValueTask<RelaxOutcome> RelaxAsync(int limit, long? nowUs = null, CancellationToken ct = default)
    {
        _catalog.Lows.BecameReady(long.MinValue);
        return _relaxing.RelaxAsync(limit, _database.Instant(nowUs), ct);
    }

    /// <inheritdoc/>
    public ValueTask<int> SkipStepsAsync(
        StepSkip skip, int limit, long? nowUs = null, CancellationToken ct = default)
    {
        _catalog.Lows.BecameReady(long.MinValue);
        return _relaxing.SkipAsync(skip, limit, _database.Instant(nowUs), ct);
    }

    /// <inheritdoc/>
    public ValueTask<long?> NextRelaxAsync(CancellationToken ct = default) => _relaxing.NextAsync(ct);

    /// <inheritdoc/>
    public ValueTask<int> StageAsync(int limit, long? nowUs = null, CancellationToken ct = default)
    {
        _catalog.Lows.BecameReady(long.MinValue);
        return _upkeep.StageAsync(limit, _database.Instant(nowUs), ct);
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<LostClaim>> RescueAsync(
        int limit, long? nowUs = null, CancellationToken ct = default) =>
        _upkeep.RescueAsync(limit, _database.Instant(nowUs), ct);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<LostClaim>> ExpireAsync(
        int limit, long? nowUs = null, CancellationToken ct = default) =>
        _upkeep.ExpireAsync(limit, _database.Instant(nowUs), ct);

    /// <inheritdoc/>
    public ValueTask<PruneOutcome> PruneAsync(PrunePlan plan, int limit, CancellationToken ct = default) =>
        _upkeep.PruneAsync(plan, limit, ct);

    /// <inheritdoc/>
    public ValueTask<long?> NextDueAsync(CancellationToken ct = default) => _upkeep.NextDueAsync(ct);

    /// <inheritdoc/>
    public ValueTask<RegisterOutcome> RegisterAsync(
        AgentRegistration registration, long? nowUs = null, CancellationToken ct = default) =>
        _agents.RegisterAsync(registration, _database.Instant(nowUs), ct);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<bool>> HeartbeatAsync(
        IReadOnlyList<string> names, long? nowUs = null, CancellationToken ct = default) =>
        _agents.HeartbeatAsync(names, _database.Instant(nowUs), ct);

    /// <inheritdoc/>
    public ValueTask<bool> SetModeAsync(
        string name, AgentMode mode, long? nowUs = null, CancellationToken ct = default) =>
        _agents.SetModeAsync(name, mode, _database.Instant(nowUs), ct);

    /// <inheritdoc/>
    public ValueTask<bool> SetAvailabilityAsync(
        string name, IReadOnlyList<string> unavailable, long? nowUs = null, CancellationToken ct = default) =>
        _agents.SetAvailabilityAsync(name, unavailable, _database.Instant(nowUs), ct);

    /// <inheritdoc/>
    public ValueTask<bool> AuthoriseAsync(
        string name, IReadOnlyList<string>? capabilities, long? nowUs = null, CancellationToken ct = default) =>
        _agents.AuthoriseAsync(name, capabilities, _database.Instant(nowUs), ct);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<LostClaim>?> DeregisterAsync(
        string name, long? nowUs = null, CancellationToken ct = default) =>
        _agents.DeregisterAsync(name, _database.Instant(nowUs), ct);

    /// <inheritdoc/>
    public ValueTask<long?> AcquireAsync(
        string name, string holder, TimeSpan term, long? nowUs = null, CancellationToken ct = default) =>
        _database.RunAsync(
            () => new Round().Add(_database.Sql["lease_acquire"])
                .With(name).With(holder).With(term.ToMicroseconds())
                .With(_database.Instant(nowUs)),
            async row => await row.ReadAsync(ct).ConfigureAwait(false) ? row.GetInt64(0) : (long?)null,
            ct);

    /// <inheritdoc/>
    public async ValueTask ReleaseAsync(string name, string holder, CancellationToken ct = default) =>
        await _database.RunAsync(
            () => new Round().Add(_database.Sql["lease_release"]).With(name).With(holder),
            _ => ValueTask.FromResult(true),
            ct).ConfigureAwait(false);

    /// <summary>What this batch makes ready may be more urgent than where claims begin now.</summary>
    private void NoteReady(TaskBatch batch)
    {
        if (_catalog.Lows.IsEmpty)
        {
            return;
        }

        if (batch.Inserts.Exists(task => task.Unique?.OnConflict == UniqueConflict.Replace))
        {
            // What it replaces keeps its age.
            _catalog.Lows.BecameReady(long.MinValue);
            return;
        }

        var now = batch.NowUs ?? _catalog.NowUs;
        var rank = batch.Finishes.TrueForAll(f => f.Kind == FinishKind.Complete) ? long.MaxValue : long.MinValue;
        foreach (var task in batch.Inserts)
        {
            var isFifo = _rules.IsFifo(task.Namespace);
            rank = Math.Min(
                rank,
                now - Urgency.HeadStartUs(
                    isFifo, task.Priority, TaskState.Created, 0, task.ParentId is not null));
        }

        _catalog.Lows.BecameReady(rank);
    }

    /// <summary>Stores checked tasks in another's transaction; nodes hear of them when it commits.</summary>
    internal async ValueTask<long[]> InsertAsync(
        NpgsqlConnection connection, List<NewTask> tasks, KnownRules rules, CancellationToken ct)
    {
        var ids = await _hot.InsertAsync(connection, tasks, rules, _database.Instant(null), ct).ConfigureAwait(false);
        return await _database.SendAsync(
            connection,
            new Round().Add(_database.Sql["announce_tasks"]).With(ids),
            _ => ValueTask.FromResult(ids),
            ct).ConfigureAwait(false);
    }
}
