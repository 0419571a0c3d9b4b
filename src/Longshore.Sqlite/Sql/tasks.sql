-- Tasks: the body, its unique names, and the moves between stage tables.

-- name: insert_task
insert into tasks (id, class_id, code, name, description, payload, confidence_threshold, priority, ready_us,
                   deadline_us, timeout_us, max_attempts, backoff, backoff_us, backoff_cap_us, late, effort_us,
                   parent_id, workflow, workflow_cursor, tags, metadata, correlation_id, idempotency_key, created_us,
                   group_name, uniqueness, limit_key)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21,
        ?22, ?23, ?24, ?25, ?26, ?27, ?28);

-- name: insert_class
insert into classes (id, namespace, kind, requires, minimum_match, owner, match, step, target)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9);

-- name: insert_code
insert into codes (namespace, code, task_id) values (?1, ?2, ?3) on conflict do nothing;

-- name: find_code
select task_id from codes where namespace = ?1 and code = ?2;

-- name: insert_key
insert into insert_keys (namespace, key, task_id, digest) values (?1, ?2, ?3, ?4);

-- name: find_key
select task_id, digest from insert_keys where namespace = ?1 and key = ?2;

-- name: task_reprioritise
update tasks set priority = ?2 where id = ?1;

-- name: task_exists
select 1 from tasks where id = ?1;

-- name: insert_deadline
insert into deadlines (task_id, deadline_us) values (?1, ?2);

-- name: task_body
select class_id, code, name, description, payload, confidence_threshold, priority, ready_us, deadline_us, timeout_us,
       max_attempts, backoff, backoff_us, backoff_cap_us, late, effort_us, parent_id, workflow, workflow_cursor, tags,
       metadata, correlation_id, idempotency_key, created_us, group_name,
       uniqueness, limit_key
from tasks
where id = ?1;

-- name: task_limit_key
select limit_key from tasks where id = ?1;

-- name: task_policy
select max_attempts, backoff, backoff_us, backoff_cap_us from tasks where id = ?1;

-- name: ready_add
insert into ready (id, class_id, rank, epoch, attempts, failures, priority, flags)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8);

-- name: ready_change
update ready set class_id = ?2, flags = ?3 where id = ?1;

-- name: ready_remove
delete from ready where id = ?1;

-- name: ready_get
select id, class_id, rank, epoch, attempts, failures, priority, flags from ready where id = ?1;

-- name: deferred_add
insert into deferred (id, class_id, rank, epoch, attempts, failures, priority, flags, until_us)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9);

-- name: deferred_change
update deferred set class_id = ?2, flags = ?3 where id = ?1;

-- name: deferred_remove
delete from deferred where id = ?1;

-- name: deferred_get
select id, class_id, rank, epoch, attempts, failures, priority, flags, until_us from deferred where id = ?1;

-- name: deferred_due
select id, class_id, rank, epoch, attempts, failures, priority, flags, until_us, 0 as parked
from deferred
where until_us <= ?1
union all
select id, class_id, rank, epoch, attempts, failures, priority, flags, until_us, 1
from parked
where until_us <= ?1
order by until_us, id
limit ?2;

-- name: deferred_next
select min(until_us) from (select min(until_us) as until_us from deferred
                           union all
                           select min(until_us) from parked where until_us is not null);

-- name: parked_add
insert into parked (id, class_id, rank, epoch, attempts, failures, priority, flags, state, until_us)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10);

-- name: parked_change
update parked set class_id = ?2, flags = ?3 where id = ?1;

-- name: parked_remove
delete from parked where id = ?1;

-- name: parked_get
select id, class_id, rank, epoch, attempts, failures, priority, flags, state from parked where id = ?1;

-- name: finished_add
insert into finished (id, class_id, rank, epoch, attempts, failures, priority, flags, state, agent_id, ended_us, result,
                      error)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13);

-- name: finished_remove
delete from finished where id = ?1;

-- name: finished_get
select id, class_id, rank, epoch, attempts, failures, priority, flags, state, agent_id, ended_us, result, error
from finished
where id = ?1;

-- name: deadlines_due
select task_id from deadlines where deadline_us <= ?1 order by deadline_us, task_id limit ?2;

-- name: deadline_remove
delete from deadlines where task_id = ?1;

-- name: restore_deadline
insert into deadlines (task_id, deadline_us)
select id, deadline_us from tasks where id = ?1 and deadline_us is not null
on conflict do nothing;

-- name: task_delete
delete from tasks where id = ?1;

-- name: task_delete_code
delete from codes where (namespace, code) = (
    select c.namespace, t.code from tasks t join classes c on c.id = t.class_id where t.id = ?1 and t.code is not null);

-- name: task_delete_key
delete from insert_keys where (namespace, key) = (
    select c.namespace, t.idempotency_key from tasks t join classes c on c.id = t.class_id
    where t.id = ?1 and t.idempotency_key is not null);

-- name: task_delete_assignments
delete from assignments where task_id = ?1;

-- name: task_delete_error_details
delete from error_details where task_id = ?1;

-- name: task_delete_guards
delete from kept_pairs where task_id = ?1;

-- name: task_delete_reviews
delete from reviews where task_id = ?1;

-- name: task_delete_draft
delete from drafts where task_id = ?1;

-- name: last_id_keep
insert into counters (name, value) values ('last_task_id', ?1)
on conflict (name) do update set value = max(value, excluded.value);
