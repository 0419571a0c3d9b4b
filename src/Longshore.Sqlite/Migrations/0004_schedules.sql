create table schedules (
    namespace    text not null,
    name         text not null,
    version      integer not null,
    definition   text not null,                 -- see Schedules/ScheduleJson.cs
    next_us      integer,                       -- null: paused, or never again
    last_us      integer,                       -- the last tick that fired
    last_task_id integer,
    ticks        integer not null,
    primary key (namespace, name)
) without rowid;

create index schedules_due on schedules (next_us) where next_us is not null;
