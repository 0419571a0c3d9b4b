-- Longshore's tables. A task's body (tasks) is written once; a narrow row in one of the stage tables
-- (ready, claims, deferred, parked, finished) says where the task is. All instants are microseconds since 1970, UTC.
-- There are no foreign keys: the functions keep the rows together, and a check per row would halve the hot path.

-- What decides who may do a task. Rows are never changed or removed; two alike do no harm. xid comes before id, so
-- that whoever has seen everything older than a running transaction knows which rows may still appear.
create table longshore.classes (
    xid           xid8 not null default pg_current_xact_id(),
    id            integer generated always as identity primary key,
    namespace     text not null,
    kind          text not null,
    requires      text[] not null,              -- names, in canonical order
    levels        integer[] not null,           -- the least level of each
    minimum_match double precision not null,
    owner         text                          -- the only agent who may do it
);
create index classes_xid on longshore.classes (xid);
create index classes_key on longshore.classes (namespace, kind, requires);

create sequence longshore.task_ids;

create table longshore.tasks (
    id                   bigint primary key,
    created_us           bigint not null,
    class_id             integer not null,
    priority             smallint not null check (priority between 0 and 10),
    payload              json not null,
    code                 text,                  -- null: 't-' || id
    name                 text,
    description          text,
    confidence_threshold double precision not null default 0.7,
    ready_us             bigint,
    deadline_us          bigint,
    timeout_us           bigint,
    max_attempts         integer not null default 5 check (max_attempts >= 1),
    backoff              smallint,              -- 0 exponential, 1 fixed; null: the usual policy
    backoff_us           bigint,
    backoff_cap_us       bigint,
    late                 smallint not null default 0, -- 0 accept_if_not_replaced, 1 reject
    effort_us            bigint,
    parent_id            bigint,
    workflow             text,
    workflow_cursor      text,
    tags                 text[],
    metadata             json,
    correlation_id       text,
    idempotency_key      text
);
create index tasks_parent on longshore.tasks (parent_id) where parent_id is not null;
create index tasks_correlation on longshore.tasks (correlation_id) where correlation_id is not null;

create table longshore.codes (
    namespace text not null,
    code      text not null,
    task_id   bigint not null,
    primary key (namespace, code)
);

create table longshore.insert_keys (
    namespace text not null,
    key       text not null,
    task_id   bigint not null,
    digest    bytea not null,                   -- SHA-256 of the submitted task
    primary key (namespace, key)
);

-- The stage tables. flags: 1 suspect, 2 failed before, 4 has a parent, 8 reject late results, 16 has a deadline.
-- Rows of the first three come and go all the time: vacuum looks after them early and without pauses.

create table longshore.ready (
    id       bigint primary key,
    rank     bigint not null,
    class_id integer not null,
    epoch    integer not null,
    attempts integer not null,
    failures integer not null,
    priority smallint not null,
    flags    smallint not null
) with (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 2000, autovacuum_vacuum_cost_delay = 0,
        autovacuum_analyze_scale_factor = 0.2, autovacuum_analyze_threshold = 5000);
create index ready_rank on longshore.ready (rank, id);
create index ready_class on longshore.ready (class_id, rank, id);

create table longshore.claims (
    id         bigint primary key,
    rank       bigint not null,
    granted_us bigint not null,
    lease_us   bigint not null,                 -- until when it holds
    class_id   integer not null,
    epoch      integer not null,
    attempts   integer not null,
    failures   integer not null,
    agent_id   integer not null,
    priority   smallint not null,
    flags      smallint not null,
    single     boolean not null,                -- the agent's only claim when it was granted
    progress   double precision,
    key        text
) with (fillfactor = 80,
        autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 2000, autovacuum_vacuum_cost_delay = 0);
create index claims_key on longshore.claims (agent_id, key) where key is not null;

create table longshore.deferred (
    id       bigint primary key,
    rank     bigint not null,
    until_us bigint not null,
    class_id integer not null,
    epoch    integer not null,
    attempts integer not null,
    failures integer not null,
    priority smallint not null,
    flags    smallint not null
) with (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 2000, autovacuum_vacuum_cost_delay = 0);
create index deferred_until on longshore.deferred (until_us, id);

create table longshore.parked (
    id       bigint primary key,
    rank     bigint not null,
    class_id integer not null,
    epoch    integer not null,
    attempts integer not null,
    failures integer not null,
    priority smallint not null,
    flags    smallint not null,
    state    smallint not null
);

