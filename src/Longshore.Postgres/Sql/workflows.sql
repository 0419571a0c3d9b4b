-- Workflows and their runs.

-- name: workflow_get
select body from longshore.workflows
where namespace = $1 and name = $2 and ($3::integer is null or version = $3)
order by version desc
limit 1;

-- name: workflow_add
insert into longshore.workflows (namespace, name, version, body, created_us)
values ($1, $2, $3, $4, longshore.instant($5))
on conflict do nothing
returning version;

-- name: workflows_list
select distinct on (namespace collate "C", name collate "C") body
from longshore.workflows
where (namespace collate "C", name collate "C") > ($2, $3) and ($1::text is null or namespace = $1)
order by namespace collate "C", name collate "C", version desc
limit $4;

-- name: run_get
select id, namespace, code, workflow, version, input, on_failure, state, reason, steps, open, failed, correlation_id,
       started_us, ended_us, plain, cancelled, batch
from longshore.runs where id = $1;

-- name: run_find
select id from longshore.runs where namespace = $1 and code = $2;

-- name: runs_list
select id, namespace, code, workflow, version, input, on_failure, state, reason, steps, open, failed, correlation_id,
       started_us, ended_us, plain, cancelled, batch
from longshore.runs
where ($1::text is null or namespace = $1) and ($2::text is null or workflow = $2)
  and ($3::integer is null or state = $3) and ($4::bigint is null or id < $4) and (batch > 0) = $6
  and ($7::boolean is null or (ended_us is not null) = $7)
order by id desc
limit $5;

-- name: runs_lock
select id, namespace, code, workflow, version, input, on_failure, state, reason, steps, open, failed, correlation_id,
       started_us, ended_us, plain, cancelled, batch
from longshore.lock_runs($1, $2);

-- name: run_steps_of_tasks
select task_id, run_id, place, name, role, outcome, open, led, of_id, asked, terms
from longshore.run_steps where task_id = any ($1);

-- name: run_steps_after
select s.task_id, s.run_id, s.place, s.name, s.role, s.outcome, s.open, s.led, s.of_id, s.asked, s.terms
from longshore.run_steps s
where s.task_id in (select d.task_id from longshore.dependencies d where d.depends_on = any ($1));

-- name: dependencies_after
select task_id, depends_on from longshore.dependencies where depends_on = any ($1) order by task_id, depends_on;

-- name: run_steps_aside
select task_id, run_id, place, name, role, outcome, open, led, of_id, asked, terms
from longshore.run_steps where run_id = any ($1) and role <> 0 order by run_id, place;

-- name: members_list
select task_id, run_id, place, name, role, outcome, open, led, of_id, asked, terms
from longshore.run_steps
where run_id = $1 and place > $2 and (role <> 0) = $3 and ($4::integer is null or outcome = $4)
order by place
limit $5;

-- name: run_steps_of
select task_id, run_id, place, name, role, outcome, open, led, of_id, asked, terms
from longshore.run_steps where run_id = any ($1) order by run_id, place;

-- name: dependencies_of
select d.task_id, d.depends_on
from longshore.run_steps s join longshore.dependencies d on d.task_id = s.task_id
where s.run_id = any ($1)
order by d.task_id, d.depends_on;

-- name: scores_of_answerers
select a.name, s.good, s.bad
from longshore.agents a join longshore.agent_states s on s.agent_id = a.id
where a.id in (
    select f.agent_id from longshore.run_steps r join longshore.finished f on f.id = r.task_id
    where r.run_id = any ($1) and r.role = 1
    union
    select c.agent_id from longshore.run_steps r join longshore.claims c on c.id = r.task_id
    where r.run_id = any ($1) and r.role = 1);

-- name: runs_add
insert into longshore.runs (namespace, code, workflow, version, input, on_failure, state, steps, open, failed, plain,
                            correlation_id, started_us)
select n.namespace, n.code, n.workflow, n.version, n.input, n.on_failure, 0, n.steps, n.steps, 0, n.plain,
       n.correlation_id, (select longshore.instant($10))
