using Longshore.Postgres.Catalog;
using Longshore.Storage;
using Longshore.Tasks;
using Npgsql;

namespace Longshore.Postgres.Verbs;

/// <summary>
/// A batch in one round trip and one transaction, as nearly all are: claims end as done, tasks are new, leases hold.
/// Where that is not so the database changes nothing, and <see cref="ColdCommit"/> decides one by one.
/// </summary>
internal sealed class HotCommit(Database database, ClassCatalog classes, ClaimCalls claims, MovesWriter writer)
{
    /// <summary>Commits a batch, or answers null when it is not as usual; then nothing changed.</summary>
    public async ValueTask<TaskBatchOutcome?> TryAsync(TaskBatch batch, CancellationToken ct)
    {
        foreach (var finish in batch.Finishes)
        {
            if (finish.Kind != FinishKind.Complete)
            {
                return null;
            }
        }

        var classIds = await classes.InternAsync(batch.Inserts, ct).ConfigureAwait(false);
        var calls = await PrepareAsync(batch, ct).ConfigureAwait(false);
        try
        {
            var (ids, rest) = await database.RunAsync(
                () => Load(batch, classIds, calls),
                row => ReadAsync(row, batch, calls, ct),
                ct).ConfigureAwait(false);
            var done = new FinishOutcome[batch.Finishes.Count];
            Array.Fill(done, new FinishOutcome(ClaimWriteStatus.Accepted, TaskState.Done));
            return new TaskBatchOutcome
            {
                Finishes = done,
                Inserts = Array.ConvertAll(ids, id => new InsertOutcome(InsertStatus.Inserted, id)),
                Renewals = rest.Renewals,
                Claims = await claims.SettleAsync(calls, rest.Claims, batch.NowUs, ct).ConfigureAwait(false),
            };
        }
        catch (PostgresException e) when (IsUnusual(e))
        {
            return null;
        }
    }

    /// <summary>Makes the claims of a batch ready.</summary>
    public async ValueTask<ClaimCall[]> PrepareAsync(TaskBatch batch, CancellationToken ct)
    {
        var calls = new ClaimCall[batch.Claims.Count];
        for (var i = 0; i < calls.Length; i++)
        {
            calls[i] = await claims.PrepareAsync(batch.Claims[i], ct).ConfigureAwait(false);
        }

        return calls;
    }

    /// <summary>Adds the statement that stores new tasks, if there are any.</summary>
    public void AddInserts(Round round, List<NewTask> tasks, int[] classIds, long? nowUs)
    {
        if (tasks.Count > 0)
        {
            round.AddInserts(database.Sql["hot_insert"], tasks, classIds, nowUs);
        }
    }

    /// <summary>Adds what comes after the finishes and inserts of a batch: renewals and claims.</summary>
    public void AddRest(Round round, TaskBatch batch, ClaimCall[] calls)
    {
        if (batch.Renewals.Count > 0)
        {
            // Of several for one claim the last counts.
            var renewals = batch.Renewals.GroupBy(r => (r.TaskId, r.Epoch)).Select(claim => claim.Aggregate(
                (before, after) => after with { Progress = after.Progress ?? before.Progress })).ToList();
            round.Add(database.Sql["hot_renew"])
                .With((long[])[.. renewals.Select(r => r.TaskId)]).With((int[])[.. renewals.Select(r => r.Epoch)])
                .With((long[])[.. renewals.Select(r => r.Lease.ToMicroseconds())])
                .With((double?[])[.. renewals.Select(r => r.Progress)]).With(batch.NowUs);
        }

        foreach (var call in calls)
        {
            if (call.Agent is not null)
            {
                claims.Add(round, call, batch.NowUs);
            }
        }
    }