-- The end of a task and, where a claim ended with it, the record of that claim.
create table longshore.finished (
    id         bigint primary key,
    rank       bigint not null,
    ended_us   bigint not null,
    granted_us bigint,                          -- null: no claim ended with the task
    class_id   integer not null,
    epoch      integer not null,
    attempts   integer not null,
    failures   integer not null,
    agent_id   integer,
    priority   smallint not null,
    flags      smallint not null,
    state      smallint not null check (state between 8 and 11),
    outcome    smallint,
    single     boolean,
    result     json,
    error      text,
    key        text
) with (autovacuum_vacuum_insert_scale_factor = 0.5);

-- The records of the other ended claims: those after which the task lived on.
create table longshore.assignments (
    task_id    bigint not null,
    epoch      integer not null,
    agent_id   integer not null,
    granted_us bigint not null,
    ended_us   bigint not null,
    outcome    smallint not null,               -- 0 submitted, 1 failed, 2 expired, 3 released, 4 snoozed, 5 cancelled
    single     boolean not null,
    error      text,
    key        text,
    primary key (task_id, epoch)
);

create table longshore.deadlines (
    task_id     bigint primary key,
    deadline_us bigint not null
);
create index deadlines_due on longshore.deadlines (deadline_us, task_id);

create table longshore.agents (
    id              integer generated always as identity primary key,
    name            text not null unique,
    version         integer not null default 1, -- grows with each change of the profile
    type            text not null,
    description     text,
    capabilities    text[] not null,            -- names, with levels and expiries beside them
    levels          integer[] not null,
    expiries_us     bigint[] not null,
    specializations text[] not null,
    kinds           text[] not null,
    namespaces      text[] not null,
    max_concurrent  integer not null check (max_concurrent >= 1),
    preferences     json,
    metadata        json not null,
    session         text,
    reputation      double precision not null check (reputation between 0 and 1),
    registered_us   bigint not null
);

-- What changes with every claim; its row is the lock that guards an agent's capacity.
create table longshore.agent_states (
    agent_id      integer primary key,
    mode          smallint not null,            -- 0 available, 1 draining, 2 blocked, 3 offline
    holds_suspect boolean not null,
    load          integer not null check (load >= 0),
    completed     bigint not null,
    failed        bigint not null,
    seen_us       bigint not null
) with (fillfactor = 10, autovacuum_vacuum_scale_factor = 0.2, autovacuum_vacuum_threshold = 500,
        autovacuum_vacuum_cost_delay = 0);

create table longshore.leases (
    name     text primary key,
    holder   text,
    epoch    bigint not null,
    until_us bigint not null
) with (fillfactor = 50);

create sequence longshore.event_seq;

-- One row for each event, or one for all events of a type in a statement: then the arrays hold what differs.
create table longshore.events (
    seq            bigint primary key,
    at_us          bigint not null,
    type           text not null,
    actor_type     smallint not null,
    actor          text,
    task_id        bigint,
    epoch          integer,
    payload        json,
    correlation_id text,
    count          integer not null default 1,   -- how many events the row stands for
    tasks          bigint[],
    epochs         integer[],
    agents         integer[],
    states         smallint[]
);
alter table longshore.events alter column tasks set storage external, alter column epochs set storage external,
    alter column agents set storage external, alter column states set storage external;
create index events_task on longshore.events (task_id) where task_id is not null;

-- Where every task is.
create view longshore.places as
select id, class_id, rank, epoch, attempts, failures, priority, flags, 1::smallint as state, 'ready' as stage,
       null::bigint as until_us, null::integer as agent_id, null::boolean as single, null::bigint as granted_us,
       null::bigint as lease_us, null::double precision as progress, null::text as key, null::bigint as ended_us,
       null::smallint as outcome, null::json as result, null::text as error
from longshore.ready
union all
select id, class_id, rank, epoch, attempts, failures, priority, flags, 3::smallint, 'claims', null, agent_id, single,
       granted_us, lease_us, progress, key, null, null, null, null
from longshore.claims
union all
select id, class_id, rank, epoch, attempts, failures, priority, flags, 1::smallint, 'deferred', until_us, null, null,
       null, null, null, null, null, null, null, null
from longshore.deferred
union all
select id, class_id, rank, epoch, attempts, failures, priority, flags, state, 'parked', null, null, null, null, null,
       null, null, null, null, null, null
from longshore.parked
union all
select id, class_id, rank, epoch, attempts, failures, priority, flags, state, 'finished', null, agent_id, single,
       granted_us, null, null, key, ended_us, outcome, result, error
from longshore.finished;

-- Every ended claim.
create view longshore.ended_claims as
select task_id, epoch, agent_id, granted_us, ended_us, outcome, single, error, key
from longshore.assignments
union all
select id, epoch, agent_id, granted_us, ended_us, outcome, single, error, key
from longshore.finished
where granted_us is not null;
