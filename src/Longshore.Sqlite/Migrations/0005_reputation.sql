-- What speaks for agents and against them, in millionths of a trial, as of an instant: it fades with time.

alter table agents add column good integer not null default 0;
alter table agents add column bad integer not null default 0;
alter table agents add column as_of_us integer not null default 0;

update agents set good = completed * 1000000, bad = failed * 1000000, as_of_us = seen_us;

create table agent_records (
    agent_id   integer not null,
    capability text not null,
    good       integer not null,
    bad        integer not null,
    as_of_us   integer not null,
    primary key (agent_id, capability)
) without rowid;
