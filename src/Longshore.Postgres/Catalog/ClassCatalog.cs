using System.Text.Json;
using Longshore.Capabilities;
using Longshore.Matching;
using Longshore.Tasks;
using Npgsql;

namespace Longshore.Postgres.Catalog;

/// <summary>
/// The task classes this node has seen. Other nodes add classes at any time; whoever asks with <see cref="Seen"/> is
/// told when there are more. The database numbers them its own way and may hold two that are alike.
/// </summary>
internal sealed class ClassCatalog(Database database) : IDisposable
{
    private readonly SemaphoreSlim _reading = new(1, 1);
    private readonly Dictionary<ClassKey, int> _ids = [];
    private readonly Dictionary<int, ClassKey> _keys = [];
    private readonly List<(int ClassId, int Id)> _alike = [];
    private readonly List<int> _idByClass = [];
    private volatile Horizon _seen = new(0, 0);

    /// <summary>Guards <see cref="Index"/> and everything computed from it.</summary>
    public Lock Gate { get; } = new();

    public ClassIndex Index { get; } = new();

    /// <summary>
    /// How many classes this node has seen, each of those alike counted: what was computed from fewer is out of date.
    /// Called under <see cref="Gate"/>.
    /// </summary>
    public int Count => _keys.Count;

    /// <summary>Until where this node has seen all classes.</summary>
    public Horizon Seen => _seen;

    /// <summary>The key of a class, if this node has seen it.</summary>
    public ClassKey? Find(int id)
    {
        lock (Gate)
        {
            return _keys.GetValueOrDefault(id);
        }
    }

    /// <summary>To whom a task is handed off that nobody has taken.</summary>
    public HandoffTarget? TargetOf(in Place place) => place.IsHandedOff ? Find(place.ClassId)?.Target : null;

    /// <summary>The database's ids for classes of the index. Called under <see cref="Gate"/>.</summary>
    public int[] IdsOf(IEnumerable<int> classIds)
    {
        var ids = classIds.Select(classId => _idByClass[classId]).ToList();
        if (_alike.Count > 0)
        {
            var wanted = ids.ToHashSet();
            ids.AddRange(_alike.Where(a => wanted.Contains(_idByClass[a.ClassId])).Select(a => a.Id));
        }

        return [.. ids];
    }

    /// <summary>The one id for all classes that are alike. Called with a class this node has seen.</summary>
    public int IdOf(ClassKey key)
    {
        lock (Gate)
        {
            return _ids[key];
        }
    }

    /// <summary>The ids of the tasks' classes, in their order; new classes are stored at once.</summary>
    public ValueTask<int[]> InternAsync(IReadOnlyList<NewTask> tasks, CancellationToken ct) =>
        InternAsync(tasks.Count == 0 ? [] : [.. tasks.Select(ClassKey.Of)], ct);

    /// <summary>The ids of classes, in their order; new ones are stored at once.</summary>
    public async ValueTask<int[]> InternAsync(ClassKey[] keys, CancellationToken ct)
    {
        var ids = new int[keys.Length];
        if (TryFind(keys, ids))
        {
            return ids;
        }

        await _reading.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            if (!TryFind(keys, ids))
            {
                await AddAsync(keys, ct).ConfigureAwait(false);
                TryFind(keys, ids);
            }

            return ids;
        }
        finally
        {
            _reading.Release();
        }
    }

    /// <summary>Reads the classes that this node may not have seen.</summary>
    public async ValueTask RefreshAsync(CancellationToken ct)
    {
        await _reading.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            await database.LookUpAsync(
                () => new Round().Add(database.Sql["classes_since"]).With(_seen.Since),
                async reader =>
                {
                    ulong horizon = 0;
                    var recent = 0;
                    while (await reader.ReadAsync(ct).ConfigureAwait(false))
                    {
                        horizon = reader.GetFieldValue<ulong>(0);
                        if (!reader.IsDBNull(1))
                        {
                            Add(reader);
                            recent += reader.GetFieldValue<ulong>(1) >= horizon ? 1 : 0;
                        }
                    }

                    return _seen = new Horizon(horizon, recent);
                },
                ct).ConfigureAwait(false);
        }
        finally
        {
            _reading.Release();
        }
    }

    public void Dispose() => _reading.Dispose();

    private async ValueTask AddAsync(ClassKey[] keys, CancellationToken ct)
    {
        var missing = new HashSet<ClassKey>();
        lock (Gate)
        {
            missing.UnionWith(keys.Where(key => !_ids.ContainsKey(key)));
        }

        var rows = JsonSerializer.SerializeToUtf8Bytes(missing.Select(key => new
        {
            @namespace = key.Namespace,
            kind = key.Kind,
            requires = key.Requires.Select(r => r.Name),
            levels = key.Requires.Select(r => r.MinLevel),
            minimum_match = key.MinimumMatch,
            owner = key.Owner,
            match = (int)key.Match,
            step = key.Step,
            target = key.Target?.ToString(),
        }));
        await database.LookUpAsync(
            () => new Round().Add(database.Sql["classes_intern"]).WithJson(rows),
            async row =>
            {
                var added = 0;
                while (await row.ReadAsync(ct).ConfigureAwait(false))
                {
                    added += Add(row) ? 1 : 0;
                }

                // What was not seen before is of no older transaction than the horizon.
                return _seen = _seen with { Recent = _seen.Recent + added };
            },
            ct).ConfigureAwait(false);
    }

    private bool TryFind(ClassKey[] keys, int[] ids)
    {
        lock (Gate)
        {
            for (var i = 0; i < ids.Length; i++)
            {
                if (!_ids.TryGetValue(keys[i], out ids[i]))
                {
                    return false;
                }
            }
        }

        return true;
    }

    private bool Add(NpgsqlDataReader row)
    {
        var id = row.GetInt32(2);
        var requires = row.GetFieldValue<string[]>(5).Zip(row.GetFieldValue<int[]>(6))
            .Select(r => new Requirement(r.First, r.Second));
        var key = new ClassKey(
            row.GetString(3), row.GetString(4), [.. requires], row.GetDouble(7), row.TextOrNull(8),
            (MatchMode)row.GetInt32(9), row.TextOrNull(10), HandoffTarget.Read(row.TextOrNull(11)));
        lock (Gate)
        {
            if (_keys.ContainsKey(id))
            {
                return false;
            }

            if (Index.TryGet(key, out var known))
            {
                _alike.Add((known.Id, id));
            }
            else
            {
                known = Index.Add(key);
                _idByClass.Add(id);
                _ids.Add(known.Key, id);
            }

            _keys.Add(id, known.Key);
            return true;
        }
    }
}

/// <summary>How much of the classes a node has seen.</summary>
/// <param name="Since">Every class of an older transaction was seen.</param>
/// <param name="Recent">So many others were seen as well.</param>
internal sealed record Horizon(ulong Since, int Recent);
