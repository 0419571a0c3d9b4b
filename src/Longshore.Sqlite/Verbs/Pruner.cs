using System.Text.Json;
using Longshore.Sqlite.Interop;
using Longshore.Sqlite.Live;
using Longshore.Storage;
using Longshore.Storage.Sql;
using Longshore.Tasks;

namespace Longshore.Sqlite.Verbs;

/// <summary>
/// Deletes what ended long ago. It walks the event log from its oldest end: the events there name the tasks that
/// ended then, so no index over the ends of all tasks is needed on the hot path. Those that are kept longer than others
/// are set aside, by class, until they are due.
/// </summary>
internal sealed class Pruner(
    Connection connection, SqlCatalog sql, LiveIndex live, Stages stages, Deadlines deadlines, RelaxVerbs relaxing,
    UniqueVerbs unique, Bookmarks bookmarks)
{
    private const string Bookmark = "pruned_seq";
    private const int EventsAtOnce = 256;

    private readonly Statement _page = connection.Prepare(sql["prune_page"]);
    private readonly Statement _finished = connection.Prepare(sql["prune_finished"]);
    private readonly Statement _retain = connection.Prepare(sql["retained_add"]);
    private readonly Statement _nextGroup = connection.Prepare(sql["retained_next_group"]);
    private readonly Statement _due = connection.Prepare(sql["retained_due"]);
    private readonly Statement _release = connection.Prepare(sql["retained_remove"]);
    private readonly Statement _removeEvents = connection.Prepare(sql["prune_events"]);
    private readonly Statement _removeCode = connection.Prepare(sql["task_delete_code"]);
    private readonly Statement _removeKey = connection.Prepare(sql["task_delete_key"]);
    private readonly Statement _removeAssignments = connection.Prepare(sql["task_delete_assignments"]);
    private readonly Statement _removeDetails = connection.Prepare(sql["task_delete_error_details"]);
    private readonly Statement _removeReviews = connection.Prepare(sql["task_delete_reviews"]);
    private readonly Statement _removeDraft = connection.Prepare(sql["task_delete_draft"]);
    private readonly Statement _removeHandoffs = connection.Prepare(sql["task_delete_handoffs"]);
    private readonly Statement _removeHelp = connection.Prepare(sql["task_delete_help"]);
    private readonly Statement _removeTask = connection.Prepare(sql["task_delete"]);
    private readonly Statement _keepLastId = connection.Prepare(sql["last_id_keep"]);

    /// <summary>One bounded step.</summary>
    public PruneOutcome Prune(PrunePlan plan, int limit)
    {
        var step = new Step(plan, limit);
        var from = bookmarks.Get(Bookmark) ?? 0;
        var position = Walk(from, step);
        if (position > from)
        {
            bookmarks.Set(Bookmark, position);
        }

        ReleaseDue(step);
        var events = _removeEvents.Bind(plan.EventsBeforeUs).Bind(position).Bind(4 * EventsAtOnce).Run();
        if (step.Pruned > 0)
        {
            _keepLastId.Bind(step.HighestId).Run();
        }

        return new PruneOutcome(step.Pruned, step.IsFull || events == 4 * EventsAtOnce);
    }

    /// <summary>Answers how far it came: the last event of which all ended tasks are deleted or set aside.</summary>
    private long Walk(long position, Step step)
    {
        while (true)
        {
            var rows = Page(position);

            // Instants need not be in order: the walk goes up to the last old one.
            var last = rows.FindLastIndex(row => row.AtUs < step.Plan.LatestUs);
            foreach (var (seq, _, tasks) in rows.Take(last + 1))
            {
                foreach (var id in tasks)
                {
                    if (step.IsFull)
                    {
                        return position;
                    }

                    Look(id, step);
                }

                position = seq;
                step.Looked += tasks.Count;
                if (step.Looked >= step.LooksMax)
                {
                    step.IsFull = true;
                    return position;
                }
            }

            if (last < EventsAtOnce - 1)
            {
                return position;
            }
        }
    }

    private void Look(long id, Step step)
    {
        if (Ended(id) is not { } ended)
        {
            return;
        }

        if (ended.Us < BeforeUs(step.Plan, ended.State, ended.ClassId))
        {
            Remove(id, step);
        }
        else if (_retain.Bind(ended.State).Bind(ended.ClassId).Bind(ended.Us).Bind(id).Run() > 0)
        {
            step.Done++;
        }
    }

    /// <summary>Deletes those set aside that are due by now.</summary>
    private void ReleaseDue(Step step)
    {
        (int State, int ClassId)? group = (-1, -1);
        while (!step.IsFull && (group = Next(group.Value)) is { } set)
        {
            var due = new List<(long Us, long Id)>();
            _due.Bind(set.State).Bind(set.ClassId).Bind(BeforeUs(step.Plan, set.State, set.ClassId)).Bind(step.Left);
            while (_due.Read())
            {
                due.Add((_due.Long(0), _due.Long(1)));
            }

            foreach (var (us, id) in due)
            {
                _release.Bind(set.State).Bind(set.ClassId).Bind(us).Bind(id).Run();
                if (Ended(id) == (set.State, set.ClassId, us))
                {
                    Remove(id, step);
                }
                else
                {
                    step.Done++;
                }
            }
        }
    }

    private (int State, int ClassId)? Next((int State, int ClassId) group)
    {
        _nextGroup.Bind(group.State).Bind(group.ClassId);
        (int, int)? next = _nextGroup.Read() ? (_nextGroup.Int(0), _nextGroup.Int(1)) : null;
        _nextGroup.Reset();
        return next;
    }

    private (int State, int ClassId, long Us)? Ended(long id)
    {
        _finished.Bind(id);
        (int, int, long)? ended = _finished.Read() ? (_finished.Int(0), _finished.Int(1), _finished.Long(2)) : null;
        _finished.Reset();
        return ended;
    }

    private long BeforeUs(PrunePlan plan, int state, int classId)
    {
        var key = live.Classes[classId].Key;
        return plan.BeforeUs(key.Namespace, key.Kind, (TaskState)state);
    }

    private void Remove(long id, Step step)
    {
        Remove(id);
        step.Done++;
        step.Pruned++;
        step.HighestId = Math.Max(step.HighestId, id);
    }

    /// <summary>Deletes tasks that have ended.</summary>
    public void Remove(List<long> ids)
    {
        ids.ForEach(Remove);
        if (ids.Count > 0)
        {
            _keepLastId.Bind(ids.Max()).Run();
        }
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
        _removeDetails.Bind(id).Run();
        deadlines.Remove(id);
        relaxing.Remove(id);
        unique.Remove(id);
        _removeTask.Bind(id).Run();
    }

    private List<(long Seq, long AtUs, IReadOnlyList<long> Tasks)> Page(long position)
    {
        var rows = new List<(long, long, IReadOnlyList<long>)>();
        _page.Bind(position).Bind(EventsAtOnce);
        while (_page.Read())
        {
            IReadOnlyList<long> tasks = _page.LongOrNull(2) is { } one ? [one] : [];
            if (!_page.IsNull(3))
            {
                var items = JsonSerializer.Deserialize<List<long[]>>(_page.Bytes(3))!;
                tasks = [.. items.SelectMany(i => i.Length == 2 ? Range(i[0], i[1]) : [i[0]])];
            }

            rows.Add((_page.Long(0), _page.Long(1), tasks));
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

    private sealed class Step(PrunePlan plan, int limit)
    {
        public PrunePlan Plan => plan;

        /// <summary>Tasks deleted, set aside or let go of.</summary>
        public int Done { get; set; }

        public int Pruned { get; set; }

        public long HighestId { get; set; }

        /// <summary>Tasks of the log that were looked at; most of them are gone, or live.</summary>
        public int Looked { get; set; }

        public int LooksMax => 40 * Math.Min(limit, Limits.BatchMax);

        public int Left => limit - Done;

        public bool IsFull
        {
            get => field || Done >= limit;
            set;
        }
    }
}
