-- How much work there is, for gauges: reads every narrow row that has not ended, so its answer is kept for a while.

-- name: load_by_namespace
select c.namespace, sum(s.ready)::bigint, sum(s.deferred)::bigint, sum(s.running)::bigint, min(s.oldest_us)
from (
    -- When a task became available is its rank plus its credit of half hours (see Urgency); flag 4: it has a parent.
    select class_id, count(*) as ready, 0 as deferred, 0 as running,
           min(rank + (10 * priority - least(50, 10 * failures) + case when flags & 4 > 0 then 10 else 0 end)
               * 1800000000::bigint) as oldest_us
    from longshore.ready
    group by class_id
    union all
    select class_id, 0, count(*), 0, null from longshore.deferred group by class_id
    union all
    select class_id, 0, 0, count(*), null from longshore.claims group by class_id
) s
join longshore.classes c on c.id = s.class_id
group by c.namespace
order by c.namespace collate "C";
