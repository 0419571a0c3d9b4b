-- The event log.

-- name: event_add
insert into events (at_us, type, actor_type, actor, task_id, epoch, payload, correlation_id, items)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9);

-- name: events_after
select seq, at_us, type, actor_type, actor, task_id, payload, correlation_id, items
from events
where seq > ?1
order by seq
limit ?2;

-- name: events_of_task
select seq, at_us, type, actor_type, actor, epoch, payload, correlation_id
from events
where task_id = ?1
order by seq;

-- name: events_end
select coalesce(max(seq), 0) from events;

-- name: event_correlation
select correlation_id from tasks where id = ?1;

-- name: events_of_types
select seq, at_us, type, actor_type, actor, task_id, payload, correlation_id, items
from events
where seq > ?1 and seq <= ?2 and type in (select value from json_each(?3))
order by seq
limit ?4;

-- name: bookmark_get
select value from counters where name = ?1;

-- name: bookmark_set
insert into counters (name, value) values (?1, ?2) on conflict (name) do update set value = excluded.value;
