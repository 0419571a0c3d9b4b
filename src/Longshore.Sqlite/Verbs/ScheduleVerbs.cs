using Longshore.Events;
using Longshore.Schedules;
using Longshore.Sqlite.Interop;
using Longshore.Sqlite.Reading;
using Longshore.Storage;
using Longshore.Storage.Sql;

namespace Longshore.Sqlite.Verbs;

/// <summary>Makes, changes and removes schedules, and notes what fired.</summary>
internal sealed class ScheduleVerbs(Connection connection, SqlCatalog sql, EventLog events)
{
    private readonly ScheduleRows _rows = new(connection, sql);
    private readonly Statement _put = connection.Prepare(sql["schedule_put"]);
    private readonly Statement _remove = connection.Prepare(sql["schedule_remove"]);
    private readonly Statement _advance = connection.Prepare(sql["schedule_advance"]);

    public ScheduleStatus? Put(Schedule schedule, long? nextUs, long expectedVersion, long nowUs)
    {
        var (@namespace, name) = (schedule.Namespace, schedule.Name);
        if (_put.Bind(@namespace).Bind(name).BindText(ScheduleJson.Write(schedule)).Bind(nextUs)
            .Bind(expectedVersion).Run() == 0)
        {
            return null;
        }

        Tell(EventTypes.ScheduleChanged, @namespace, name, nowUs);
        return _rows.Get(@namespace, name);
    }

    public bool Remove(string @namespace, string name, long nowUs)
    {
        if (_remove.Bind(@namespace).Bind(name).Run() == 0)
        {
            return false;
        }

        Tell(EventTypes.ScheduleRemoved, @namespace, name, nowUs);
        return true;
    }

    public bool Advance(Advance advance) => _advance
        .Bind(advance.Namespace).Bind(advance.Name).Bind(advance.DueUs).Bind(advance.NextUs).Bind(advance.LastUs)
        .Bind(advance.LastTaskId).Bind(advance.Fired).Run() > 0;

    private void Tell(string type, string @namespace, string name, long nowUs) => events.AddSingle(
        new NewEvent(type, ActorType.Human, "api", Payload: EventPayloads.Schedule(@namespace, name)), nowUs);
}
