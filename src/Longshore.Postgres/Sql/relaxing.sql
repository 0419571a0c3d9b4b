-- Tasks whose requirements relax with waiting time; others have no row here.

-- name: relaxing_due
select task_id from longshore.relaxing where due_us <= longshore.instant($1) order by due_us, task_id limit $2;

-- name: relaxing_next
select min(due_us) from longshore.relaxing where due_us is not null;

-- name: relaxing_get
select task_id, step, due_us, skipped, steps from longshore.relaxing where task_id = any ($1);

-- The tasks have been locked: they are where they were.
-- name: relaxing_set
with m as (
    select * from unnest($1, $2, $3, $4, $5) as m (id, class_id, step, due_us, skipped)
), ready as (
    update longshore.ready s set class_id = m.class_id from m where s.id = m.id and s.class_id <> m.class_id
), deferred as (
    update longshore.deferred s set class_id = m.class_id from m where s.id = m.id and s.class_id <> m.class_id
), claims as (
    update longshore.claims s set class_id = m.class_id from m where s.id = m.id and s.class_id <> m.class_id
), parked as (
    update longshore.parked s set class_id = m.class_id from m where s.id = m.id and s.class_id <> m.class_id
)
update longshore.relaxing x set step = m.step, due_us = m.due_us, skipped = m.skipped from m where x.task_id = m.id;

-- name: relaxing_again
update longshore.relaxing set due_us = $2 where task_id = any ($1);

-- name: relaxing_remove
delete from longshore.relaxing where task_id = any ($1);

-- name: relaxing_groups
select min(x.task_id), x.step, count(*)::integer, max(case when g.is_kept then 1 else 0 end)
from longshore.relaxing x
join longshore.ready r on r.id = x.task_id
cross join lateral (
    select r.flags & 64 <> 0 and exists (select from longshore.kept k where k.task_id = r.id) as is_kept
) g
where x.due_us is not null
group by r.class_id, r.priority, x.step, x.steps, case when g.is_kept then x.task_id end
order by 1
limit $1;

-- The tasks like one that is at a step, with itself.
-- name: relaxing_alike
select x.task_id
from longshore.relaxing one
join longshore.ready place on place.id = one.task_id
join longshore.relaxing x on x.step = one.step and x.steps = one.steps
join longshore.ready r on r.id = x.task_id and r.class_id = place.class_id and r.priority = place.priority
where one.task_id = $1 and one.step = $2 and one.due_us is not null and x.due_us is not null
  and (x.task_id = $1
       or (place.flags | r.flags) & 64 = 0
       or not exists (select from longshore.kept k where k.task_id in (place.id, r.id)))
order by x.task_id
limit $3;
