create table longshore.schedules (
    namespace    text collate "C" not null,
    name         text collate "C" not null,
    version      bigint not null,
    definition   json not null,                     -- see Schedules/ScheduleJson.cs
    next_us      bigint,                            -- null: paused, or never again
    last_us      bigint,                            -- the last tick that fired
    last_task_id bigint,
    ticks        bigint not null,
    primary key (namespace, name)
);

create index schedules_due on longshore.schedules (next_us) where next_us is not null;
