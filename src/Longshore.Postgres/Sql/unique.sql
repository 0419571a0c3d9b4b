-- Unique tasks; others have no row here.

-- name: unique_holders
select k.digest, k.task_id, k.unstarted, k.until_us, p.state, p.epoch, t.max_attempts, longshore.instant($2)
from longshore.unique_keys k
join longshore.tasks t on t.id = k.task_id
join lateral (select state, epoch from longshore.places where id = k.task_id) p on true
where k.digest = any ($1) and k.holds;

-- name: unique_drop_stale
select longshore.drop_stale_keys($1, '{}', $2);

-- name: unique_take
select longshore.take_keys($1, $2, $3);

-- name: tasks_replace
update longshore.tasks t
set payload = r.payload, priority = r.priority, ready_us = r.ready_us
from unnest($1, $2, $3, $4) as r (id, payload, priority, ready_us)
where t.id = r.id;

-- name: tasks_add_attempts
update longshore.tasks t
set max_attempts = r.max_attempts
from unnest($1, $2) as r (id, max_attempts)
where t.id = r.id;
