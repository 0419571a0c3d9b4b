using Longshore.Agents;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Sqlite;

/// <content>The verbs that write: each runs on the writer's thread inside its transaction.</content>
public sealed partial class SqliteStore
{
    /// <inheritdoc/>
    public ValueTask<TaskBatchOutcome> CommitAsync(TaskBatch batch, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(batch);
        return WriteAsync(batch.NowUs, nowUs =>
        {
            foreach (var e in batch.Events)
            {
                _verbs.Events.AddSingle(e, nowUs);
            }

            foreach (var cursor in batch.Cursors)
            {
                _verbs.Rules.Put(cursor);
            }

            _live.Rations.Freed = _live.Keys.Freed = 0;
            var newFrom = _live.NextTaskId;
            var finishes = Outcomes.Of(batch.Finishes, finish => _verbs.Finisher.Finish(finish, nowUs));
            return new TaskBatchOutcome
            {
                Finishes = finishes,
                Runs = _verbs.Runs.Advance(nowUs),
                Inserts = Outcomes.Of(batch.Inserts, task => _verbs.Inserter.Insert(task, newFrom, nowUs)),
                Renewals = Outcomes.Of(batch.Renewals, renewal => _verbs.Finisher.Renew(renewal, nowUs)),
                Claims = Outcomes.Of(batch.Claims, request => _verbs.Claimer.Claim(request, nowUs)),
                Freed = _live.Rations.Freed + _live.Keys.Freed,
            };
        });
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<ChangeOutcome>> CancelAsync(
        IReadOnlyList<long> taskIds, string? reason, long? nowUs = null, CancellationToken ct = default) =>
        WriteAsync<IReadOnlyList<ChangeOutcome>>(
            nowUs, now => Outcomes.Of(
                taskIds, id => _verbs.Changer.Cancel(id, reason, now) with
                {
                    Runs = _verbs.Runs.Advance(now).IfAny,
                }));

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<ChangeOutcome>> RetryAsync(
        IReadOnlyList<long> taskIds, long? nowUs = null, CancellationToken ct = default) =>
        WriteAsync<IReadOnlyList<ChangeOutcome>>(nowUs, now => Outcomes.Of(
            taskIds, id => _verbs.Runs.RetryTask(_verbs.Changer, id, now)));

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<ChangeOutcome>> ReprioritiseAsync(
        IReadOnlyList<long> taskIds, int priority, long? nowUs = null, CancellationToken ct = default) =>
        WriteAsync<IReadOnlyList<ChangeOutcome>>(
            nowUs, now => Outcomes.Of(taskIds, id => _verbs.Changer.Reprioritise(id, priority, now)));

    /// <inheritdoc/>
    public ValueTask<RelaxOutcome> RelaxAsync(int limit, long? nowUs = null, CancellationToken ct = default) =>
        WriteAsync(nowUs, now => _verbs.Relaxing.Relax(limit, now));

    /// <inheritdoc/>
    public ValueTask<int> SkipStepsAsync(
        StepSkip skip, int limit, long? nowUs = null, CancellationToken ct = default) =>
        WriteAsync(nowUs, now => _verbs.Relaxing.Skip(skip, limit, now));

    /// <inheritdoc/>
    public ValueTask<long?> NextRelaxAsync(CancellationToken ct = default) =>
        WriteAsync(null, _ => _verbs.Relaxing.Next());

    /// <inheritdoc/>
    public ValueTask<int> StageAsync(int limit, long? nowUs = null, CancellationToken ct = default) =>
        WriteAsync(nowUs, now => _verbs.Upkeep.Stage(limit, now));

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<LostClaim>> RescueAsync(
        int limit, long? nowUs = null, CancellationToken ct = default) =>
        WriteAsync(nowUs, now => _verbs.Runs.WithRuns(_verbs.Upkeep.Rescue(limit, now), now));

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<LostClaim>> ExpireAsync(
        int limit, long? nowUs = null, CancellationToken ct = default) =>
        WriteAsync(nowUs, now => _verbs.Runs.WithRuns(_verbs.Upkeep.Expire(limit, now), now));

    /// <inheritdoc/>
    public ValueTask<PruneOutcome> PruneAsync(PrunePlan plan, int limit, CancellationToken ct = default) =>
        WriteAsync(null, _ => _verbs.Pruner.Prune(plan, limit));

    /// <inheritdoc/>
    public ValueTask<long?> NextDueAsync(CancellationToken ct = default) =>
        WriteAsync(null, _ => _verbs.Upkeep.NextDue());

    /// <inheritdoc/>
    public ValueTask<RegisterOutcome> RegisterAsync(
        AgentRegistration registration, long? nowUs = null, CancellationToken ct = default) =>
        WriteAsync(nowUs, now =>
        {
            var outcome = _verbs.Agents.Register(registration, now);
            return outcome with { Lost = _verbs.Runs.WithRuns(outcome.Lost, now) };
        });

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<bool>> HeartbeatAsync(
        IReadOnlyList<string> names, long? nowUs = null, CancellationToken ct = default) =>
        WriteAsync<IReadOnlyList<bool>>(nowUs, now => Outcomes.Of(names, name => _verbs.Agents.Heartbeat(name, now)));

    /// <inheritdoc/>
    public ValueTask<bool> SetModeAsync(
        string name, AgentMode mode, long? nowUs = null, CancellationToken ct = default) =>
        WriteAsync(nowUs, now => _verbs.Agents.SetMode(name, mode, now));

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<LostClaim>?> DeregisterAsync(
        string name, long? nowUs = null, CancellationToken ct = default) =>
        WriteAsync(nowUs, now => _verbs.Agents.Deregister(name, now));

    /// <inheritdoc/>
    public ValueTask<long?> AcquireAsync(
        string name, string holder, TimeSpan term, long? nowUs = null, CancellationToken ct = default) =>
        WriteAsync(nowUs, now => _verbs.Leases.Acquire(name, holder, now, now + term.ToMicroseconds()));

    /// <inheritdoc/>
    public async ValueTask ReleaseAsync(string name, string holder, CancellationToken ct = default) =>
        await WriteAsync(null, _ => _verbs.Leases.Release(name, holder)).ConfigureAwait(false);

    private ValueTask<T> WriteAsync<T>(long? nowUs, Func<long, T> verb) => _writer.RunAsync(() =>
    {
        var now = Now(nowUs);
        var outcome = verb(now);
        _verbs.Agents.StoreChanged(now);
        _verbs.Rules.StoreBuckets();
        _verbs.Events.Flush(now);
        return outcome;
    });
}
