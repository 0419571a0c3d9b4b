CREATE VIEW abilities_of_agents as
select a.id as agent_id, json_extract(c.value, '$.name') as name,
       coalesce(json_extract(c.value, '$.level'), 1) as level,
       json_extract(c.value, '$.expires_us') + coalesce(json_extract(c.value, '$.grace_us'), 0) as until_us
from agents a, json_each(case when json_valid(a.capabilities) then a.capabilities else '[]' end) c
where c.type = 'object' and json_extract(c.value, '$.name') is not null
  and not exists (select 1 from json_each(case when json_valid(a.unavailable) then a.unavailable else '[]' end) u
                  where u.value = json_extract(c.value, '$.name'))
  and (a.authorised is null
       or exists (select 1 from json_each(case when json_valid(a.authorised) then a.authorised else '[]' end) u
                  where u.value = json_extract(c.value, '$.name')));

CREATE VIEW agents_with_room as
select a.id, a.name, a.principal, a.load, a.max_concurrent, a.kinds, a.namespaces,
       case when a.reputation < 1 then a.reputation else a.score end as reputation,
       case when a.load = 0 then 'idle' else 'active' end as status
from agents a
where a.mode = 0 and a.load < a.max_concurrent
  and a.seen_us >= (julianday('now') - 2440587.5) * 86400000000.0
                   - coalesce((select f.value from facts f where f.name = 'heartbeat_timeout_us'), 30000000);

CREATE VIEW available_tasks as
select t.id, coalesce(t.code, 't-' || t.id) as code, t.name, t.description, p.state, p.priority as priority_score,
       p.failures as failure_count,
       strftime('%Y-%m-%dT%H:%M:%fZ', t.created_us / 1000000.0, 'unixepoch') as inserted_at,
       c.requires as required_capabilities, t.confidence_threshold, c.owner as owner_agent_name,
       t.parent_id as parent_task_id, t.workflow as workflow_definition_id, t.workflow_cursor,
       max(0.0, (julianday('now') - 2440587.5) * 1440.0 - t.created_us / 60000000.0) as age_minutes,
       p.state = 'pending_handoff' as has_pending_handoff,
       (select count(*) from help_requests h
        where h.task_id = t.id and h.help_type = 'blocker' and h.resolved_us is null and h.cancelled_us is null
          and h.closed_us is null) as unresolved_blockers
from (
    select id, class_id, priority, failures,
           case when flags & 2048 then 'pending_handoff' else 'created' end as state
    from ready
    union all
    select id, class_id, priority, failures, 'in_progress' from claims where status in (17, 18)
    union all
    select id, class_id, priority, failures, 'review' from parked where state = 5
) p
join tasks t on t.id = p.id
join classes c on c.id = p.class_id;

CREATE VIEW handoff_opportunities as
select h.id as handoff_id, coalesce(t.code, 't-' || t.id) as task_code, h.from_agent_name, h.to_capability,
       h.confidence_score,
       strftime('%Y-%m-%dT%H:%M:%fZ', h.created_us / 1000000.0, 'unixepoch') as created_at,
       h.estimated_effort_us / 1000000.0 as estimated_effort, t.name as task_name, t.priority as priority_score,
       'pending_handoff' as task_state, a.name as suitable_agent, a.reputation as agent_reputation,
       a.load as agent_load
from handoffs h indexed by handoffs_open
join ready p on p.id = h.task_id and p.flags & 2048
join tasks t on t.id = h.task_id
join agents_with_room a
    on a.name <> h.from_agent_name
       and coalesce(a.principal, a.name)
           <> coalesce((select g.principal from agents g where g.name = h.from_agent_name), h.from_agent_name)
where h.accepted_us is null and h.withdrawn_us is null
  and (a.name = h.to_agent_name
       or exists (
           select 1 from agent_abilities b
           where b.agent_id = a.id
             and b.name = case when instr(h.to_capability, '>=')
                               then substr(h.to_capability, 1, instr(h.to_capability, '>=') - 1)
                               else h.to_capability end
             and b.level >= case when instr(h.to_capability, '>=')
                                 then cast(substr(h.to_capability, instr(h.to_capability, '>=') + 2) as integer)
                                 else 1 end
             and (b.until_us is null or b.until_us > (julianday('now') - 2440587.5) * 86400000000.0)))
