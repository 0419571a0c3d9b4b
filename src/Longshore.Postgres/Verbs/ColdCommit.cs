using Longshore.Postgres.Catalog;
using Longshore.Storage;
using Npgsql;

namespace Longshore.Postgres.Verbs;

/// <summary>
/// A batch of which something is not as usual: locked first, decided one by one in the order of the contract, then
/// written, in one transaction.
/// </summary>
internal sealed class ColdCommit(
    Database database, ClassCatalog classes, RuleCatalog rules, HotCommit hot, ClaimCalls claims, InsertChecks checks,
    MovesReader reader, MovesWriter writer, ClaimEnds ends)
{
    private const int TriesMax = 5;

    private static readonly ClaimAnswer Unknown = new(ClaimOutcome.None(ClaimStatus.UnknownAgent));

    // Each try is lost to another node that took one of the keys, and next time that is seen.
    private const int UniqueTriesMax = 100;

    public async ValueTask<TaskBatchOutcome> RunAsync(TaskBatch batch, CancellationToken ct)
    {
        var isUnique = batch.Inserts.Exists(task => task.Unique is not null);
        var triesMax = isUnique ? UniqueTriesMax : TriesMax;
        for (var tries = 1; ; tries++)
        {
            var calls = await hot.PrepareAsync(batch, ct).ConfigureAwait(false);
            try
            {
                var (outcome, answers) = await database.TransactAsync(
                    connection => CommitAsync(connection, batch, isUnique, calls, ct), ct).ConfigureAwait(false);
                return outcome with
                {
                    Claims = await claims.SettleAsync(calls, answers, batch.NowUs, ct).ConfigureAwait(false),
                };
            }
            catch (PostgresException e)
                when (e.SqlState is "LS002" or PostgresErrorCodes.UniqueViolation && tries < triesMax)
            {
                // Another node took a code, key or id between the look and the write; now it is seen.
            }
            catch (PostgresException e) when (e.SqlState == Database.OldRules && tries < TriesMax)
            {
                await rules.ReadAsync(ct).ConfigureAwait(false);
            }
        }
    }

    private async ValueTask<(TaskBatchOutcome Outcome, ClaimAnswer[] Claims)> CommitAsync(
        NpgsqlConnection connection, TaskBatch batch, bool isUnique, ClaimCall[] calls, CancellationToken ct)
    {
        var moves = await LockAsync(connection, batch, calls, ct).ConfigureAwait(false);
        var finishes = batch.Finishes.ConvertAll(finish => ends.Finish(moves, finish));
        var effects = moves.Runs.Advance();
        var known = await rules.FindAsync(ct).ConfigureAwait(false);
        var isWrittenBefore = isUnique || known.Bounded(batch.Inserts).Any();
        if (isWrittenBefore)
        {
            await writer.WriteAsync(connection, moves, ct).ConfigureAwait(false);
        }

        var decided = await checks.CheckAsync(connection, batch.Inserts, known, batch.NowUs, ct).ConfigureAwait(false);
        var inserts = decided.ToInsert;
        var classIds = await classes.InternAsync(inserts, ct).ConfigureAwait(false);

        // The claims know of these classes: otherwise they would be made again, after those that come behind them.
        calls = Array.ConvertAll(calls, call => call with { Seen = classes.Seen });

        var round = new Round();
        hot.AddNotes(round, batch);
        if (!isWrittenBefore)
        {
            writer.Add(round, moves);
        }

        decided.Holders.Add(round, writer);
        hot.AddInserts(round, inserts, classIds, known, batch.NowUs);
        hot.AddRest(round, batch, calls);
        if (round.Count == 0)
        {
            return (Outcome([], []), Array.ConvertAll(calls, _ => Unknown));
        }

        return await database.SendAsync(
            connection,
            round,
            async row =>
            {
                long[] ids = [];
                if (inserts.Count > 0)
                {
                    await row.ReadAsync(ct).ConfigureAwait(false);
                    ids = row.GetFieldValue<long[]>(0);
                    await row.NextResultAsync(ct).ConfigureAwait(false);
                }

                var rest = await hot.ReadRestAsync(row, batch, calls, ct).ConfigureAwait(false);
                return (Outcome(ids, rest.Renewals), rest.Claims);
            },
            ct).ConfigureAwait(false);

        TaskBatchOutcome Outcome(long[] ids, RenewOutcome[] renewals) => new()
        {
            Finishes = finishes,
            Inserts = decided.Outcomes(ids),
            Renewals = renewals,
            Claims = [],
            Runs = effects,
            Freed = known.HasLimits ? finishes.Count : 0,
        };
    }

    private ValueTask<Moves> LockAsync(
        NpgsqlConnection connection, TaskBatch batch, ClaimCall[] calls, CancellationToken ct) => reader.LockAsync(
        connection, batch.Finishes.Select(f => f.TaskId), batch.NowUs, ct, HotCommit.AgentsOf(calls),
        batch.Finishes.Where(f => f.Kind == FinishKind.Complete).Select(f => f.TaskId).ToHashSet());
}
