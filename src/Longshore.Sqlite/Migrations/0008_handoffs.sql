-- Passing tasks on, and asking for help.

alter table classes add column target text;     -- to whom a task is handed off: sql>=3, or @agent
alter table claims add column paused_us integer not null default 0;     -- blocked: how long its lease will be

-- flags of the stage tables, beside the former: 2048 handed off and not taken, 4096 was handed off.
-- status of claims: 19 blocked. cause of kept_pairs: 3 handed off, which keeps the agent's whole principal from it.

create table handoffs (
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
create index handoffs_task on handoffs (task_id);
create index handoffs_open on handoffs (confidence_score) where accepted_us is null and withdrawn_us is null;

create table help_requests (
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
create index help_requests_task on help_requests (task_id);
create index help_requests_open on help_requests (id)
where resolved_us is null and cancelled_us is null and closed_us is null;

drop view places;

-- Where every task is, for queries by id.
create view places as
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