order by h.confidence_score desc, t.priority desc, a.reputation desc, a.load, h.id, a.name;

CREATE VIEW needs as
select c.id as class_id, r.key as number,
       case when instr(r.value, '>=') then substr(r.value, 1, instr(r.value, '>=') - 1) else r.value end as name,
       case when instr(r.value, '>=') then cast(substr(r.value, instr(r.value, '>=') + 2) as integer) else 1 end
           as level
from classes c, json_each(case when json_valid(c.requires) then c.requires else '[]' end) r
where r.type = 'text';

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

CREATE VIEW task_agent_matches as
select coalesce(t.code, 't-' || t.id) as task_code, a.name as agent_name,
       (select count(*) from needs n
        join agent_abilities m on m.name = n.name and m.agent_id = a.id and m.level >= n.level
        where n.class_id = p.class_id) as matched_capabilities,
       a.load as current_load, a.max_concurrent - a.load as available_capacity,
       a.reputation as reputation_score, a.status
from ready p
join tasks t on t.id = p.id
join classes c on c.id = p.class_id
join needs r on r.class_id = p.class_id
join agent_abilities b
    on b.name = r.name and b.level >= r.level
       and (b.until_us is null or b.until_us > (julianday('now') - 2440587.5) * 86400000000.0)
join agents_with_room a on a.id = b.agent_id
-- Each agent once: by the first of the capabilities that it has.
where not exists (
    select 1 from needs e
    join agent_abilities f on f.name = e.name and f.agent_id = b.agent_id and f.level >= e.level
    where e.class_id = p.class_id and e.number < r.number)
  and (c.target is null or c.target = '@' || a.name
       or exists (
           select 1 from agent_abilities g
           where g.agent_id = a.id
             and g.name = case when instr(c.target, '>=') then substr(c.target, 1, instr(c.target, '>=') - 1)
                               else c.target end
             and g.level >= case when instr(c.target, '>=')
                                 then cast(substr(c.target, instr(c.target, '>=') + 2) as integer)
                                 else 1 end));

CREATE VIEW work_queue as
select t.id, coalesce(t.code, 't-' || t.id) as code, t.name, t.description, w.state, w.priority as priority_score,
       w.failures as failure_count,
       strftime('%Y-%m-%dT%H:%M:%fZ', t.created_us / 1000000.0, 'unixepoch') as inserted_at,
       c.requires as required_capabilities, t.confidence_threshold, c.owner as owner_agent_name,
       t.parent_id as parent_task_id, t.workflow as workflow_definition_id, t.workflow_cursor,
       max(0.0, (julianday('now') - 2440587.5) * 1440.0 - t.created_us / 60000000.0) as age_minutes,
       w.state = 'pending_handoff' as has_pending_handoff,
       (select count(*) from help_requests h
        where h.task_id = t.id and h.help_type = 'blocker' and h.resolved_us is null and h.cancelled_us is null
          and h.closed_us is null) as unresolved_blockers,
       w.urgency_score,
       case when w.state in ('created', 'pending_handoff') then (
           select json_object('agent_name', a.name,
                              'match_score', coalesce(m.matched * 1.0 / nullif(
                                  (select count(*) from needs n where n.class_id = w.class_id), 0), 1.0),
                              'reputation', a.reputation)
           from (
               select b.agent_id, count(*) as matched
               from needs r
               join agent_abilities b
                   on b.name = r.name and b.level >= r.level
                      and (b.until_us is null or b.until_us > (julianday('now') - 2440587.5) * 86400000000.0)
               where r.class_id = w.class_id
               group by b.agent_id
               union all
               select a.id, 0 from agents a where not exists (select 1 from needs n where n.class_id = w.class_id)
           ) m
           join agents_with_room a on a.id = m.agent_id
           where (c.owner is null or c.owner = a.name)
             and (a.namespaces = '["' || c.namespace || '"]'
                  or exists (select 1
                             from json_each(case when json_valid(a.namespaces) then a.namespaces else '[]' end) s
                             where s.value = c.namespace))
             and (a.kinds = '[]'
                  or exists (select 1 from json_each(case when json_valid(a.kinds) then a.kinds else '[]' end) k
                             where k.value = c.kind))
             and (c.target is null or c.target = '@' || a.name
                  or exists (
                      select 1 from agent_abilities g
                      where g.agent_id = a.id
                        and g.name = case when instr(c.target, '>=') then substr(c.target, 1, instr(c.target, '>=') - 1)
                                          else c.target end
                        and g.level >= case when instr(c.target, '>=')
                                 then cast(substr(c.target, instr(c.target, '>=') + 2) as integer)
                                            else 1 end))
           order by m.matched desc, a.reputation desc, a.load, a.name
           limit 1) end as best_agent_match
