-- The event log. A reader stays below the lowest number that a running transaction may still write: those that may
-- have announced it by a lock before they took it. The end of the sequence is looked up before the locks, so whoever
-- announces later takes higher numbers. What a batch names is looked up by key, one by one: a join would read all
-- tasks for each batch. Of the row that a reader stopped in, only what comes after is told, and of none more than it
-- asks for.

-- name: events_after
select e.seq, e.at_us, e.type, e.actor_type, e.actor, e.task_id, e.payload,
       coalesce(e.correlation_id, (select t.correlation_id from longshore.tasks t where t.id = e.task_id)),
       e.tasks[e.low:e.high], e.epochs[e.low:e.high],
       case when e.agents is not null then array(
           select coalesce((select a.name from longshore.agents a where a.id = i.id), '')
           from unnest(e.agents[e.low:e.high]) with ordinality i (id, n) order by i.n) end,
       e.states[e.low:e.high],
       case when e.tasks is not null then array(
           select (select t.correlation_id from longshore.tasks t where t.id = i.id)
           from unnest(e.tasks[e.low:e.high]) with ordinality i (id, n) order by i.n) end,
       e.low - 1
from (select b.*, c.low, c.low + $2::integer as high
      from longshore.events_between($1, $2, $3) b
      cross join lateral (select case when b.seq = $1 + 1 then $3::integer + 1 else 1 end as low) c) e
order by e.seq;

-- name: events_of_types
select e.seq, e.at_us, e.type, e.actor_type, e.actor, e.task_id, e.payload,
       coalesce(e.correlation_id, (select t.correlation_id from longshore.tasks t where t.id = e.task_id)),
       e.tasks[e.low:e.high], e.epochs[e.low:e.high],
       case when e.agents is not null then array(
           select coalesce((select a.name from longshore.agents a where a.id = i.id), '')
           from unnest(e.agents[e.low:e.high]) with ordinality i (id, n) order by i.n) end,
       e.states[e.low:e.high],
       case when e.tasks is not null then array(
           select (select t.correlation_id from longshore.tasks t where t.id = i.id)
           from unnest(e.tasks[e.low:e.high]) with ordinality i (id, n) order by i.n) end,
       e.low - 1
from (select b.*, c.low, c.low + $4::integer as high
      from (select n.*, sum(n.count) over (order by n.seq) - n.count as before
            from longshore.events n
            where n.seq > $1 and n.seq <= $2 and n.type = any ($3)
            order by n.seq
            limit $4) b
      cross join lateral (select case when b.seq = $1 + 1 then $5::integer + 1 else 1 end as low) c
      where b.before < $4 + $5) e
order by e.seq;

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
