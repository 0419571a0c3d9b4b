using Longshore.Assignments;
using Longshore.Matching;
using Longshore.Postgres.Catalog;
using Longshore.Storage;
using Longshore.Tasks;
using Npgsql;

namespace Longshore.Postgres.Reading;

/// <summary>Reads tasks.</summary>
internal sealed class TaskReader(Database database, ClassCatalog classes, TaskLists lists)
{
    private const int DraftAt = 18;
    private const int BodyAt = 20;
    private const int RelaxationAt = 42;

    public ValueTask<List<WorkTask>> ReadAsync(long[] ids, CancellationToken ct) =>
        WithClassesAsync(() => database.RunAsync(() => Ask(ids), row => ReadAllAsync(row, ct), ct), ct);

    /// <summary>A page of tasks as they are at one instant.</summary>
    public async ValueTask<Page<WorkTask>> ListAsync(TaskQuery query, CancellationToken ct)
    {
        string? next = null;
        var tasks = await WithClassesAsync(
            () => database.AtOneInstantAsync(
                async connection =>
                {
                    var ids = await lists.IdsAsync(connection, query, ct).ConfigureAwait(false);
                    var page = Paging.PageOf(ids, query.Limit, Paging.Mark);
                    next = page.Next;
                    return await database.SendAsync(
                        connection, Ask([.. page.Items]), row => ReadAllAsync(row, ct), ct).ConfigureAwait(false);
                },
                ct),
            ct).ConfigureAwait(false);
        var ordered = query.Descending ? tasks.OrderByDescending(t => t.Id) : tasks.OrderBy(t => t.Id);
        return new Page<WorkTask>([.. ordered], next);
    }

    public ValueTask<long?> FindAsync(string @namespace, string code, CancellationToken ct) => database.RunAsync(
        () => new Round().Add(database.Sql["task_find"])
            .With(@namespace).With(code).With(WorkTask.IdFromAutoCode(code)),
        async row => await row.ReadAsync(ct).ConfigureAwait(false) ? row.GetInt64(0) : (long?)null,
        ct);

    public ValueTask<IReadOnlyDictionary<TaskState, long>> CountAsync(string? @namespace, CancellationToken ct) =>
        database.RunAsync<IReadOnlyDictionary<TaskState, long>>(
            () => new Round().Add(database.Sql["count_by_state"]).With(@namespace),
            async row =>
            {
                var counts = Enum.GetValues<TaskState>().ToDictionary(state => state, _ => 0L);
                while (await row.ReadAsync(ct).ConfigureAwait(false))
                {
                    counts[(TaskState)row.GetInt32(0)] += row.GetInt64(1);
                }

                return counts;
            },
            ct);

    public ValueTask<IReadOnlyList<Assignment>> AssignmentsAsync(long taskId, CancellationToken ct) =>
        database.RunAsync<IReadOnlyList<Assignment>>(
            () => new Round().Add(database.Sql["assignments_list"]).With(taskId),
            async row =>
            {
                var list = new List<Assignment>();
                while (await row.ReadAsync(ct).ConfigureAwait(false))
                {
                    list.Add(new Assignment(
                        taskId, row.GetInt32(0), row.GetString(1), row.Instant(2), row.Instant(3),
                        (AssignmentStatus)row.GetInt16(4), row.TextOrNull(5), (RejectReason?)row.ShortOrNull(6))
                    {
                        ErrorDetail = row.TextOrNull(7),
                    });
                }

                return list;
            },
            ct);

    /// <summary>Reads, and once more when a class turns up that this node has not seen.</summary>
    private async ValueTask<List<WorkTask>> WithClassesAsync(
        Func<ValueTask<List<WorkTask>?>> read, CancellationToken ct)
    {
        var tasks = await read().ConfigureAwait(false);
        while (tasks is null)
        {
            await classes.RefreshAsync(ct).ConfigureAwait(false);
            tasks = await read().ConfigureAwait(false);
        }

        return tasks;
    }

    private Round Ask(long[] ids) => new Round().Add(database.Sql["tasks_read"]).With(ids);

    private async ValueTask<List<WorkTask>?> ReadAllAsync(NpgsqlDataReader row, CancellationToken ct)
    {
        var found = new List<WorkTask>();
        while (await row.ReadAsync(ct).ConfigureAwait(false))
        {
            if (classes.Find(row.GetInt32(1)) is null)
            {
                return null;
            }

            found.Add(ReadTask(row));
        }

        return found;
    }

    private WorkTask ReadTask(NpgsqlDataReader row)
    {
        var place = row.Place(0);
        var state = (TaskState)row.GetInt16(8);
        return new WorkTask
        {
            Id = place.Id,
            Spec = row.Body(BodyAt, place, classes),
            State = state,
            Epoch = place.Epoch,
            Attempts = place.Attempts,
            Failures = place.Failures,
            Suspect = place.IsSuspect,
            Target = classes.TargetOf(place),
            WasHandedOff = (place.Flags & PlaceFlags.WasHandedOff) != 0,
            AvailableAt = UnixTime.FromMicroseconds(place.AvailableUs),
            DeferredUntil = row.InstantOrNull(10),
            Agent = row.TextOrNull(11),
            LeaseUntil = row.InstantOrNull(12),
            Progress = row.DoubleOrNull(13),
            EndedAt = row.InstantOrNull(14),
            Result = row.Json(15),
            Error = state == TaskState.Done ? null : row.TextOrNull(16) ?? row.TextOrNull(17),
            Draft = row.Json(DraftAt),
            CreatedAt = row.Instant(DraftAt + 1),
        }.WithRelaxation(row, RelaxationAt).WithUnique(row, RelaxationAt + 1).WithRun(row, RelaxationAt + 2)
            .WithLimitKey(row, RelaxationAt + 3);
    }
}