    /// <summary>Reads what <see cref="AddRest"/> asked; the reader stands on the first of its results.</summary>
    public async ValueTask<(RenewOutcome[] Renewals, ClaimAnswer[] Claims)> ReadRestAsync(
        NpgsqlDataReader row, TaskBatch batch, ClaimCall[] calls, CancellationToken ct)
    {
        var renewals = new RenewOutcome[batch.Renewals.Count];
        if (renewals.Length > 0)
        {
            var answered = new Dictionary<(long, int), RenewOutcome>();
            while (await row.ReadAsync(ct).ConfigureAwait(false))
            {
                answered[(row.GetInt64(0), row.GetInt32(1))] = ReadRenewal(row);
            }

            var last = new Dictionary<(long, int), TimeSpan>();
            foreach (var renewal in batch.Renewals)
            {
                last[(renewal.TaskId, renewal.Epoch)] = renewal.Lease;
            }

            for (var i = 0; i < renewals.Length; i++)
            {
                var renewal = batch.Renewals[i];
                var shorter = (last[(renewal.TaskId, renewal.Epoch)] - renewal.Lease).ToMicroseconds();
                var answer = answered[(renewal.TaskId, renewal.Epoch)];
                renewals[i] = answer.Status == ClaimWriteStatus.Accepted
                    ? answer with { LeaseUntilUs = answer.LeaseUntilUs - shorter }
                    : answer;
            }

            await row.NextResultAsync(ct).ConfigureAwait(false);
        }

        var answers = new ClaimAnswer[calls.Length];
        for (var i = 0; i < calls.Length; i++)
        {
            if (calls[i].Agent is null)
            {
                answers[i] = new ClaimAnswer(ClaimOutcome.None(ClaimStatus.UnknownAgent), false, false);
                continue;
            }

            answers[i] = await claims.ReadAsync(row, calls[i], ct).ConfigureAwait(false);
            await row.NextResultAsync(ct).ConfigureAwait(false);
        }

        return (renewals, answers);
    }

    /// <summary>The agents that claim, to be locked in order before anything else when there are several.</summary>
    private static int[] AgentsOf(ClaimCall[] calls) =>
        [.. calls.Select(call => call.Agent?.Id).OfType<int>().Distinct()];

    private Round Load(TaskBatch batch, int[] classIds, ClaimCall[] calls)
    {
        var round = new Round();
        if (batch.Finishes.Count == 0 && calls.Length > 1)
        {
            round.Add(database.Sql["hot_lock"]).With(AgentsOf(calls)).With(Array.Empty<long>());
        }

        foreach (var happened in batch.Events)
        {
            writer.AddEvent(round, happened, batch.NowUs);
        }

        if (batch.Finishes.Count > 0)
        {
            var finishes = batch.Finishes;
            round.Add(database.Sql["hot_complete"])
                .With(AgentsOf(calls))
                .With((long[])[.. finishes.Select(f => f.TaskId)]).With((int[])[.. finishes.Select(f => f.Epoch)])
                .WithJson(finishes.TrueForAll(f => f.Result.IsNone)
                    ? null
                    : [.. finishes.Select(f => f.Result.IsNone ? null : f.Result.Memory.ToArray())])
                .With(finishes.TrueForAll(f => f.Key is null) ? null : (string?[])[.. finishes.Select(f => f.Key)])
                .With(batch.NowUs);
        }

        AddInserts(round, batch.Inserts, classIds, batch.NowUs);
        AddRest(round, batch, calls);
        return round;
    }

    private async ValueTask<(long[] Ids, (RenewOutcome[] Renewals, ClaimAnswer[] Claims) Others)> ReadAsync(
        NpgsqlDataReader row, TaskBatch batch, ClaimCall[] calls, CancellationToken ct)
    {
        if (batch.Finishes.Count > 0 || calls.Length > 1)
        {
            // The lock, or the completion that locks, says nothing.
            await row.NextResultAsync(ct).ConfigureAwait(false);
        }

        long[] ids = [];
        if (batch.Inserts.Count > 0)
        {
            await row.ReadAsync(ct).ConfigureAwait(false);
            ids = row.GetFieldValue<long[]>(0);
            await row.NextResultAsync(ct).ConfigureAwait(false);
        }

        return (ids, await ReadRestAsync(row, batch, calls, ct).ConfigureAwait(false));
    }

    private static RenewOutcome ReadRenewal(NpgsqlDataReader row)
    {
        if (row.IsDBNull(3))
        {
            return new RenewOutcome(ClaimWriteStatus.NotFound, default, 0);
        }

        var state = (TaskState)row.GetInt16(3);
        return row.LongOrNull(2) is { } untilUs
            ? new RenewOutcome(ClaimWriteStatus.Accepted, state, untilUs)
            : new RenewOutcome(ClaimWriteStatus.Stale, state, 0);
    }

    private static bool IsUnusual(PostgresException e) => e.SqlState
        is "LS001" or "LS002" or PostgresErrorCodes.UniqueViolation;
}