from (
    select p.id, p.class_id, p.priority, p.failures,
           case p.bonus when 0 then 'created' when 5 then 'in_progress' when 10 then 'pending_handoff'
                        else 'review' end as state,
           p.urgency / 1800000000.0 as urgency_score
    from (
        with clock as materialized (
            select cast((julianday('now') - 2440587.5) * 86400000000.0 as integer) as now_us
        )
        select p.id, p.class_id, p.priority, p.failures, p.bonus,
               (p.credit + p.bonus) * 1800000000 + min(180000000000, max(0, clock.now_us - p.rank - 1800000000
                   * case when p.flags & 128 then p.priority * 48000 else p.credit + p.bonus * (p.bonus = 10) end))
                   as urgency
        from clock
        cross join (
            select id, class_id, rank, priority, failures, flags, case when flags & 2048 then 10 else 0 end as bonus,
                   priority * 10 - min(50, failures * 10) + case when flags & 4 then 10 else 0 end as credit
            from ready
            union all
            select id, class_id, rank, priority, failures, flags, 5,
                   priority * 10 - min(50, failures * 10) + case when flags & 4 then 10 else 0 end
            from claims where status in (17, 18)
            union all
            select id, class_id, rank, priority, failures, flags, 15,
                   priority * 10 - min(50, failures * 10) + case when flags & 4 then 10 else 0 end
            from parked where state = 5
        ) p
        order by urgency desc, p.id
        limit -1
    ) p
) w
cross join tasks t on t.id = w.id
cross join classes c on c.id = w.class_id;

CREATE TRIGGER agents_added after insert on agents
begin
    insert or replace into agent_abilities (agent_id, name, level, until_us)
    select agent_id, name, level, until_us from abilities_of_agents where agent_id = new.id;
end;

CREATE TRIGGER agents_changed after update of capabilities, unavailable, authorised on agents
begin
    delete from agent_abilities where agent_id = old.id;
    insert or replace into agent_abilities (agent_id, name, level, until_us)
    select agent_id, name, level, until_us from abilities_of_agents where agent_id = new.id;
end;

CREATE TRIGGER agents_removed after delete on agents
begin
    delete from agent_abilities where agent_id = old.id;
end;

CREATE TABLE agent_abilities (
    agent_id   integer not null,
    name       text not null,
    level      integer not null,
    until_us   integer,                         -- null: for good
    primary key (name, agent_id)
) without rowid;

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
, priority_levels text not null default '[]', principal text, unavailable text not null default '[]', authorised text, good integer not null default 0, bad integer not null default 0, as_of_us integer not null default 0, score real not null default 0.5);

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

