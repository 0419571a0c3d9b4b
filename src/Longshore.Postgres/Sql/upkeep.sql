-- What time brings.

-- name: stage
select longshore.stage($1, $2);

-- name: deferred_next
select least((select min(until_us) from longshore.deferred), (select min(until_us) from longshore.parked));

-- name: claims_lapsed
select id from longshore.claims where lease_us <= longshore.instant($1) order by lease_us, id limit $2;

-- name: deadlines_take
with due as (
    select task_id from longshore.deadlines
    where deadline_us <= longshore.instant($1)
    order by deadline_us, task_id
    limit $2
    for update skip locked
), gone as (
    delete from longshore.deadlines d using due where d.task_id = due.task_id returning d.task_id, d.deadline_us
)
select task_id from gone order by deadline_us, task_id;

-- name: prune
select p.pruned, p.has_more from longshore.prune($1, $2, $3, $4, $5, $6) p;

-- name: prune_runs
select p.pruned, p.has_more from longshore.prune_runs($1, $2, $3, $4, $5) p;
