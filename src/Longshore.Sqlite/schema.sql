CREATE VIEW places as
select id, class_id, rank, epoch, attempts, failures, priority, flags, 1 as state, null as until_us, null as agent_id,
       null as lease_us, null as progress, null as ended_us, null as result, null as error
from ready
union all
select id, class_id, rank, epoch, attempts, failures, priority, flags, 3, null, agent_id, lease_us, progress,
       null, null, null
from claims
union all
select id, class_id, rank, epoch, attempts, failures, priority, flags, 1, until_us, null, null, null, null, null, null
from deferred
union all
select id, class_id, rank, epoch, attempts, failures, priority, flags, state, null, null, null, null, null, null, null
from parked
union all
select id, class_id, rank, epoch, attempts, failures, priority, flags, state, null, agent_id, null, null,
       ended_us, result, error
from finished;

CREATE TABLE agents (
    id              integer primary key,
    name            text not null unique,
    type            text not null,
    description     text,
    capabilities    text not null,              -- JSON array of {name, level, expires_us}
    specializations text not null,
    kinds           text not null,
    namespaces      text not null,
    max_concurrent  integer not null check (max_concurrent >= 1),
    preferences     text,
    metadata        text not null,
    session         text,
    mode            integer not null,           -- 0 available, 1 draining, 2 blocked, 3 offline
    load            integer not null check (load >= 0),
    reputation      real not null check (reputation between 0 and 1),
    completed       integer not null,
    failed          integer not null,
    registered_us   integer not null,
    seen_us         integer not null
);

CREATE TABLE assignments (                      -- one row for each ended claim
    task_id    integer not null,
    epoch      integer not null,
    agent_id   integer not null,
    granted_us integer not null,
    ended_us   integer not null,
    outcome    integer not null,                -- 0 submitted, 1 failed, 2 expired, 3 released, 4 snoozed, 5 cancelled
    single     integer not null,
    error      text,
    key        text,
    primary key (task_id, epoch)
) without rowid;

CREATE TABLE claims (
    id         integer primary key,
    class_id   integer not null,
    rank       integer not null,
    epoch      integer not null,
    attempts   integer not null,
    failures   integer not null,
    priority   integer not null,
    flags      integer not null,
    agent_id   integer not null,
    single     integer not null,                -- 1: the agent's only claim when it was granted
    granted_us integer not null,
    lease_us   integer not null,                -- until when it holds
    progress   real,
    key        text
);

CREATE TABLE classes (
    id            integer primary key,          -- dense, from 0
    namespace     text not null,
    kind          text not null,
    requires      text not null,                -- JSON array of 'name' or 'name>=level', canonical
    minimum_match real not null,
    owner         text                          -- the only agent who may do it
);

CREATE TABLE codes (
    namespace text not null,
    code      text not null,
    task_id   integer not null,
    primary key (namespace, code)
) without rowid;

CREATE TABLE counters (
    name  text primary key,                     -- last_task_id: the highest id ever pruned
    value integer not null
) without rowid;

CREATE TABLE deadlines (
    task_id     integer primary key,
    deadline_us integer not null
);

CREATE TABLE deferred (
    id       integer primary key,
    class_id integer not null,
    rank     integer not null,
    epoch    integer not null,
    attempts integer not null,
    failures integer not null,
    priority integer not null,
    flags    integer not null,
    until_us integer not null
);

CREATE TABLE events (
    seq            integer primary key autoincrement,
    at_us          integer not null,
    type           text not null,
    actor_type     integer not null,
    actor          text,
    task_id        integer,
    epoch          integer,
    payload        text,
    correlation_id text,
    items          text
);

CREATE TABLE finished (
    id       integer primary key,
    class_id integer not null,
    rank     integer not null,
    epoch    integer not null,
    attempts integer not null,
    failures integer not null,
    priority integer not null,
    flags    integer not null,
    state    integer not null check (state between 8 and 11),
    agent_id integer,
    ended_us integer not null,
    result   text,
    error    text
);

CREATE TABLE insert_keys (
    namespace text not null,
    key       text not null,
    task_id   integer not null,
    digest    blob not null,                    -- SHA-256 of the submitted task
    primary key (namespace, key)
) without rowid;

CREATE TABLE leases (
    name     text primary key,
    holder   text,
    epoch    integer not null,
    until_us integer not null
) without rowid;

CREATE TABLE migrations (
    number     integer primary key,
    name       text not null,
    checksum   text not null,
    applied_us integer not null
);

CREATE TABLE nodes (
    name       text primary key,
    session    text not null,
    version    text not null,
    mode       text not null,
    interests  text not null, -- JSON array: the namespaces somebody waits for there
    started_us integer not null,
    heard_us   integer not null
) without rowid;

CREATE TABLE parked (
    id       integer primary key,
    class_id integer not null,
    rank     integer not null,
    epoch    integer not null,
    attempts integer not null,
    failures integer not null,
    priority integer not null,
    flags    integer not null,
    state    integer not null
);

CREATE TABLE ready (
    id       integer primary key,
    class_id integer not null,
    rank     integer not null,
    epoch    integer not null,
    attempts integer not null,
    failures integer not null,
    priority integer not null,
    flags    integer not null
);

CREATE TABLE tasks (
    id                   integer primary key,
    class_id             integer not null references classes (id),
    code                 text,                  -- null: 't-' || id
    name                 text,
    description          text,
    payload              text not null,
    confidence_threshold real not null,
    priority             integer not null check (priority between 0 and 10),
    ready_us             integer,
    deadline_us          integer,
    timeout_us           integer,
    max_attempts         integer not null check (max_attempts >= 1),
    backoff              integer not null,      -- 0 exponential, 1 fixed
    backoff_us           integer not null,
    backoff_cap_us       integer not null,
    late                 integer not null,      -- 0 accept_if_not_replaced, 1 reject
    effort_us            integer,
    parent_id            integer,
    workflow             text,
    workflow_cursor      text,
    tags                 text,                  -- JSON array
    metadata             text,                  -- JSON object
    correlation_id       text,
    idempotency_key      text,
    created_us           integer not null
);

CREATE INDEX claims_key on claims (agent_id, key) where key is not null;

CREATE INDEX deadlines_due on deadlines (deadline_us);

CREATE INDEX deferred_until on deferred (until_us);

CREATE INDEX events_task on events (task_id) where task_id is not null;

CREATE INDEX tasks_correlation on tasks (correlation_id) where correlation_id is not null;

CREATE INDEX tasks_parent on tasks (parent_id) where parent_id is not null;
