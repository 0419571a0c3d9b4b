-- How much work there is, for gauges: reads every narrow row that has not ended, so its answer is kept for a while.

-- name: load_by_namespace
select c.namespace, sum(s.ready), sum(s.deferred), sum(s.running), min(s.oldest_us)
from (
    -- When a task became available is its rank plus its head start (see Urgency): a thousand days for each level of
    -- priority (flag 128), or its credit of half hours (flag 4: it has a parent; flag 2048: it is handed off).
    select class_id, count(*) as ready, 0 as deferred, 0 as running,
           min(rank + case when flags & 128 then priority * 86400000000000
                      else (10 * priority - min(50, 10 * failures) + case when flags & 4 then 10 else 0 end
                            + case when flags & 2048 then 10 else 0 end) * 1800000000 end) as oldest_us
    from ready
    group by class_id
    union all
    select class_id, 0, count(*), 0, null from deferred group by class_id
    union all
    select class_id, 0, 0, count(*), null from claims group by class_id
) s
join classes c on c.id = s.class_id
group by c.namespace
order by c.namespace;

-- name: ready_by_kind
select c.namespace, c.kind, sum(s.ready), min(s.oldest_us)
from (
    select class_id, count(*) as ready,
           min(rank + case when flags & 128 then priority * 86400000000000
                      else (10 * priority - min(50, 10 * failures) + case when flags & 4 then 10 else 0 end
                            + case when flags & 2048 then 10 else 0 end) * 1800000000 end) as oldest_us
    from ready
    group by class_id
) s
join classes c on c.id = s.class_id
where c.namespace in (select value from json_each(?1))
group by c.namespace, c.kind
order by c.namespace, c.kind;
