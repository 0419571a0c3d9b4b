CREATE VIEW places as
select id, class_id, rank, epoch, attempts, failures, priority, flags,
       case when flags & 2048 then 6 else 1 end as state, null as until_us, null as agent_id, null as lease_us,
       null as progress, null as ended_us, null as result, null as error
from ready
union all
select id, class_id, rank, epoch, attempts, failures, priority, flags,
       case status when 16 then 2 when 19 then 4 else 3 end, null, agent_id, lease_us, progress, null, null, null
from claims
union all
select id, class_id, rank, epoch, attempts, failures, priority, flags, case when flags & 2048 then 6 else 1 end,
       until_us, null, null, null, null, null, null
from deferred
union all
select id, class_id, rank, epoch, attempts, failures, priority, flags, state, until_us, null, null, null, null, null,
       null
from parked
union all
select id, class_id, rank, epoch, attempts, failures, priority, flags, state, null, agent_id, null, null,
       ended_us, result, error
from finished;

CREATE TABLE agent_records (
    agent_id   integer not null,
    capability text not null,
    good       integer not null,
    bad        integer not null,
    as_of_us   integer not null,
    primary key (agent_id, capability)
) without rowid;

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
, priority_levels text not null default '[]', principal text, unavailable text not null default '[]', authorised text, good integer not null default 0, bad integer not null default 0, as_of_us integer not null default 0);

CREATE TABLE assignments (                      -- one row for each ended claim
    task_id    integer not null,
    epoch      integer not null,
    agent_id   integer not null,
    granted_us integer not null,
    ended_us   integer not null,
    outcome    integer not null,                -- 0 submitted, 1 failed, 2 expired, 3 released, 4 snoozed, 5 cancelled
    single     integer not null,
    error      text,
    key        text, reason integer,
    primary key (task_id, epoch)
) without rowid;

CREATE TABLE breakers (
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
, status integer not null default 18, paused_us integer not null default 0);

CREATE TABLE classes (
    id            integer primary key,          -- dense, from 0
    namespace     text not null,
    kind          text not null,
    requires      text not null,                -- JSON array of 'name' or 'name>=level', canonical
    minimum_match real not null,
    owner         text                          -- the only agent who may do it
, match integer not null default 0, step text, target text);

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

CREATE TABLE cursors (
    namespace text not null,
    name      text not null,
    agent     text not null,                    -- who was chosen last
    primary key (namespace, name)
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

CREATE TABLE drafts (
    task_id integer primary key,
    draft   text not null
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

CREATE TABLE handoffs (
    id                    integer primary key autoincrement,
    task_id               integer not null,
    epoch                 integer not null,     -- the grant that ended with it
    class_id              integer not null,     -- the task's own class, to which it goes back
    from_agent_name       text not null,
    to_capability         text,                 -- this
    to_agent_name         text,                 -- or that
    summary               text not null,
    confidence_score      real not null check (confidence_score between 0 and 1),
    minimum_confidence    real not null,        -- below it what was done asks for a review
    artifacts             text not null,        -- JSON arrays of texts
    known_limitations     text not null,
    next_steps_suggestion text not null,
    blockers_resolved     text not null,
    estimated_effort_us   integer,
    created_us            integer not null,
    accepted_us           integer,
    accepted_by           text,
    withdrawn_us          integer
);

CREATE TABLE help_requests (
    id                    integer primary key autoincrement,
    task_id               integer not null,
    requesting_agent_name text not null,
    help_type             text not null,
    description           text not null,
    urgency               text not null,        -- as asked; it rises with time
    related_capabilities  text not null,        -- JSON array
    created_us            integer not null,
    claimed_by            text,
    claimed_us            integer,
    resolved_us           integer,
    resolved_by           text,
    resolution            text,
    cancelled_us          integer,
    closed_us             integer               -- the task ended and was begun anew
);

CREATE TABLE insert_keys (
    namespace text not null,
    key       text not null,
    task_id   integer not null,
    digest    blob not null,                    -- SHA-256 of the submitted task
    primary key (namespace, key)
) without rowid;

CREATE TABLE kept_pairs (
    task_id  integer not null,
    agent_id integer not null,
    until_us integer not null,
    cause    integer not null,                  -- 0 rejected, 1 missed, 2 evicted
    primary key (task_id, agent_id)
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

CREATE TABLE namespace_rules (
    namespace text primary key,
    rules     text not null
) without rowid;

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
, until_us integer);

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

CREATE TABLE relaxing (
    task_id integer primary key,
    step    integer not null,                   -- the step in force
    due_us  integer,                            -- when the next one is due; null: never
    skipped integer not null,                   -- bit n: nobody present could meet step n
    steps   text not null                       -- JSON: what it asks for, step by step
);

CREATE TABLE schedules (
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
, group_name text);

CREATE INDEX claims_key on claims (agent_id, key) where key is not null;

CREATE INDEX deadlines_due on deadlines (deadline_us);

CREATE INDEX deferred_until on deferred (until_us);

CREATE INDEX events_task on events (task_id) where task_id is not null;

CREATE INDEX handoffs_open on handoffs (confidence_score) where accepted_us is null and withdrawn_us is null;

CREATE INDEX handoffs_task on handoffs (task_id);

CREATE INDEX help_requests_open on help_requests (id)
where resolved_us is null and cancelled_us is null and closed_us is null;

CREATE INDEX help_requests_task on help_requests (task_id);

CREATE INDEX parked_until on parked (until_us) where until_us is not null;

CREATE INDEX relaxing_due on relaxing (due_us) where due_us is not null;

CREATE INDEX schedules_due on schedules (next_us) where next_us is not null;

CREATE INDEX tasks_correlation on tasks (correlation_id) where correlation_id is not null;

CREATE INDEX tasks_group on tasks (group_name) where group_name is not null;

CREATE INDEX tasks_parent on tasks (parent_id) where parent_id is not null;
