using Longshore.Postgres.Catalog;
using Longshore.Storage;
using Longshore.Tasks;
using Npgsql;

namespace Longshore.Postgres.Verbs;

/// <summary>
/// A batch in one round trip and one transaction, as nearly all are: claims end as done, tasks are new, leases hold.
/// Where that is not so the database changes nothing, and <see cref="ColdCommit"/> decides one by one.
/// </summary>
internal sealed class HotCommit(
    Database database, ClassCatalog classes, RuleCatalog rules, ClaimCalls claims, MovesWriter writer, LowWaters lows)
{
    private const int TriesMax = 5;
    private const string IsOfStep = "LS004";

    private readonly RenewCalls _renewals = new(database);

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

        if (UniqueHolders.AnyTwoAlike(batch.Inserts))
        {
            return null;
        }

        var hasSteps = batch.Finishes.Exists(finish => finish.IsStep);
        for (var tries = 1; tries < TriesMax; tries++)
        {
            var known = await rules.FindAsync(ct).ConfigureAwait(false);
            if (known.Bounded(batch.Inserts).Any())
            {
                return null;
            }

            try
            {
                return await CommitAsync(batch, known, hasSteps, ct).ConfigureAwait(false);
            }
            catch (PostgresException e) when (IsUnusual(e))
            {
                return null;
            }
            catch (PostgresException e) when (e.SqlState == IsOfStep)
            {
                hasSteps = true;
            }
            catch (PostgresException e) when (e.SqlState == Database.OldRules)
            {
                await rules.ReadAsync(ct).ConfigureAwait(false);
            }
        }

        return null;
    }

    private async ValueTask<TaskBatchOutcome> CommitAsync(
        TaskBatch batch, KnownRules known, bool hasSteps, CancellationToken ct)
    {
        var classIds = await classes.InternAsync(batch.Inserts, ct).ConfigureAwait(false);
        var calls = await PrepareAsync(batch, ct).ConfigureAwait(false);
        var (released, ids, rest) = await database.FlyAsync(
            () => Load(batch, classIds, known, hasSteps, calls),
            row => ReadAsync(row, batch, hasSteps, calls, ct),
            ct).ConfigureAwait(false);
        if (released.Length > 0)
        {
            // A step may come into its place anywhere in the order.
            lows.BecameReady(long.MinValue);
        }

        var done = new FinishOutcome[batch.Finishes.Count];
        Array.Fill(done, new FinishOutcome(ClaimWriteStatus.Accepted, TaskState.Done));
        return new TaskBatchOutcome
        {
            Finishes = done,
            Inserts = Array.ConvertAll(ids, id => new InsertOutcome(InsertStatus.Inserted, id)),
            Renewals = rest.Renewals,
            Claims = await claims.SettleAsync(calls, rest.Claims, batch.NowUs, ct).ConfigureAwait(false),
            Runs = released.Length > 0 ? new RunEffects(released, []) : RunEffects.None,
            Freed = known.HasLimits ? batch.Finishes.Count : 0,
        };
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

    /// <summary>Adds what a batch only notes: events, and where rounds stand.</summary>
    public void AddNotes(Round round, TaskBatch batch)
    {
        foreach (var happened in batch.Events)
        {
            writer.AddEvent(round, happened, batch.NowUs);
        }

        if (batch.Cursors.Count > 0)
        {
            // In one order everywhere, so that no two batches wait for each other.
            var last = batch.Cursors.GroupBy(c => (c.Namespace, c.Name)).Select(c => c.Last())
                .OrderBy(c => c.Namespace, StringComparer.Ordinal).ThenBy(c => c.Name, StringComparer.Ordinal)
                .ToArray();
            round.Add(database.Sql["hot_cursors"])
                .With(Array.ConvertAll(last, c => c.Namespace)).With(Array.ConvertAll(last, c => c.Name))
                .With(Array.ConvertAll(last, c => c.Agent));
        }
    }

    /// <summary>Adds the statement that stores new tasks, if there are any.</summary>
    public void AddInserts(Round round, List<NewTask> tasks, int[] classIds, KnownRules known, long? nowUs)
    {
        var isRelaxing = tasks.Exists(task => RelaxSteps.LastOf(task) > 0);
        if (tasks.Exists(task => task.Unique is not null))
        {
            round.AddInserts(database.Sql["hot_insert_unique"], tasks, classIds, known, nowUs)
                .WithSteps(isRelaxing ? tasks : null).WithKeys(tasks).WithLimitKeys(tasks);
        }
        else if (isRelaxing)
        {
            round.AddInserts(database.Sql["hot_insert_relaxing"], tasks, classIds, known, nowUs)
                .WithSteps(tasks).WithLimitKeys(tasks);
        }
        else if (tasks.Count > 0)
        {
            round.AddInserts(database.Sql["hot_insert"], tasks, classIds, known, nowUs).WithLimitKeys(tasks);
        }
    }

    /// <summary>Stores new tasks within a transaction; answers their ids, in their order.</summary>
    public async ValueTask<long[]> InsertAsync(
        NpgsqlConnection connection, List<NewTask> tasks, KnownRules known, long? nowUs, CancellationToken ct)
    {
        var classIds = await classes.InternAsync(tasks, ct).ConfigureAwait(false);
        var round = new Round();
        AddInserts(round, tasks, classIds, known, nowUs);
        return await database.SendAsync(
            connection,
            round,
            async row =>
            {
                await row.ReadAsync(ct).ConfigureAwait(false);
                return row.GetFieldValue<long[]>(0);
            },
            ct).ConfigureAwait(false);
    }

    /// <summary>Adds what comes after the finishes and inserts of a batch: renewals and claims.</summary>
    public void AddRest(Round round, TaskBatch batch, ClaimCall[] calls)
    {
        _renewals.Add(round, batch.Renewals, batch.NowUs);
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
        var renewals = await RenewCalls.ReadAsync(row, batch.Renewals, ct).ConfigureAwait(false);
        var answers = new ClaimAnswer[calls.Length];
        for (var i = 0; i < calls.Length; i++)
        {
            if (calls[i].Agent is null)
            {
                answers[i] = new ClaimAnswer(ClaimOutcome.None(ClaimStatus.UnknownAgent));
                continue;
            }

            answers[i] = await claims.ReadAsync(row, calls[i], ct).ConfigureAwait(false);
            await row.NextResultAsync(ct).ConfigureAwait(false);
        }

        return (renewals, answers);
    }

    /// <summary>The agents that claim, to be locked in order before anything else when there are several.</summary>
    public static int[] AgentsOf(ClaimCall[] calls) =>
        [.. calls.Select(call => call.Agent?.Id).OfType<int>().Distinct()];

    private Round Load(TaskBatch batch, int[] classIds, KnownRules known, bool hasSteps, ClaimCall[] calls)
    {
        var round = new Round();
        if (batch.Finishes.Count == 0 && calls.Length > 1)
        {
            round.Add(database.Sql["hot_lock"]).With(AgentsOf(calls)).With(Array.Empty<long>());
        }

        AddNotes(round, batch);
        if (batch.Finishes.Count > 0)
        {
            var finishes = batch.Finishes;
            round.Add(hasSteps ? database.Sql["hot_complete_steps"] : database.Sql["hot_complete"])
                .With(AgentsOf(calls))
                .With((long[])[.. finishes.Select(f => f.TaskId)]).With((int[])[.. finishes.Select(f => f.Epoch)])
                .WithJson(finishes.TrueForAll(f => f.Result.IsNone)
                    ? null
                    : [.. finishes.Select(f => f.Result.IsNone ? null : f.Result.Memory.ToArray())])
                .With(finishes.TrueForAll(f => f.Key is null) ? null : (string?[])[.. finishes.Select(f => f.Key)])
                .With(batch.NowUs).With(database.Options.Store.ReputationHalfLife.ToMicroseconds());
        }

        AddInserts(round, batch.Inserts, classIds, known, batch.NowUs);
        AddRest(round, batch, calls);
        return round;
    }

    private async ValueTask<(long[] Released, long[] Ids, (RenewOutcome[] Renewals, ClaimAnswer[] Claims) Others)>
        ReadAsync(NpgsqlDataReader row, TaskBatch batch, bool hasSteps, ClaimCall[] calls, CancellationToken ct)
    {
        long[] released = [];
        if (hasSteps)
        {
            await row.ReadAsync(ct).ConfigureAwait(false);
            released = row.GetFieldValue<long[]>(0);
        }

        if (batch.Finishes.Count > 0 || calls.Length > 1)
        {
            // The lock, or the completion of others than steps, says nothing.
            await row.NextResultAsync(ct).ConfigureAwait(false);
        }

        long[] ids = [];
        if (batch.Inserts.Count > 0)
        {
            await row.ReadAsync(ct).ConfigureAwait(false);
            ids = row.GetFieldValue<long[]>(0);
            await row.NextResultAsync(ct).ConfigureAwait(false);
        }

        return (released, ids, await ReadRestAsync(row, batch, calls, ct).ConfigureAwait(false));
    }

    private static bool IsUnusual(PostgresException e) => e.SqlState
        is "LS001" or "LS002" or PostgresErrorCodes.UniqueViolation;
}
