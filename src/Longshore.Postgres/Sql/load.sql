-- How much work there is, for gauges: reads every narrow row that has not ended, so its answer is kept for a while.

-- name: load_by_namespace
select c.namespace, sum(s.ready)::bigint, sum(s.deferred)::bigint, sum(s.running)::bigint, min(s.oldest_us)
from (
    select class_id, count(*) as ready, 0 as deferred, 0 as running,
           min(rank + longshore.head_start_us(priority, failures, flags)) as oldest_us
    from longshore.ready
    group by class_id
    union all
    select class_id, 0, count(*), 0, null from longshore.deferred group by class_id
    union all
    select class_id, 0, count(*), 0, null from longshore.parked where until_us is not null group by class_id
    union all
    select class_id, 0, 0, count(*), null from longshore.claims group by class_id
) s
join longshore.classes c on c.id = s.class_id
group by c.namespace
order by c.namespace collate "C";

-- name: ready_by_kind
select c.namespace, c.kind, sum(s.ready)::bigint, min(s.oldest_us)
from (
    select class_id, count(*) as ready,
           min(rank + longshore.head_start_us(priority, failures, flags)) as oldest_us
    from longshore.ready
    group by class_id
) s
join longshore.classes c on c.id = s.class_id
where c.namespace = any ($1)
group by c.namespace, c.kind
order by c.namespace collate "C", c.kind collate "C";
