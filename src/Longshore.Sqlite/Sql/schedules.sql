-- Schedules.

-- name: schedule_get
select version, definition, next_us, last_us, last_task_id, ticks from schedules where namespace = ?1 and name = ?2;

-- name: schedules_list
select version, definition, next_us, last_us, last_task_id, ticks
from schedules
where (namespace, name) > (?2, ?3) and (?1 is null or namespace = ?1)
order by namespace, name
limit ?4;

-- name: schedule_put
insert into schedules (namespace, name, version, definition, next_us, ticks)
select ?1, ?2, ?5 + 1, ?3, ?4, 0
where ?5 = coalesce((select version from schedules where namespace = ?1 and name = ?2), 0)
on conflict (namespace, name) do update
set version = excluded.version, definition = excluded.definition, next_us = excluded.next_us;

-- name: schedule_remove
delete from schedules where namespace = ?1 and name = ?2;

-- name: schedules_due
select version, definition, next_us, last_us, last_task_id, ticks
from schedules
where next_us <= ?1
order by next_us
limit ?2;

-- name: schedule_next
select min(next_us) from schedules where next_us is not null;

-- name: schedule_advance
update schedules
set next_us = ?4, last_us = coalesce(?5, last_us), last_task_id = coalesce(?6, last_task_id), ticks = ticks + ?7
where namespace = ?1 and name = ?2 and next_us = ?3;