from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9)
    as n (namespace, code, workflow, version, input, on_failure, steps, plain, correlation_id)
-- A code that is known to be taken uses up no id.
where not exists (select 1 from longshore.runs r where r.namespace = n.namespace and r.code = n.code)
on conflict (namespace, code) do nothing
returning namespace, code, id, started_us;

-- name: runs_start
with free as materialized (
    select longshore.instant($30) as now_us where longshore.are_run_codes_free($33, $34)
), new as materialized (
    select free.now_us, longshore.insert_tasks(
        $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24,
        $25, $26, $27, $28, $29, free.now_us, $31, $32) as ids
    from free
)
select longshore.start_runs(
           new.ids, $33, $34, $35, $36, $37, $38, $39, $40, $41, $42, $43, $44, $45, $46, $47, $48, $49, $50, $51, $52,
           new.now_us),
       new.ids, new.now_us
from new;

-- name: batch_add
insert into longshore.runs (namespace, code, workflow, version, input, on_failure, state, steps, open, failed, plain,
                            correlation_id, started_us, batch)
values ($1, $2, '', 0, $3, 1, 0, $4, $5, 0, true, $6, longshore.instant($7), $8)
on conflict (namespace, code) do nothing
returning id, started_us;

-- name: runs_started_note
insert into longshore.events (seq, at_us, type, actor_type, actor, payload, correlation_id)
select nextval('longshore.event_seq'), $1, 'run_started', 1, 'longshore', n.payload, n.correlation_id
from longshore.announce_events(), unnest($2, $3) with ordinality as n (payload, correlation_id, place)
order by n.place;

-- name: runs_set
update longshore.runs r
set state = n.state, reason = n.reason, steps = n.steps, open = n.open, failed = n.failed, ended_us = n.ended_us,
    cancelled = n.cancelled, batch = n.batch
from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9)
    as n (id, state, reason, steps, open, failed, ended_us, cancelled, batch)
where r.id = n.id;

-- name: run_not_plain
update longshore.runs set plain = false where id = $1;

-- name: run_steps_add
insert into longshore.run_steps (task_id, run_id, place, name, role, outcome, open, led, of_id, asked, terms)
select task_id, run_id, place, name, role, 0, open, 0, of_id, asked, terms
from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9) as n (task_id, run_id, place, name, role, open, of_id, asked, terms);

-- name: run_steps_set
update longshore.run_steps s
set outcome = n.outcome, open = n.open, led = n.led, asked = n.asked
from unnest($1, $2, $3, $4, $5) as n (task_id, outcome, open, led, asked)
where s.task_id = n.task_id;

-- name: dependencies_add
insert into longshore.dependencies (task_id, depends_on) select * from unnest($1, $2);

-- New steps that wait.
-- name: run_park
with gone as (
    delete from longshore.ready where id = any ($1) returning *
), still as (
    update longshore.relaxing set due_us = null where task_id = any ($1)
)
insert into longshore.parked (id, class_id, rank, epoch, attempts, failures, priority, flags, state, until_us)
select id, class_id, rank, epoch, attempts, failures, priority, flags | 8192, 0, null from gone;

-- New steps that can be claimed at once.
-- name: run_first
with again as (
    update longshore.relaxing set due_us = $2 where task_id = any ($1)
)
update longshore.ready set flags = flags | 8192 where id = any ($1);

-- New tasks of a batch, where their submission put them.
-- name: members_mark
with later as (
    update longshore.deferred set flags = flags | 8192 where id = any ($1)
)
update longshore.ready set flags = flags | 8192 where id = any ($1);

-- name: tasks_fill
update longshore.tasks t set payload = n.payload from unnest($1, $2) as n (id, payload) where t.id = n.id;

-- name: tasks_ready_note
insert into longshore.events (seq, at_us, type, actor_type, actor, count, tasks)
select nextval('longshore.event_seq'), longshore.instant($1), 'task_ready', 1, 'longshore', cardinality($2), $2
from longshore.announce_events();
