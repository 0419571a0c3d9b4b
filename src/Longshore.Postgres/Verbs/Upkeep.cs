using Longshore.Capabilities;
using Longshore.Postgres.Catalog;
using Longshore.Storage;
using Longshore.Tasks;
using Npgsql;

namespace Longshore.Postgres.Verbs;

/// <summary>What time brings, and changes by others than the holder: locked, decided, written.</summary>
internal sealed class Upkeep(
    Database database, ClassCatalog classes, MovesReader reader, MovesWriter writer, ClaimEnds ends)
{
    private const int TriesMax = 100;

    public ValueTask<int> StageAsync(int limit, long? nowUs, CancellationToken ct) => database.RunAsync(
        () => new Round().Add(database.Sql["stage"]).With(limit).With(nowUs),
        async row =>
        {
            await row.ReadAsync(ct).ConfigureAwait(false);
            return row.GetInt32(0);
        },
        ct);

    public ValueTask<long?> NextDueAsync(CancellationToken ct) => database.RunAsync(
        () => new Round().Add(database.Sql["deferred_next"]),
        async row =>
        {
            await row.ReadAsync(ct).ConfigureAwait(false);
            return row.LongOrNull(0);
        },
        ct);

    public ValueTask<IReadOnlyList<LostClaim>> RescueAsync(int limit, long? nowUs, CancellationToken ct) =>
        ChangeAsync<IReadOnlyList<LostClaim>>(
            async connection => await database.IdsAsync(
                connection, new Round().Add(database.Sql["claims_lapsed"]).With(nowUs).With(limit), ct)
                .ConfigureAwait(false),
            nowUs,
            (moves, ids) =>
            [
                .. from id in ids
                   let standing = moves.Find(id)
                   where standing?.Stage == Stage.Claims && standing.LeaseUs <= moves.NowUs
                   select ends.Lose(moves, standing, EndReasons.LeaseRanOut),
                .. moves.Runs.Advance().AsLost(),
            ],
            ct);

    public async ValueTask<IReadOnlyList<LostClaim>> ExpireAsync(int limit, long? nowUs, CancellationToken ct)
    {
        // A deadline's row outlives the end of its task, so a step may find many for nothing. What the ends lead to
        // does not count.
        var all = new List<LostClaim>();
        var looked = limit;
        for (var left = limit; left > 0 && looked > 0;)
        {
            var (expired, effects, found) = await ChangeAsync<(List<LostClaim>, List<LostClaim>, int)>(
                async connection => await database.IdsAsync(
                    connection, new Round().Add(database.Sql["deadlines_take"]).With(nowUs).With(left), ct)
                    .ConfigureAwait(false),
                nowUs,
                (moves, ids) => (
                    [.. ids.Select(id => Changer.Expire(moves, id)).OfType<LostClaim>()],
                    [.. moves.Runs.Advance().AsLost()],
                    ids.Count),
                ct).ConfigureAwait(false);
            all.AddRange([.. expired, .. effects]);
            (left, looked) = (left - expired.Count, found);
        }

        return all;
    }

    public ValueTask<IReadOnlyList<ChangeOutcome>> CancelAsync(
        IReadOnlyList<long> taskIds, string? reason, long? nowUs, CancellationToken ct) =>
        ChangeAsync<IReadOnlyList<ChangeOutcome>>(
            _ => ValueTask.FromResult(taskIds),
            nowUs,
            (moves, ids) =>
            [
                .. ids.Select(id => Changer.Cancel(moves, id, reason) with { Runs = moves.Runs.Advance().IfAny }),
            ],
            ct);

    public async ValueTask<IReadOnlyList<ChangeOutcome>> RetryAsync(
        IReadOnlyList<long> taskIds, long? nowUs, CancellationToken ct)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                return await ChangeAsync<IReadOnlyList<ChangeOutcome>>(
                    _ => ValueTask.FromResult(taskIds),
                    nowUs,
                    (moves, ids) => [.. ids.Select(id => Changer.Retry(moves, id))],
                    ct).ConfigureAwait(false);
            }
            catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UniqueViolation && tries < TriesMax)
            {
                // Somebody took one of the unique keys meanwhile; now that is seen.
            }
        }
    }

    public ValueTask<IReadOnlyList<ChangeOutcome>> ReprioritiseAsync(
        IReadOnlyList<long> taskIds, int priority, long? nowUs, CancellationToken ct) =>
        ChangeAsync<IReadOnlyList<ChangeOutcome>>(
            _ => ValueTask.FromResult(taskIds),
            nowUs,
            (moves, ids) => [.. ids.Select(id => Changer.Reprioritise(moves, id, priority))],
            ct);

    public ValueTask<IReadOnlyList<ChangeOutcome>> EvictAsync(
        IReadOnlyList<long> taskIds, string actor, string? reason, long? nowUs, CancellationToken ct) =>
        ChangeAsync<IReadOnlyList<ChangeOutcome>>(
            _ => ValueTask.FromResult(taskIds),
            nowUs,
            (moves, ids) => [.. ids.Select(id => Returns.Evict(moves, id, actor, reason))],
            ct);

    public ValueTask<IReadOnlyList<ChangeOutcome>> ReclassifyAsync(
        IReadOnlyList<long> taskIds, IReadOnlyList<Requirement> requires, string reason, long? nowUs,
        CancellationToken ct) =>
        database.TransactAsync<IReadOnlyList<ChangeOutcome>>(
            async connection =>
            {
                var moves = await reader.LockAsync(connection, taskIds, nowUs, ct).ConfigureAwait(false);
                var former = taskIds.Select(moves.Find).OfType<Standing>().Select(s => s.Place.ClassId)
                    .Distinct().ToArray();
                if (Array.Exists(former, id => classes.Find(id) is null))
                {
                    await classes.RefreshAsync(ct).ConfigureAwait(false);
                }

                var keys = Array.ConvertAll(former, id => classes.Find(id)! with { Requires = requires });
                var interned = await classes.InternAsync(keys, ct).ConfigureAwait(false);
                var changed = former.Zip(interned).ToDictionary(pair => pair.First, pair => pair.Second);
                var outcomes = taskIds.Select(id => Changer.Reclassify(moves, id, changed, reason)).ToList();
                await writer.WriteAsync(connection, moves, ct).ConfigureAwait(false);
                return outcomes;
            },
            ct);

    public ValueTask<PruneOutcome> PruneAsync(PrunePlan plan, int limit, CancellationToken ct) =>
        PruneAsync(() => new Round().Add(database.Sql["prune"]).With((long?)plan.EventsBeforeUs), plan, limit, ct);

    public ValueTask<PruneOutcome> PruneRunsAsync(PrunePlan plan, int limit, CancellationToken ct) =>
        PruneAsync(() => new Round().Add(database.Sql["prune_runs"]), plan, limit, ct);

    private ValueTask<PruneOutcome> PruneAsync(
        Func<Round> start, PrunePlan plan, int limit, CancellationToken ct) => database.RunAsync(
        () => start()
            .With([.. plan.Rules.Select(rule => rule.Namespace)])
            .With([.. plan.Rules.Select(rule => rule.Kind)])
            .With((short[])[.. plan.Rules.Select(rule => (short)rule.State)])
            .With((long[])[.. plan.Rules.Select(rule => rule.EndedBeforeUs)])
            .With((int?)limit),
        async row =>
        {
            await row.ReadAsync(ct).ConfigureAwait(false);
            return new PruneOutcome(row.GetInt32(0), row.GetBoolean(1));
        },
        ct);

    private ValueTask<T> ChangeAsync<T>(
        Func<NpgsqlConnection, ValueTask<IReadOnlyList<long>>> which, long? nowUs,
        Func<Moves, IReadOnlyList<long>, T> decide, CancellationToken ct) =>
        database.TransactAsync(
            async connection =>
            {
                var ids = await which(connection).ConfigureAwait(false);
                if (ids.Count == 0)
                {
                    // Mostly time brings nothing, and nodes look often.
                    return decide(new Moves(0, database.Options.Store.Breakers), ids);
                }

                var moves = await reader.LockAsync(connection, ids, nowUs, ct).ConfigureAwait(false);
                var outcome = decide(moves, ids);
                await writer.WriteAsync(connection, moves, ct).ConfigureAwait(false);
                return outcome;
            },
            ct);
}
