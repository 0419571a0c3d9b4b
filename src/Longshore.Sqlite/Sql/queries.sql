-- Reads, on connections of their own.

-- name: task_place
select id, class_id, rank, epoch, attempts, failures, priority, flags, state, until_us, agent_id, lease_us, progress,
       ended_us, result, error
from places
where id = ?1;

-- name: task_last_error
select error from assignments where task_id = ?1 and error is not null order by epoch desc limit 1;

-- name: list_ids
select s.id
from /* stage */ tasks s
join tasks t on t.id = s.id
join classes c on c.id = t.class_id
where (?1 is null or c.namespace = ?1)
  and (?2 is null or c.kind = ?2)
  and (?3 is null or t.priority >= ?3)
  and (?4 is null or exists (select 1 from json_each(t.tags) where value = ?4))
  and coalesce(t.code, 't-' || t.id) not in (select value from json_each(?5))
  /* where */
order by s.id /* direction */
limit ?6;

-- name: where_after
  and s.id > ?7

-- name: where_before
  and s.id < ?7

-- name: where_parent
  and t.parent_id = ?8

-- name: where_correlation
  and t.correlation_id = ?9

-- name: where_agent
  and s.agent_id = (select id from agents where name = ?10)

-- name: where_state
  and s.state in (select value from json_each(?11))

-- name: where_held
  and case s.status when 16 then 2 when 19 then 4 else 3 end in (select value from json_each(?11))

-- name: where_queued
  and case when s.flags & 2048 then 6 else 1 end in (select value from json_each(?11))

-- name: count_by_state
select case when s.flags & 2048 then 6 else 1 end, c.namespace, count(*)
from ready s join classes c on c.id = s.class_id
group by 1, c.namespace
union all
select case when s.flags & 2048 then 6 else 1 end, c.namespace, count(*)
from deferred s join classes c on c.id = s.class_id
group by 1, c.namespace
union all
select case s.status when 16 then 2 when 19 then 4 else 3 end, c.namespace, count(*)
from claims s join classes c on c.id = s.class_id
group by 1, c.namespace
union all
select s.state, c.namespace, count(*) from parked s join classes c on c.id = s.class_id group by s.state, c.namespace
union all
select s.state, c.namespace, count(*) from finished s join classes c on c.id = s.class_id group by s.state, c.namespace;

-- When a task became available is its rank plus its head start (see Urgency): a thousand days for each level of
-- priority (flag 128), or its credit of half hours (flag 4: it has a parent; flag 2048: it is handed off).
-- name: ready_since
select s.id, c.namespace, s.priority,
       s.rank + case when s.flags & 128 then s.priority * 86400000000000
                     else (10 * s.priority - min(50, 10 * s.failures) + case when s.flags & 4 then 10 else 0 end
                           + case when s.flags & 2048 then 10 else 0 end) * 1800000000 end as available_us
from ready s
join classes c on c.id = s.class_id
where s.id > ?1 and available_us <= ?2
order by s.id
limit ?3;
