using Longshore.Assignments;
using Longshore.Matching;
using Longshore.Postgres.Catalog;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Postgres.Reading;

/// <summary>What routing and explanations look at.</summary>
internal sealed class RoutingReader(Database database, ClassCatalog classes)
{
    public ValueTask<List<Breaker>> BreakersAsync(string? agent, bool openOnly, CancellationToken ct) =>
        database.RunAsync(
            () => new Round().Add(database.Sql["breakers_list"])
                .With(agent).With((bool?)openOnly).With((int?)Limits.PageMax),
            row => row.AllAsync(
                r => r.Breaker(
                    4,
                    new BreakerKey(
                        (BreakerScope)r.GetInt32(0), r.TextOrNull(1), r.TextOrNull(2), r.LongOrNull(3))),
                ct),
            ct);

    public ValueTask<Page<Assignment>> AssignmentsAsync(AssignmentQuery query, CancellationToken ct)
    {
        var after = Paging.AfterGrant(query.After);
        var isLive = query.Statuses.Count == 0 || query.Statuses.Any(AssignmentStatuses.IsLive);
        var isEnded = query.Statuses.Count == 0 || !query.Statuses.All(AssignmentStatuses.IsLive);

        // What an agent has not begun is found by an index of its own: it asks for its offers again and again.
        var isOffered = isLive && !isEnded && query.Agent is not null && query.TaskId is null
            && !query.Statuses.Any(s => s is AssignmentStatus.InProgress or AssignmentStatus.Blocked);
        return database.RunAsync(
            () => new Round().Add(database.Sql["assignments_find"])
                .With(query.Agent).With(query.TaskId).With((short[])[.. query.Statuses.Select(s => (short)s)])
                .With(after?.TaskId).With(after?.Epoch).With((int?)(query.Limit + 1))
                .With((bool?)isOffered).With((bool?)(isLive && !isOffered)).With((bool?)isEnded),
            async row =>
            {
                var found = await row.AllAsync(
                r => new Assignment(
                        r.GetInt64(0), r.GetInt32(1), r.GetString(2), r.Instant(3), r.InstantOrNull(4),
                        (AssignmentStatus)r.GetInt16(5), r.TextOrNull(6), (RejectReason?)r.ShortOrNull(7)),
                    ct).ConfigureAwait(false);
                return Paging.PageOf(found, query.Limit, a => Paging.Mark(a.TaskId, a.Epoch));
            },
            ct);
    }

    public ValueTask<TaskGuards?> GuardsAsync(long taskId, long? nowUs, CancellationToken ct) => database.RunAsync(
        () => new Round()
            .Add(database.Sql["guards_task"]).With(taskId)
            .Add(database.Sql["guards_kept"]).With(taskId)
            .Add(database.Sql["guards_members"]).With(taskId).With((int?)Limits.GroupMembersMax)
            .Add(database.Sql["guards_failers"]).With(taskId).With(nowUs)
            .With((long?)database.Options.Store.RecentFailureWindow.ToMicroseconds()),
        async row =>
        {
            if (!await row.ReadAsync(ct).ConfigureAwait(false))
            {
                return null;
            }

            var breaker = row.TaskBreakerOrNull(0, taskId);
            await row.NextResultAsync(ct).ConfigureAwait(false);
            var kept = await row.AllAsync(
                r => new KeptPair(r.GetString(0), r.GetInt64(1), (KeptCause)r.GetInt16(2), r.TextOrNull(3)),
                ct).ConfigureAwait(false);
            var members = await row.AllAsync(
                r => new GroupMember(
                    r.GetInt64(0), r.TextOrNull(1), r.GetString(2), r.TextOrNull(3), r.GetBoolean(4)),
                ct).ConfigureAwait(false);
            var failers = await row.AllAsync(r => r.GetString(0), ct).ConfigureAwait(false);
            return new TaskGuards(kept, members, failers, breaker);
        },
        ct);

    public async ValueTask<IReadOnlyList<QueueHead>> HeadsAsync(
        string? @namespace, int perClass, int limit, CancellationToken ct)
    {
        var heads = await PlacesAsync(@namespace, perClass, limit, ct).ConfigureAwait(false);
        if (heads.Exists(place => classes.Find(place.ClassId) is null))
        {
            await classes.RefreshAsync(ct).ConfigureAwait(false);
        }

        // The database may hold two classes that are alike; together they show no more than one.
        return
        [
            .. heads.Select(place => (Place: place, Key: classes.Find(place.ClassId)!))
                .GroupBy(head => head.Key)
                .SelectMany(alike => alike.OrderBy(head => head.Place).Take(perClass))
                .OrderBy(head => head.Place)
                .Take(limit)
                .Select(head => new QueueHead(
                    head.Place.Id, head.Place.Rank, head.Place.AvailableUs, head.Key.Namespace, head.Key.Kind,
                    head.Key.Step, classes.IdOf(head.Key), head.Key.Target)),
        ];
    }

    public ValueTask<List<RoutingCursor>> CursorsAsync(string @namespace, CancellationToken ct) => database.RunAsync(
        () => new Round().Add(database.Sql["cursors_list"]).With(@namespace),
        row => row.AllAsync(r => new RoutingCursor(@namespace, r.GetString(0), r.GetString(1)), ct),
        ct);

    private ValueTask<List<Place>> PlacesAsync(
        string? @namespace, int perClass, int limit, CancellationToken ct) => database.RunAsync(
        () => new Round().Add(database.Sql["heads"]).With(@namespace).With((int?)perClass).With((int?)limit)
            .With(database.Instant(null)),
        row => row.AllAsync(r => r.Place(0), ct),
        ct);
}