CREATE TABLE "buckets" (
    namespace text not null,
    kind      text not null,                    -- empty: of the namespace as a whole
    key       text not null,                    -- empty: of all tasks together
    full_us   integer not null,                 -- when the bucket of tokens is full
    primary key (namespace, kind, key)
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

CREATE TABLE dependencies (
    task_id    integer not null,
    depends_on integer not null,
    primary key (depends_on, task_id)
) without rowid;

CREATE TABLE drafts (
    task_id integer primary key,
    draft   text not null
);

CREATE TABLE error_details (
    task_id integer not null,
    epoch   integer not null,
    detail  text not null,
    primary key (task_id, epoch)
) without rowid;

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

CREATE TABLE facts (
    name  text primary key,
    value integer not null
) without rowid;

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

CREATE TABLE retained (
    state    integer not null,
    class_id integer not null,
    ended_us integer not null,
    task_id  integer not null,
    primary key (state, class_id, ended_us, task_id)
) without rowid;

CREATE TABLE reviews (
    task_id      integer not null,
    epoch        integer not null,
    reviewer_key text not null,
    reviewer     text not null,
    score        real not null,
    comment      text,
    at_us        integer not null,
    primary key (task_id, epoch, reviewer_key)
) without rowid;

CREATE TABLE run_steps (
    task_id integer primary key,
    run_id  integer not null,
    place   integer not null,                   -- no step depends on a later one, save on those added later
    name    text not null,
    role    integer not null,                   -- 0 step, 1 answer, 2 compensation, 3 end
    outcome integer not null,                   -- 0 none, 1 done, 2 failed, 3 skipped, 4 cancelled
    open    integer not null,                   -- predecessors that have not ended
    led     integer not null,                   -- predecessors that ended and were not skipped
    of_id   integer,                            -- answer, compensation: of which step
    asked   integer not null,                   -- overlapping: how many answers were asked for
    terms   text                                -- see Workflows/StepTerms.cs; null: the usual
);

CREATE TABLE runs (
    id             integer primary key autoincrement,
    namespace      text not null,
    code           text not null,
    workflow       text not null,
    version        integer not null,
    input          text not null,
    on_failure     integer not null,            -- 0 cancel_rest, 1 carry_on
    state          integer not null,            -- 0 running, 1 compensating, 2 done, 3 failed, 4 cancelled
    reason         text,
    steps          integer not null,
    open           integer not null,            -- steps that have not ended
    failed         integer not null,
    correlation_id text,
    started_us     integer not null,
    ended_us       integer
, cancelled integer not null default 0, batch integer not null default 0);

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
, group_name text, uniqueness text, limit_key text);

CREATE TABLE unique_keys (
    task_id   integer primary key,
    digest    blob not null,                    -- SHA-256 of scope and key or payload
    holds     integer not null,                 -- it has the key, until it ends or somebody takes it over
    unstarted integer not null,                 -- it has it only until it is first given to an agent
    until_us  integer);

CREATE TABLE workflows (
    namespace   text not null,
    name        text not null,
    version     integer not null,
    body        text not null,                  -- see Workflows/WorkflowJson.cs
    created_us  integer not null,
    primary key (namespace, name, version)
) without rowid;

CREATE INDEX agent_abilities_agent on agent_abilities (agent_id);

CREATE INDEX claims_key on claims (agent_id, key) where key is not null;

CREATE INDEX deadlines_due on deadlines (deadline_us);

CREATE INDEX deferred_until on deferred (until_us);

CREATE INDEX dependencies_task on dependencies (task_id, depends_on);

CREATE INDEX events_task on events (task_id) where task_id is not null;

CREATE INDEX handoffs_open on handoffs (confidence_score) where accepted_us is null and withdrawn_us is null;

CREATE INDEX handoffs_task on handoffs (task_id);

CREATE INDEX help_requests_open on help_requests (id)
where resolved_us is null and cancelled_us is null and closed_us is null;

CREATE INDEX help_requests_task on help_requests (task_id);

CREATE INDEX parked_until on parked (until_us) where until_us is not null;

CREATE INDEX relaxing_due on relaxing (due_us) where due_us is not null;

CREATE INDEX run_steps_aside on run_steps (run_id, place) where role <> 0;

CREATE UNIQUE INDEX run_steps_run on run_steps (run_id, place);

CREATE UNIQUE INDEX runs_code on runs (namespace, code);

CREATE INDEX runs_ended on runs (namespace, state, ended_us) where ended_us is not null;

CREATE INDEX schedules_due on schedules (next_us) where next_us is not null;

CREATE INDEX tasks_correlation on tasks (correlation_id) where correlation_id is not null;

CREATE INDEX tasks_group on tasks (group_name) where group_name is not null;

CREATE INDEX tasks_parent on tasks (parent_id) where parent_id is not null;

CREATE INDEX unique_keys_digest on unique_keys (substr(digest, 1, 8)) where holds;
