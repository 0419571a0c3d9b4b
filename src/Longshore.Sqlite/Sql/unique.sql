-- Unique tasks; others have no row here.

-- name: unique_add
insert into unique_keys (task_id, digest, holds, unstarted, until_us) values (?1, ?2, 1, ?3, ?4);

-- name: unique_holder
select task_id, unstarted, until_us from unique_keys
where substr(digest, 1, 8) = substr(?1, 1, 8) and digest = ?1 and holds;

-- name: unique_of_task
select digest, unstarted from unique_keys where task_id = ?1;

-- name: unique_drop
update unique_keys set holds = 0 where task_id = ?1;

-- name: unique_take
update unique_keys set holds = 1 where task_id = ?1;

-- name: unique_remove
delete from unique_keys where task_id = ?1;

-- name: task_replace
update tasks set payload = ?2, priority = ?3, ready_us = ?4 where id = ?1;

-- name: task_attempts
select max_attempts from tasks where id = ?1;

-- name: task_add_attempt
update tasks set max_attempts = max_attempts + 1 where id = ?1;
