-- The event log. A reader stays below the lowest number that a running transaction may still write: those that may
-- have announced it by a lock before they took it. The end of the sequence is looked up before the locks, so whoever
-- announces later takes higher numbers. What a batch names is looked up by key, one by one: a join would read all
-- tasks for each batch.

-- name: events_after
select e.seq, e.at_us, e.type, e.actor_type, e.actor, e.task_id, e.payload,
       coalesce(e.correlation_id, (select t.correlation_id from longshore.tasks t where t.id = e.task_id)),
       e.tasks, e.epochs,
       case when e.agents is not null then array(
           select coalesce((select a.name from longshore.agents a where a.id = i.id), '')
           from unnest(e.agents) with ordinality i (id, n) order by i.n) end,
       e.states,
       case when e.tasks is not null then array(
           select (select t.correlation_id from longshore.tasks t where t.id = i.id)
           from unnest(e.tasks) with ordinality i (id, n) order by i.n) end
from longshore.events_between($1, $2, $3) e
order by e.seq;

-- name: events_of_types
select e.seq, e.at_us, e.type, e.actor_type, e.actor, e.task_id, e.payload,
       coalesce(e.correlation_id, (select t.correlation_id from longshore.tasks t where t.id = e.task_id)),
       e.tasks, e.epochs,
       case when e.agents is not null then array(
           select coalesce((select a.name from longshore.agents a where a.id = i.id), '')
           from unnest(e.agents) with ordinality i (id, n) order by i.n) end,
       e.states,
       case when e.tasks is not null then array(
           select (select t.correlation_id from longshore.tasks t where t.id = i.id)
           from unnest(e.tasks) with ordinality i (id, n) order by i.n) end
from longshore.events e
where e.seq > $1 and e.seq <= $2 and e.type = any ($3)
order by e.seq
limit $4;

-- name: events_end
select longshore.events_bound();

-- name: history_task
select created_us, correlation_id from longshore.tasks where id = $1;

-- name: history_claims
select c.epoch, a.name, c.granted_us, null::bigint, null::smallint
from longshore.claims c
join longshore.agents a on a.id = c.agent_id
where c.id = $1
union all
select e.epoch, a.name, e.granted_us, e.ended_us, e.outcome
from longshore.ended_claims e
join longshore.agents a on a.id = e.agent_id
where e.task_id = $1;

-- name: history_events
select epoch, at_us, type, actor_type, actor, payload from longshore.events where task_id = $1 order by seq;

-- name: bookmark_get
select position from longshore.bookmarks where name = $1;

-- name: bookmark_set
insert into longshore.bookmarks (name, position) values ($1, $2)
on conflict (name) do update set position = excluded.position;
