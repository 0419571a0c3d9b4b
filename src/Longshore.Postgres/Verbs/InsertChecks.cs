using Longshore.Postgres.Catalog;
using Longshore.Storage;
using Longshore.Tasks;
using Npgsql;

namespace Longshore.Postgres.Verbs;

/// <summary>Finds out which new tasks may be stored: by their keys, parents and codes.</summary>
internal sealed class InsertChecks(Database database, MovesReader reader)
{
    /// <summary>
    /// Decides about each task. Namespaces with a bound are locked, and what waits there is counted; the caller has
    /// written before what changes that.
    /// </summary>
    public async ValueTask<CheckedInserts> CheckAsync(
        NpgsqlConnection connection, IReadOnlyList<NewTask> tasks, KnownRules rules, long? nowUs,
        CancellationToken ct)
    {
        if (tasks.Count == 0)
        {
            return new CheckedInserts([], [], new UniqueHolders(database));
        }

        var holders = await UniqueHolders.FindAsync(database, reader, connection, tasks, nowUs, ct)
            .ConfigureAwait(false);

        var keyed = tasks.Where(t => t.IdempotencyKey is not null).ToArray();
        var coded = tasks.Where(t => t.Code is not null).ToArray();
        var round = new Round()
            .Add(database.Sql["insert_keys_find"])
            .With([.. keyed.Select(t => t.Namespace)]).With([.. keyed.Select(t => t.IdempotencyKey)])
            .Add(database.Sql["codes_find"])
            .With([.. coded.Select(t => t.Namespace)]).With([.. coded.Select(t => t.Code)])
            .Add(database.Sql["tasks_exist"])
            .With((long[])[.. tasks.Select(t => t.ParentId).OfType<long>()])
            .Add(database.Sql["last_task_id"]);
        string[] bounded = [.. rules.Bounded(tasks)];
        if (bounded.Length > 0)
        {
            round.Add(database.Sql["rules_lock_bounds"]).With(bounded).Add(database.Sql["pending_count"]).With(bounded);
        }

        return await database.SendAsync(
            connection,
            round,
            async row =>
            {
                var keys = new Dictionary<(string, string), First>();
                while (await row.ReadAsync(ct).ConfigureAwait(false))
                {
                    keys[(row.GetString(0), row.GetString(1))] =
                        new First(row.GetInt64(2), null, row.GetFieldValue<byte[]>(3));
                }

                await row.NextResultAsync(ct).ConfigureAwait(false);
                var codes = new Dictionary<(string, string), First>();
                while (await row.ReadAsync(ct).ConfigureAwait(false))
                {
                    codes[(row.GetString(0), row.GetString(1))] = new First(row.GetInt64(2), null, []);
                }

                await row.NextResultAsync(ct).ConfigureAwait(false);
                var parents = new HashSet<long>();
                while (await row.ReadAsync(ct).ConfigureAwait(false))
                {
                    parents.Add(row.GetInt64(0));
                }

                await row.NextResultAsync(ct).ConfigureAwait(false);
                await row.ReadAsync(ct).ConfigureAwait(false);
                var lastId = row.GetInt64(0);
                var room = bounded.Length == 0 ? [] : await ReadRoomAsync(row, ct).ConfigureAwait(false);
                return Decide(tasks, keys, codes, parents, room, holders, lastId);
            },
            ct).ConfigureAwait(false);
    }

    /// <summary>How many more tasks each bounded namespace takes.</summary>
    private static async ValueTask<Dictionary<string, long>> ReadRoomAsync(NpgsqlDataReader row, CancellationToken ct)
    {
        var room = new Dictionary<string, long>(StringComparer.Ordinal);
        await row.NextResultAsync(ct).ConfigureAwait(false);
        while (await row.ReadAsync(ct).ConfigureAwait(false))
        {
            room[row.GetString(0)] = row.GetInt32(1);
        }

        await row.NextResultAsync(ct).ConfigureAwait(false);
        while (await row.ReadAsync(ct).ConfigureAwait(false))
        {
            if (room.TryGetValue(row.GetString(0), out var most))
            {
                room[row.GetString(0)] = most - row.GetInt64(1);
            }
        }

        return room;
    }

    private static CheckedInserts Decide(
        IReadOnlyList<NewTask> tasks, Dictionary<(string, string), First> keys,
        Dictionary<(string, string), First> codes, HashSet<long> parents, Dictionary<string, long> room,
        UniqueHolders holders, long lastId)
    {
        var toInsert = new List<NewTask>();
        var decisions = new List<Decision>(tasks.Count);
        foreach (var task in tasks)
        {
            var digest = task.IdempotencyKey is null ? [] : TaskDigest.Of(task);
            if (task.IdempotencyKey is { } key && keys.TryGetValue((task.Namespace, key), out var first))
            {
                var same = first.Digest.AsSpan().SequenceEqual(digest);
                decisions.Add(new Decision(same ? InsertStatus.Existing : InsertStatus.KeyReused, first));
            }
            else if (task.ParentId is { } parent && !parents.Contains(parent))
            {
                decisions.Add(new Decision(InsertStatus.ParentNotFound, default));
            }
            else if (holders.Collide(task, toInsert) is { } collision)
            {
                decisions.Add(collision);
            }
            else if (task.Code is { } code && codes.TryGetValue((task.Namespace, code), out var holder))
            {
                decisions.Add(new Decision(InsertStatus.DuplicateCode, holder));
            }
            else if (room.TryGetValue(task.Namespace, out var left) && left <= 0)
            {
                decisions.Add(new Decision(InsertStatus.QueueFull, default));
            }
            else
            {
                if (room.ContainsKey(task.Namespace))
                {
                    room[task.Namespace] = left - 1;
                }

                var own = new First(0, toInsert.Count, digest);
                toInsert.Add(task);
                parents.Add(lastId + toInsert.Count);
                decisions.Add(new Decision(InsertStatus.Inserted, own));
                if (task.Unique is not null)
                {
                    holders.Add(task, toInsert.Count - 1);
                }

                if (task.IdempotencyKey is { } ownKey)
                {
                    keys[(task.Namespace, ownKey)] = own;
                }

                if (task.Code is { } ownCode)
                {
                    codes[(task.Namespace, ownCode)] = own;
                }
            }
        }

        return new CheckedInserts(toInsert, decisions, holders);
    }
}

/// <summary>Who has a key or code first: a stored task, or the n-th of those about to be stored.</summary>
internal readonly record struct First(long TaskId, int? Stored, byte[] Digest);

/// <summary>What becomes of one new task.</summary>
internal readonly record struct Decision(InsertStatus Status, First First);

/// <summary>What becomes of each new task of a batch.</summary>
/// <param name="ToInsert">Those to store, as they are to be stored.</param>
/// <param name="Decisions">One for each.</param>
/// <param name="Holders">Who holds the unique keys of the batch; to be written with those to store.</param>
internal sealed record CheckedInserts(List<NewTask> ToInsert, List<Decision> Decisions, UniqueHolders Holders)
{
    /// <summary>The outcomes, given the ids of those stored.</summary>
    public InsertOutcome[] Outcomes(long[] ids) => [.. Decisions.Select(decision => new InsertOutcome(
        decision.Status, decision.First.Stored is { } index ? ids[index] : decision.First.TaskId))];
}
