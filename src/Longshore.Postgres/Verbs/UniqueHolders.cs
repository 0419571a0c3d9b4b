using Longshore.Events;
using Longshore.Storage;
using Longshore.Tasks;
using Npgsql;

namespace Longshore.Postgres.Verbs;

/// <summary>
/// Who holds the unique keys of a batch, and what becomes of the tasks whose keys are held. Stored holders that change
/// are locked; those of the batch itself are stored as they are in the end.
/// </summary>
internal sealed class UniqueHolders(Database database)
{
    private readonly Dictionary<byte[], Holder> _holders = new(DigestComparer.Instance);
    private readonly HashSet<long> _replaced = [];
    private readonly HashSet<long> _added = [];
    private Moves? _locked;

    /// <summary>True when two of these tasks are of one key: then they must be decided one by one.</summary>
    public static bool AnyTwoAlike(List<NewTask> tasks)
    {
        HashSet<byte[]>? seen = null;
        foreach (var task in tasks)
        {
            if (task.Unique is not null
                && !(seen ??= new(DigestComparer.Instance)).Add(UniqueDigest.Of(task)))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Finds the holders of the keys of unique tasks; none when no task is unique.</summary>
    public static async ValueTask<UniqueHolders> FindAsync(
        Database database, MovesReader reader, NpgsqlConnection connection, IReadOnlyList<NewTask> tasks, long? nowUs,
        CancellationToken ct)
    {
        var found = new UniqueHolders(database);
        var unique = tasks.Where(task => task.Unique is not null).ToList();
        if (unique.Count == 0)
        {
            return found;
        }

        byte[]?[] digests = [.. unique.Select(UniqueDigest.Of)];
        var holders = await database.SendAsync(
            connection,
            new Round().Add(database.Sql["unique_drop_stale"]).With(digests).With(nowUs)
                .Add(database.Sql["unique_holders"]).With(digests).With(nowUs),
            async row =>
            {
                await row.NextResultAsync(ct).ConfigureAwait(false);
                var all = new List<(byte[] Digest, Holder Holder)>();
                while (await row.ReadAsync(ct).ConfigureAwait(false))
                {
                    all.Add((row.GetFieldValue<byte[]>(0), ReadHolder(row)));
                }

                return all;
            },
            ct).ConfigureAwait(false);
        holders.ForEach(h => found._holders[h.Digest] = h.Holder);
        await found.LockAsync(reader, connection, unique, nowUs, ct).ConfigureAwait(false);
        return found;
    }

    /// <summary>What becomes of a task whose key is held; null when it is free.</summary>
    /// <param name="task">As submitted.</param>
    /// <param name="toInsert">Tasks of the batch that will be stored.</param>
    public Decision? Collide(NewTask task, List<NewTask> toInsert)
    {
        if (task.Unique is null || !_holders.TryGetValue(UniqueDigest.Of(task), out var holder))
        {
            return null;
        }

        var status = task.Unique.OnConflict switch
        {
            UniqueConflict.ReturnExisting => InsertStatus.Deduplicated,
            UniqueConflict.Replace when Unique.IsReplaceable(holder.State, holder.Epoch) => InsertStatus.Replaced,
            UniqueConflict.AddAttempts => holder.State.IsTerminal() || holder.MaxAttempts >= Limits.AttemptsMax
                ? InsertStatus.Deduplicated
                : InsertStatus.AttemptsAdded,
            _ => InsertStatus.DuplicateTask,
        };
        if (status == InsertStatus.Replaced)
        {
            Replace(holder, task, toInsert);
        }
        else if (status == InsertStatus.AttemptsAdded)
        {
            AddAttempt(holder, toInsert);
        }

        return new Decision(status, new First(holder.TaskId, holder.Stored, []));
    }

    /// <summary>A task of the batch will be stored and holds its key then.</summary>
    public void Add(NewTask task, int stored) =>
        _holders[UniqueDigest.Of(task)] = new Holder { Stored = stored, MaxAttempts = task.MaxAttempts };

    /// <summary>Adds the statements that write what was decided about holders that are stored.</summary>
    public void Add(Round round, MovesWriter writer)
    {
        if (_locked is null)
        {
            return;
        }

        writer.Add(round, _locked);
        var holders = _holders.Values.OrderBy(holder => holder.TaskId).ToList();
        var replaced = holders.FindAll(holder => _replaced.Contains(holder.TaskId));
        if (replaced.Count > 0)
        {
            round.Add(database.Sql["tasks_replace"])
                .With([.. replaced.Select(h => h.TaskId)])
                .WithJson([.. replaced.Select(h => PayloadOf(h.By!))])
                .With((short[])[.. replaced.Select(h => (short)h.By!.Priority)])
                .With((long?[])[.. replaced.Select(h => h.By!.ReadyAt?.ToMicroseconds())]);
        }

        var added = holders.FindAll(holder => _added.Contains(holder.TaskId));
        if (added.Count > 0)
        {
            round.Add(database.Sql["tasks_add_attempts"])
                .With([.. added.Select(h => h.TaskId)]).With((int[])[.. added.Select(h => h.MaxAttempts)]);
        }
    }

    private static byte[] PayloadOf(NewTask task) =>
        task.Payload.IsNone ? "{}"u8.ToArray() : task.Payload.Utf8.ToArray();

    private static Holder ReadHolder(NpgsqlDataReader row) => new()
    {
        TaskId = row.GetInt64(1),
        IsKeptByWindow = !row.IsDBNull(3) && row.GetInt64(3) > row.GetInt64(7),
        Unstarted = row.GetBoolean(2),
        State = (TaskState)row.GetInt16(4),
        Epoch = row.GetInt32(5),
        MaxAttempts = row.GetInt32(6),
    };

    /// <summary>Locks the holders that somebody wants to change; from then on they are as they are here.</summary>
    private async ValueTask LockAsync(
        MovesReader reader, NpgsqlConnection connection, List<NewTask> tasks, long? nowUs, CancellationToken ct)
    {
        var wanted = tasks
            .Where(t => t.Unique!.OnConflict is UniqueConflict.Replace or UniqueConflict.AddAttempts)
            .Select(t => _holders.GetValueOrDefault(UniqueDigest.Of(t))).OfType<Holder>()
            .Where(holder => holder.Holds).Distinct().ToList();
        if (wanted.Count == 0)
        {
            return;
        }

        _locked = await reader.LockAsync(connection, wanted.Select(h => h.TaskId), nowUs, ct).ConfigureAwait(false);
        foreach (var holder in wanted)
        {
            if (_locked.Find(holder.TaskId) is { } standing)
            {
                (holder.State, holder.Epoch) = (standing.State, standing.Place.Epoch);
                holder.MaxAttempts = standing.MaxAttempts;
            }
        }

        // Whose holder ended meanwhile is free, or else the database says so.
        foreach (var (digest, _) in _holders.Where(pair => !pair.Value.Holds).ToList())
        {
            _holders.Remove(digest);
        }
    }

    private void Replace(Holder holder, NewTask by, List<NewTask> toInsert)
    {
        if (holder.Stored is { } index)
        {
            toInsert[index] = toInsert[index] with
            {
                Payload = by.Payload,
                Priority = by.Priority,
                ReadyAt = by.ReadyAt,
                SubmittedDigest = toInsert[index].IdempotencyKey is null ? null : TaskDigest.Of(toInsert[index]),
            };
            return;
        }

        var moves = _locked!;
        var place = moves.Find(holder.TaskId)!.Place;
        var readyUs = by.ReadyAt?.ToMicroseconds() ?? moves.NowUs;
        var availableUs = readyUs > moves.NowUs ? readyUs : Math.Min(place.AvailableUs, moves.NowUs);
        place = (place with { Priority = (byte)by.Priority }).AvailableFrom(availableUs);
        moves.Requeue(place, availableUs);
        if ((place.Flags & Matching.PlaceFlags.Relaxing) != 0)
        {
            moves.RelaxedAgain.Add(place.Id);
        }

        moves.Note(new NewEvent(EventTypes.TaskReplaced, ActorType.Human, "api", place.Id), place.Epoch);
        holder.By = by;
        _replaced.Add(place.Id);
    }

    private void AddAttempt(Holder holder, List<NewTask> toInsert)
    {
        holder.MaxAttempts++;
        if (holder.Stored is { } index)
        {
            toInsert[index] = toInsert[index] with
            {
                MaxAttempts = holder.MaxAttempts,
                SubmittedDigest = toInsert[index].IdempotencyKey is null ? null : TaskDigest.Of(toInsert[index]),
            };
            return;
        }

        _added.Add(holder.TaskId);
        _locked!.Note(
            new NewEvent(EventTypes.TaskAttemptsAdded, ActorType.Human, "api", holder.TaskId), holder.Epoch);
    }

    /// <summary>Who has a key: a stored task, or the n-th of those about to be stored.</summary>
    private sealed class Holder
    {
        public long TaskId { get; init; }

        public int? Stored { get; init; }

        public bool IsKeptByWindow { get; init; }

        public bool Unstarted { get; init; }

        public TaskState State { get; set; } = TaskState.Created;

        public int Epoch { get; set; }

        public int MaxAttempts { get; set; }

        /// <summary>The latest submission that takes its place.</summary>
        public NewTask? By { get; set; }

        public bool Holds => IsKeptByWindow || (!State.IsTerminal() && (!Unstarted || Epoch == 0));
    }
}

/// <summary>Digests are alike when their bytes are.</summary>
internal sealed class DigestComparer : IEqualityComparer<byte[]>
{
    public static readonly DigestComparer Instance = new();

    public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

    public int GetHashCode(byte[] digest) => BitConverter.ToInt32(digest);
}
