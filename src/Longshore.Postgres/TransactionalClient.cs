using System.Data.Common;
using System.Globalization;
using Longshore.Client;
using Longshore.Postgres.Verbs;
using Longshore.Storage;
using Longshore.Tasks;
using Longshore.Telemetry;
using Npgsql;

namespace Longshore.Postgres;

/// <summary>
/// Submits tasks inside a transaction of the caller's own: they exist exactly if it commits, together with whatever
/// else it does. Nodes hear of them at the commit.
/// </summary>
public sealed class TransactionalClient
{
    private const int TriesMax = 5;
    private const string Savepoint = "longshore_submit";

    private readonly PostgresStore _store;
    private readonly InsertChecks _checks;

    internal TransactionalClient(PostgresStore store)
    {
        _store = store;
        _checks = new InsertChecks(store.Database, store.Locks);
    }

    /// <summary>Submits tasks; the answers are those of <see cref="ILongshoreClient"/>.</summary>
    /// <param name="transaction">
    /// An open transaction of Npgsql in Longshore's database; of Entity Framework it is
    /// <c>context.Database.CurrentTransaction.GetDbTransaction()</c>.
    /// </param>
    /// <param name="tasks">At most <see cref="Limits.BatchMax"/>.</param>
    /// <param name="ct">Stops the wait; then the transaction should be rolled back.</param>
    /// <exception cref="LongshoreException">
    /// invalid_input: a task is not valid, or the transaction is none of that database. Nothing changed then.
    /// </exception>
    public async ValueTask<IReadOnlyList<SubmittedTask>> SubmitAsync(
        DbTransaction transaction, IReadOnlyList<NewTask> tasks, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(tasks);
        var connection = ConnectionOf(transaction);
        TaskValidation.Range(tasks.Count, 0, Limits.BatchMax, "tasks.length");
        if (tasks.Count == 0)
        {
            return [];
        }

        using var span = Spans.StartEnqueue(tasks);
        var context = TraceContext.Present();
        var now = _store.Database.Options.Store.Clock.GetUtcNow();
        var checkedTasks = tasks.Select((task, i) => TaskValidation.Checked(
            task, now, tasks.Count == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $"tasks[{i}].")))
            .Select(task => context?.Stamp(task) ?? task).ToList();
        if (checkedTasks.FindIndex(t => t.Unique?.OnConflict is UniqueConflict.Replace or UniqueConflict.AddAttempts)
            is >= 0 and var at)
        {
            throw LongshoreException.Invalid(
                (tasks.Count == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $"tasks[{at}]."))
                + "unique.on_conflict",
                "must be return_existing or reject here: another task is not changed in your transaction");
        }

        for (var tries = 1; ; tries++)
        {
            await SaveAsync(transaction, ct).ConfigureAwait(false);
            try
            {
                var outcomes = await InsertAsync(connection, checkedTasks, ct).ConfigureAwait(false);
                await transaction.ReleaseAsync(Savepoint, ct).ConfigureAwait(false);
                return [.. outcomes.Select((outcome, i) => SubmittedTask.Of(outcome, checkedTasks[i]))];
            }
            catch (PostgresException e)
                when (e.SqlState is "LS002" or Database.OldRules or PostgresErrorCodes.UniqueViolation
                    && tries < TriesMax)
            {
                // Another transaction took a code, key or id meanwhile, or changed the rules; the caller's own work
                // stays as it was.
                await transaction.RollbackAsync(Savepoint, ct).ConfigureAwait(false);
                if (e.SqlState == Database.OldRules)
                {
                    await _store.ReadRulesAsync(ct).ConfigureAwait(false);
                }
            }
        }
    }

    private static async ValueTask SaveAsync(DbTransaction transaction, CancellationToken ct)
    {
        try
        {
            await transaction.SaveAsync(Savepoint, ct).ConfigureAwait(false);
        }
        catch (InvalidOperationException e)
        {
            throw new LongshoreException(
                ErrorCode.InvalidInput, "transaction: must be open; this one has ended", "transaction", e);
        }
    }

    private async ValueTask<InsertOutcome[]> InsertAsync(
        NpgsqlConnection connection, List<NewTask> tasks, CancellationToken ct)
    {
        var rules = await _store.KnownRulesAsync(ct).ConfigureAwait(false);
        var inserts = await _checks.CheckAsync(connection, tasks, rules, null, ct).ConfigureAwait(false);
        if (inserts.ToInsert.Count == 0)
        {
            return inserts.Outcomes([]);
        }

        var ids = await _store.InsertAsync(connection, inserts.ToInsert, rules, ct).ConfigureAwait(false);
        return inserts.Outcomes(ids);
    }

    private NpgsqlConnection ConnectionOf(DbTransaction transaction)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        if (transaction is not NpgsqlTransaction { Connection: { } connection })
        {
            throw LongshoreException.Invalid(
                "transaction", $"must be an open transaction of Npgsql, not a {transaction.GetType().Name}");
        }

        var own = new NpgsqlConnectionStringBuilder(_store.Database.Options.ConnectionString);
        var database = own.Database ?? own.Username;
        return connection.Database == database
            ? connection
            : throw LongshoreException.Invalid(
                "transaction", $"is one of database {connection.Database}, the tasks are in {database}");
    }
}
