-- What stands between single tasks and agents, and what operators and the distributor decide.

-- name: kept_get
select until_us from kept_pairs where task_id = ?1 and agent_id = ?2;

-- name: kept_put
insert into kept_pairs (task_id, agent_id, until_us, cause) values (?1, ?2, ?3, ?4)
on conflict (task_id, agent_id) do update set until_us = excluded.until_us, cause = excluded.cause;

-- name: kept_list
select agent_id, until_us, cause from kept_pairs where task_id = ?1;

-- name: group_of_task
select group_name from tasks where id = ?1;

-- name: group_members
select c.id, c.class_id, c.agent_id, 0
from tasks t join claims c on c.id = t.id
where t.group_name = ?1 and t.id <> ?2
union all
select f.id, f.class_id, f.agent_id, 1
from tasks t join finished f on f.id = t.id
where t.group_name = ?1 and t.id <> ?2 and f.state = 8;

-- name: deadline_get
select deadline_us from deadlines where task_id = ?1;

-- name: draft_get
select draft from drafts where task_id = ?1;

-- name: draft_put
insert into drafts (task_id, draft) values (?1, ?2) on conflict (task_id) do update set draft = excluded.draft;

-- name: draft_remove
delete from drafts where task_id = ?1;

-- name: rules_put
insert into namespace_rules (namespace, rules) values (?1, ?2)
on conflict (namespace) do update set rules = excluded.rules;

-- name: breaker_get
select scope, agent_id, kind, task_id, failures, trips, last_failure_us, open_until_us, probe_task_id, probe_epoch
from breakers
where scope = ?1 and agent_id = ?2 and kind = ?3 and task_id = ?4;

-- name: breaker_put
insert into breakers (scope, agent_id, kind, task_id, failures, trips, last_failure_us, open_until_us, probe_task_id,
                      probe_epoch)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
on conflict (scope, agent_id, kind, task_id) do update set
    failures = excluded.failures, trips = excluded.trips, last_failure_us = excluded.last_failure_us,
    open_until_us = excluded.open_until_us, probe_task_id = excluded.probe_task_id, probe_epoch = excluded.probe_epoch;

-- name: breaker_remove
delete from breakers where scope = ?1 and agent_id = ?2 and kind = ?3 and task_id = ?4;

-- name: breakers_list
select scope, agent_id, kind, task_id, failures, trips, last_failure_us, open_until_us, probe_task_id, probe_epoch
from breakers
where (?1 is null or agent_id = ?1) and (?2 = 0 or open_until_us is not null);

-- name: breaker_of_task
select scope, agent_id, kind, task_id, failures, trips, last_failure_us, open_until_us, probe_task_id, probe_epoch
from breakers
where scope = 2 and agent_id = 0 and kind = '' and task_id = ?1;

-- name: guarded_place
select class_id from places where id = ?1;

-- name: breakers_old
select scope, agent_id, kind, task_id, failures, trips, last_failure_us, open_until_us, probe_task_id, probe_epoch
from breakers
where case scope when 2 then task_id not in (select id from places where state < 8)
                 else open_until_us is null and last_failure_us < ?1 end;

-- name: cursor_put
insert into cursors (namespace, name, agent) values (?1, ?2, ?3)
on conflict (namespace, name) do update set agent = excluded.agent;

-- name: cursors_list
select name, agent from cursors where namespace = ?1 order by name;

-- name: reclassify_task
update tasks set class_id = ?2 where id = ?1;
