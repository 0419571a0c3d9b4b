-- Tasks whose requirements relax with waiting time; others have no row here.

-- name: relaxing_add
insert into relaxing (task_id, step, due_us, skipped, steps) values (?1, ?2, ?3, ?4, ?5);

-- name: relaxing_get
select step, due_us, skipped, steps from relaxing where task_id = ?1;

-- name: relaxing_read
select step, due_us, skipped, steps from relaxing where task_id = ?1;

-- name: relaxing_set
update relaxing set step = ?2, due_us = ?3, skipped = ?4 where task_id = ?1;

-- name: relaxing_again
update relaxing set due_us = ?2 where task_id = ?1;

-- name: relaxing_remove
delete from relaxing where task_id = ?1;

-- name: relaxing_due
select task_id from relaxing where due_us <= ?1 order by due_us, task_id limit ?2;

-- name: relaxing_next
select min(due_us) from relaxing where due_us is not null;

-- name: relaxing_groups
select min(x.task_id), x.step, count(*),
       max(r.flags & 64 and exists (select 1 from kept_pairs k where k.task_id = r.id))
from relaxing x join ready r on r.id = x.task_id
where x.due_us is not null
group by r.class_id, r.priority, x.step, x.steps,
         case when r.flags & 64 and exists (select 1 from kept_pairs k where k.task_id = r.id) then x.task_id end
order by 1
limit ?1;

-- The tasks like one that is at a step, with itself.
-- name: relaxing_alike
select x.task_id
from relaxing one
join ready place on place.id = one.task_id
join relaxing x on x.step = one.step and x.steps = one.steps
join ready r on r.id = x.task_id and r.class_id = place.class_id and r.priority = place.priority
where one.task_id = ?1 and one.step = ?2 and one.due_us is not null and x.due_us is not null
  and (x.task_id = ?1
       or (place.flags | r.flags) & 64 = 0
       or not exists (select 1 from kept_pairs k where k.task_id in (place.id, r.id)))
order by x.task_id
limit ?3;
