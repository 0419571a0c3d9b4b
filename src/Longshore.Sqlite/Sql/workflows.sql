-- Workflows and their runs.

-- name: workflow_get
select body from workflows
where namespace = ?1 and name = ?2 and (?3 is null or version = ?3)
order by version desc
limit 1;

-- name: workflow_stored
select body from workflows where namespace = ?1 and name = ?2 and version = ?3;

-- name: workflow_add
insert into workflows (namespace, name, version, body, created_us) values (?1, ?2, ?3, ?4, ?5);

-- name: workflows_list
select namespace, name, body, max(version)
from workflows
where (namespace, name) > (?2, ?3) and (?1 is null or namespace = ?1)
group by namespace, name
order by namespace, name
limit ?4;

-- name: run_add
insert into runs (namespace, code, workflow, version, input, on_failure, state, reason, steps, open, failed,
                  correlation_id, started_us, batch)
values (?1, ?2, ?3, ?4, ?5, ?6, 0, null, ?7, ?10, 0, ?8, ?9, ?11)
returning id;

-- name: run_set
update runs
set state = ?2, reason = ?3, steps = ?4, open = ?5, failed = ?6, ended_us = ?7, cancelled = ?8, batch = ?9
where id = ?1;

-- name: run_get
select id, namespace, code, workflow, version, input, on_failure, state, reason, steps, open, failed, correlation_id,
       started_us, ended_us, cancelled, batch
from runs where id = ?1;

-- name: run_find
select id from runs where namespace = ?1 and code = ?2;

-- name: runs_list
select id, namespace, code, workflow, version, input, on_failure, state, reason, steps, open, failed, correlation_id,
       started_us, ended_us, cancelled, batch
from runs
where (?1 is null or namespace = ?1) and (?2 is null or workflow = ?2) and (?3 is null or state = ?3)
  and (?4 is null or id < ?4) and (batch > 0) = ?6 and (?7 is null or (ended_us is not null) = ?7)
order by id desc
limit ?5;

-- name: run_step_add
insert into run_steps (task_id, run_id, place, name, role, outcome, open, led, of_id, asked, terms)
values (?1, ?2, ?3, ?4, ?5, 0, ?6, 0, ?7, 0, ?8);

-- name: run_step_set
update run_steps set outcome = ?2, open = ?3, led = ?4, asked = ?5 where task_id = ?1;

-- name: members_done
update run_steps set outcome = 1 where task_id in (select value from json_each(?1));

-- name: run_step_get
select task_id, run_id, place, name, role, outcome, open, led, of_id, asked, terms
from run_steps where task_id = ?1;

-- name: run_step_part
select s.run_id, s.name, s.role, r.batch
from run_steps s join runs r on r.id = s.run_id
where s.task_id = ?1;

-- name: run_steps_list
select task_id, run_id, place, name, role, outcome, open, led, of_id, asked, terms
from run_steps where run_id = ?1 order by place;

-- name: run_steps_aside
select task_id, run_id, place, name, role, outcome, open, led, of_id, asked, terms
from run_steps where run_id = ?1 and role <> 0 order by place;

-- name: members_list
select task_id, run_id, place, name, role, outcome, open, led, of_id, asked, terms
from run_steps
where run_id = ?1 and place > ?2 and (role <> 0) = ?3 and (?4 is null or outcome = ?4)
order by place
limit ?5;

-- name: dependency_add
insert into dependencies (task_id, depends_on) values (?1, ?2);

-- name: dependents_of
select task_id from dependencies where depends_on = ?1 order by task_id;

-- name: predecessors_of
select depends_on from dependencies where task_id = ?1 order by depends_on;

-- name: predecessors_list
select d.task_id, d.depends_on
from run_steps s join dependencies d on d.task_id = s.task_id
where s.run_id = ?1
order by d.task_id, d.depends_on;

-- name: step_inputs
select s.name, f.result
from dependencies d join run_steps s on s.task_id = d.depends_on join finished f on f.id = d.depends_on
where d.task_id = ?1 and s.outcome = 1
order by s.place;

-- name: run_is_live
select 1 from run_steps s
where s.run_id = ?1 and not exists (select 1 from finished f where f.id = s.task_id)
limit 1;

-- name: batch_is_live
select 1 from run_steps s
where s.run_id = ?1 and s.role <> 0 and not exists (select 1 from finished f where f.id = s.task_id)
limit 1;

-- name: batch_tasks_first
select task_id from run_steps where run_id = ?1 order by place limit ?2;

-- name: run_step_delete
delete from run_steps where task_id = ?1;

-- name: run_delete_dependencies
delete from dependencies where task_id in (select task_id from run_steps where run_id = ?1);

-- name: run_delete_steps
delete from run_steps where run_id = ?1;

-- name: run_delete
delete from runs where id = ?1;

-- name: task_payload_set
update tasks set payload = ?2 where id = ?1;
