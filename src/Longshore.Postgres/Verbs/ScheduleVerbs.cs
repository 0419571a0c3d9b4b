using Longshore.Events;
using Longshore.Schedules;
using Longshore.Storage;
using Npgsql;

namespace Longshore.Postgres.Verbs;

/// <summary>Reads, makes, changes and removes schedules, and notes what fired.</summary>
internal sealed class ScheduleVerbs(Database database, MovesWriter writer)
{
    public async ValueTask<ScheduleStatus?> GetAsync(string @namespace, string name, CancellationToken ct) =>
        (await ReadAsync(() => new Round().Add(database.Sql["schedule_get"]).With(@namespace).With(name), ct)
            .ConfigureAwait(false)).SingleOrDefault();

    public async ValueTask<Page<ScheduleStatus>> ListAsync(ScheduleQuery query, CancellationToken ct)
    {
        var after = Paging.AfterName(query.After);
        var found = await ReadAsync(
            () => new Round().Add(database.Sql["schedules_list"])
                .With(query.Namespace).With(after.Namespace).With(after.Name).With((int?)(query.Limit + 1)),
            ct).ConfigureAwait(false);
        return Paging.PageOf(found, query.Limit, s => Paging.Mark(s.Definition.Namespace, s.Definition.Name));
    }

    public async ValueTask<IReadOnlyList<ScheduleStatus>> DueAsync(int limit, long? nowUs, CancellationToken ct) =>
        await ReadAsync(() => new Round().Add(database.Sql["schedules_due"]).With(nowUs).With((int?)limit), ct)
            .ConfigureAwait(false);

    public ValueTask<long?> NextUsAsync(CancellationToken ct) => database.RunAsync(
        () => new Round().Add(database.Sql["schedule_next"]),
        async row => await row.ReadAsync(ct).ConfigureAwait(false) ? row.LongOrNull(0) : null,
        ct);

    public ValueTask<ScheduleStatus?> PutAsync(
        Schedule schedule, long? nextUs, long expectedVersion, long? nowUs, CancellationToken ct) =>
        database.TransactAsync(
            async connection =>
            {
                var put = await database.SendAsync(
                    connection,
                    new Round().Add(database.Sql["schedule_put"])
                        .With(schedule.Namespace).With(schedule.Name).WithJson(ScheduleJson.Write(schedule))
                        .With(nextUs).With((long?)expectedVersion),
                    row => row.AllAsync(Read, ct),
                    ct).ConfigureAwait(false);
                if (put.Count > 0)
                {
                    await TellAsync(
                        connection, EventTypes.ScheduleChanged, schedule.Namespace, schedule.Name, nowUs, ct)
                        .ConfigureAwait(false);
                }

                return put.SingleOrDefault();
            },
            ct);

    public ValueTask<bool> RemoveAsync(string @namespace, string name, long? nowUs, CancellationToken ct) =>
        database.TransactAsync(
            async connection =>
            {
                var isGone = await database.SendAsync(
                    connection,
                    new Round().Add(database.Sql["schedule_remove"]).With(@namespace).With(name),
                    async row => await row.ReadAsync(ct).ConfigureAwait(false),
                    ct).ConfigureAwait(false);
                if (isGone)
                {
                    await TellAsync(connection, EventTypes.ScheduleRemoved, @namespace, name, nowUs, ct)
                        .ConfigureAwait(false);
                }

                return isGone;
            },
            ct);

    public ValueTask<bool> AdvanceAsync(Advance advance, CancellationToken ct) => database.RunAsync(
        () => new Round().Add(database.Sql["schedule_advance"])
            .With(advance.Namespace).With(advance.Name).With((long?)advance.DueUs).With(advance.NextUs)
            .With(advance.LastUs).With(advance.LastTaskId).With((int?)advance.Fired),
        async row => await row.ReadAsync(ct).ConfigureAwait(false),
        ct);

    private ValueTask<List<ScheduleStatus>> ReadAsync(Func<Round> round, CancellationToken ct) =>
        database.RunAsync(round, row => row.AllAsync(Read, ct), ct);

    private async ValueTask TellAsync(
        NpgsqlConnection connection, string type, string @namespace, string name, long? nowUs, CancellationToken ct)
    {
        var round = new Round();
        writer.AddEvent(
            round,
            new NewEvent(type, ActorType.Human, "api", Payload: EventPayloads.Schedule(@namespace, name)),
            nowUs);
        await database.SendAsync(connection, round, _ => ValueTask.FromResult(true), ct).ConfigureAwait(false);
    }

    private static ScheduleStatus Read(NpgsqlDataReader row) => new(
        ScheduleJson.Read(row.GetFieldValue<byte[]>(1)),
        row.GetInt64(0),
        row.InstantOrNull(2),
        row.InstantOrNull(3),
        row.LongOrNull(4),
        row.GetInt64(5));
}
