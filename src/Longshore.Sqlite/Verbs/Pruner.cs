using System.Text.Json;
using Longshore.Sqlite.Interop;
using Longshore.Storage.Sql;

namespace Longshore.Sqlite.Verbs;

/// <summary>
/// Deletes what ended long ago. It walks the event log from its oldest end: the events there name the tasks that
/// ended then, so no index over the ends of all tasks is needed on the hot path.
/// </summary>
internal sealed class Pruner(
    Connection connection, SqlCatalog sql, Stages stages, Deadlines deadlines, RelaxVerbs relaxing,
    UniqueVerbs unique)
{
    private const int EventsAtOnce = 256;

    private readonly Statement _oldest = connection.Prepare(sql["events_oldest"]);
    private readonly Statement _removeEvent = connection.Prepare(sql["events_remove"]);
    private readonly Statement _isOver = connection.Prepare(sql["finished_before"]);
    private readonly Statement _removeCode = connection.Prepare(sql["task_delete_code"]);
    private readonly Statement _removeKey = connection.Prepare(sql["task_delete_key"]);
    private readonly Statement _removeAssignments = connection.Prepare(sql["task_delete_assignments"]);
    private readonly Statement _removeReviews = connection.Prepare(sql["task_delete_reviews"]);
    private readonly Statement _removeDraft = connection.Prepare(sql["task_delete_draft"]);
    private readonly Statement _removeHandoffs = connection.Prepare(sql["task_delete_handoffs"]);
    private readonly Statement _removeHelp = connection.Prepare(sql["task_delete_help"]);
    private readonly Statement _removeTask = connection.Prepare(sql["task_delete"]);
    private readonly Statement _keepLastId = connection.Prepare(sql["last_id_keep"]);

    /// <summary>Answers how many tasks went; fewer than <paramref name="limit"/> means nothing old is left.</summary>
    public int Prune(long beforeUs, int limit)
    {
        var pruned = 0;
        long highest = 0;
        while (pruned < limit)
        {
            var rows = Oldest(beforeUs);
            foreach (var (seq, tasks) in rows)
            {
                foreach (var id in tasks)
                {
                    if (pruned == limit)
                    {
                        return KeepLastId(highest, pruned);
                    }

                    if (RemoveIfOver(id, beforeUs))
                    {
                        pruned++;
                        highest = Math.Max(highest, id);
                    }
                }

                _removeEvent.Bind(seq).Run();
            }

            if (rows.Count < EventsAtOnce)
            {
                break;
            }
        }

        return KeepLastId(highest, pruned);
    }

    /// <summary>Deletes tasks that have ended.</summary>
    public void Remove(List<long> ids)
    {
        ids.ForEach(Remove);
        KeepLastId(ids.Count == 0 ? 0 : ids.Max(), ids.Count);
    }

    private int KeepLastId(long highest, int pruned)
    {
        if (pruned > 0)
        {
            _keepLastId.Bind(highest).Run();
        }

        return pruned;
    }

    private bool RemoveIfOver(long id, long beforeUs)
    {
        var over = _isOver.Bind(id).Bind(beforeUs).Read();
        _isOver.Reset();
        if (over)
        {
            Remove(id);
        }

        return over;
    }

    private void Remove(long id)
    {
        stages.RemoveFinished(id);
        _removeCode.Bind(id).Run();
        _removeKey.Bind(id).Run();
        _removeAssignments.Bind(id).Run();
        stages.ForgetKept(id);
        _removeReviews.Bind(id).Run();
        _removeDraft.Bind(id).Run();
        _removeHandoffs.Bind(id).Run();
        _removeHelp.Bind(id).Run();
        deadlines.Remove(id);
        relaxing.Remove(id);
        unique.Remove(id);
        _removeTask.Bind(id).Run();
    }

    private List<(long Seq, IReadOnlyList<long> Tasks)> Oldest(long beforeUs)
    {
        var rows = new List<(long, IReadOnlyList<long>)>();
        _oldest.Bind(beforeUs).Bind(EventsAtOnce);
        while (_oldest.Read())
        {
            IReadOnlyList<long> tasks = _oldest.LongOrNull(2) is { } one ? [one] : [];
            if (!_oldest.IsNull(3))
            {
                var items = JsonSerializer.Deserialize<List<long[]>>(_oldest.Bytes(3))!;
                tasks = [.. items.SelectMany(i => i.Length == 2 ? Range(i[0], i[1]) : [i[0]])];
            }

            rows.Add((_oldest.Long(0), tasks));
        }

        return rows;
    }

    private static IEnumerable<long> Range(long first, long last)
    {
        for (var id = first; id <= last; id++)
        {
            yield return id;
        }
    }
}
