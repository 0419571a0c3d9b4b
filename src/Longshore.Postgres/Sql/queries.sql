-- Reads.

-- name: tasks_read
select p.id, p.class_id, p.rank, p.epoch, p.attempts, p.failures, p.priority, p.flags, p.state, p.stage, p.until_us,
       a.name, p.lease_us, p.progress, p.ended_us, p.result, p.error,
       longshore.last_error(p.id),
       (select d.body from longshore.drafts d where p.flags & 256 <> 0 and d.task_id = p.id), t.created_us,
       t.payload, t.code, t.name, t.description, t.confidence_threshold, t.ready_us, t.deadline_us,
       t.timeout_us, t.max_attempts, t.backoff, t.backoff_us, t.backoff_cap_us, t.late, t.effort_us, t.parent_id,
       t.workflow, t.workflow_cursor, t.tags, t.metadata, t.correlation_id, t.idempotency_key,
       (select g.name from longshore.groups g where g.id = t.group_id),
       case when p.flags & 1024 <> 0 then longshore.relaxation(p.id, p.flags) end,
       case when p.flags & 16384 <> 0 then (select k.body from longshore.unique_keys k where k.task_id = p.id) end,
       case when p.flags & 8192 <> 0 then longshore.run_part(p.id, false) end, t.limit_key
from longshore.tasks t
join lateral (select * from longshore.places where id = t.id) p on true
left join longshore.agents a on a.id = p.agent_id
where t.id = any ($1);

-- name: task_find
select task_id from longshore.codes where namespace = $1 and code = $2
union all
select t.id from longshore.tasks t join longshore.classes c on c.id = t.class_id
where t.id = $3 and t.code is null and c.namespace = $1
limit 1;

-- name: assignments_list
select e.epoch, a.name, e.granted_us, e.ended_us, e.outcome, e.error, e.reason, d.detail
from longshore.ended_claims e
join longshore.agents a on a.id = e.agent_id
left join longshore.error_details d on d.task_id = e.task_id and d.epoch = e.epoch
where e.task_id = $1
order by e.epoch;

-- name: list_ids
select s.id
from longshore.tasks s /* stage */
join longshore.tasks t on t.id = s.id
join longshore.classes c on c.id = t.class_id
where ($1::text is null or c.namespace = $1)
  and ($2::text is null or c.kind = $2)
  and ($3::integer is null or t.priority >= $3)
  and ($4::text is null or $4 = any (t.tags))
  and not coalesce(t.code, 't-' || t.id) = any ($5)
  and ($7::bigint is null or s.id > $7)
  and ($8::bigint is null or t.parent_id = $8)
  and ($9::text is null or t.correlation_id = $9) /* where */
order by s.id
limit $6;

-- name: list_ids_descending
select s.id
from longshore.tasks s /* stage */
join longshore.tasks t on t.id = s.id
join longshore.classes c on c.id = t.class_id
where ($1::text is null or c.namespace = $1)
  and ($2::text is null or c.kind = $2)
  and ($3::integer is null or t.priority >= $3)
  and ($4::text is null or $4 = any (t.tags))
  and not coalesce(t.code, 't-' || t.id) = any ($5)
  and ($7::bigint is null or s.id < $7)
  and ($8::bigint is null or t.parent_id = $8)
  and ($9::text is null or t.correlation_id = $9) /* where */
order by s.id desc
limit $6;

-- name: where_agent
 and s.agent_id = (select id from longshore.agents where name = $10)

-- name: where_state
 and s.state = any ($11)

-- name: where_status
 and case s.status when 16 then 2 when 19 then 4 else 3 end = any ($11)

-- name: where_queued
 and case when s.flags & 2048 <> 0 then 6 else 1 end = any ($11)

-- name: count_by_state
select n.state, sum(n.tasks)::bigint
from (
    select case when flags & 2048 <> 0 then 6 else 1 end as state, class_id, count(*) as tasks
    from longshore.ready
    group by 1, class_id
    union all
    select case when flags & 2048 <> 0 then 6 else 1 end, class_id, count(*)
    from longshore.deferred
    group by 1, class_id
    union all
    select case status when 16 then 2 when 19 then 4 else 3 end, class_id, count(*)
    from longshore.claims
    group by 1, class_id
    union all select state, class_id, count(*) from longshore.parked group by state, class_id
    union all select state, class_id, count(*) from longshore.finished group by state, class_id
) n
join longshore.classes c on c.id = n.class_id
where $1::text is null or c.namespace = $1
group by n.state;

-- name: discover
select r.id, r.class_id, r.rank, r.epoch, r.attempts, r.failures, r.priority, r.flags, t.created_us, t.payload, t.code,
       t.name, t.description, t.confidence_threshold, t.ready_us, t.deadline_us, t.timeout_us, t.max_attempts,
       t.backoff, t.backoff_us, t.backoff_cap_us, t.late, t.effort_us, t.parent_id, t.workflow, t.workflow_cursor,
       t.tags, t.metadata, t.correlation_id, t.idempotency_key,
       (select g.name from longshore.groups g where g.id = t.group_id), longshore.last_error(r.id),
       (select d.body from longshore.drafts d where r.flags & 256 <> 0 and d.task_id = r.id),
       case when r.flags & 1024 <> 0 then longshore.relaxation(r.id, r.flags) end,
       case when r.flags & 16384 <> 0 then (select k.body from longshore.unique_keys k where k.task_id = r.id) end,
       case when r.flags & 8192 <> 0 then longshore.run_part(r.id, false) end, t.limit_key
from longshore.open_classes($2, $7) o
cross join lateral longshore.browse($1, o.classes, $3, $4, $5, $6, $7, $8, $9, $10) b
join longshore.ready r on r.id = b.id
join longshore.tasks t on t.id = b.id
order by r.rank, r.id;

-- name: ready_since
select s.id, c.namespace, s.priority, s.available_us
from (
    select id, class_id, priority, rank + longshore.head_start_us(priority, failures, flags) as available_us
    from longshore.ready
    where id > $1
    order by id
) s
join longshore.classes c on c.id = s.class_id
where s.available_us <= longshore.instant($3) - $2
order by s.id
limit $4;
