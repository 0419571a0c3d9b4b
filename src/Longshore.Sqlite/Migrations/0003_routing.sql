-- Who gets what: steps and groups of items, offers, cooldowns, rules, breakers, drafts, rounds.

alter table classes add column match integer not null default 0;        -- 0 tiered, 1 strict, 2 flexible
alter table classes add column step text;

alter table tasks add column group_name text;
create index tasks_group on tasks (group_name) where group_name is not null;

-- flags of the stage tables, beside the former: 32 has a group, 64 kept from some agent, 128 ordered by priority and
-- arrival, 256 has a draft, 512 its breaker opened.

alter table claims add column status integer not null default 18;       -- 16 assigned, 17 accepted, 18 in_progress
alter table parked add column until_us integer;                         -- when its breaker lets it go
create index parked_until on parked (until_us) where until_us is not null;
alter table assignments add column reason integer;                      -- why it was rejected

alter table agents add column priority_levels text not null default '[]';
alter table agents add column principal text;
alter table agents add column unavailable text not null default '[]';
alter table agents add column authorised text;                          -- null: all it declares

create table kept_pairs (
    task_id  integer not null,
    agent_id integer not null,
    until_us integer not null,
    cause    integer not null,                  -- 0 rejected, 1 missed, 2 evicted
    primary key (task_id, agent_id)
) without rowid;

create table drafts (
    task_id integer primary key,
    draft   text not null
);

create table namespace_rules (
    namespace text primary key,
    rules     text not null
) without rowid;

create table breakers (
    scope           integer not null,           -- 0 agent, 1 agent and kind, 2 task
    agent_id        integer not null,           -- 0: none
    kind            text not null,              -- '': none
    task_id         integer not null,           -- 0: none
    failures        integer not null,
    trips           integer not null,
    last_failure_us integer not null,
    open_until_us   integer,
    probe_task_id   integer,
    probe_epoch     integer not null,
    primary key (scope, agent_id, kind, task_id)
) without rowid;

create table cursors (
    namespace text not null,
    name      text not null,
    agent     text not null,                    -- who was chosen last
    primary key (namespace, name)
) without rowid;

drop view places;

-- Where every task is, for queries by id.
create view places as
select id, class_id, rank, epoch, attempts, failures, priority, flags, 1 as state, null as until_us, null as agent_id,
       null as lease_us, null as progress, null as ended_us, null as result, null as error
from ready
union all
select id, class_id, rank, epoch, attempts, failures, priority, flags, case status when 16 then 2 else 3 end, null,
       agent_id, lease_us, progress, null, null, null
from claims
union all
select id, class_id, rank, epoch, attempts, failures, priority, flags, 1, until_us, null, null, null, null, null, null
from deferred
union all
select id, class_id, rank, epoch, attempts, failures, priority, flags, state, until_us, null, null, null, null, null,
       null
from parked
union all
select id, class_id, rank, epoch, attempts, failures, priority, flags, state, null, agent_id, null, null,
       ended_us, result, error
from finished;
