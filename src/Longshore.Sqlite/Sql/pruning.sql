-- Deleting what is old. The walk over the log has come to the bookmark pruned_seq.

-- name: prune_page
select seq, at_us, task_id, items from events where seq > ?1 order by seq limit ?2;

-- name: prune_finished
select state, class_id, ended_us from finished where id = ?1 and flags & 8192 = 0;

-- name: retained_add
insert into retained (state, class_id, ended_us, task_id) values (?1, ?2, ?3, ?4) on conflict do nothing;

-- name: retained_next_group
select state, class_id from retained where (state, class_id) > (?1, ?2) order by state, class_id limit 1;

-- name: retained_due
select ended_us, task_id from retained where state = ?1 and class_id = ?2 and ended_us < ?3
order by ended_us, task_id
limit ?4;

-- name: retained_remove
delete from retained where state = ?1 and class_id = ?2 and ended_us = ?3 and task_id = ?4;

-- name: prune_events
delete from events where seq in (
    select o.seq from (select seq, at_us from events where seq <= ?2 order by seq limit ?3) o where o.at_us < ?1);

-- name: runs_next_group
select namespace, state from runs
where ended_us is not null and (namespace, state) > (?1, ?2)
order by namespace, state
limit 1;

-- name: runs_over
select id from runs where namespace = ?1 and state = ?2 and ended_us < ?3 order by ended_us limit ?4;
