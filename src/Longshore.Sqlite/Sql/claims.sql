-- Claims: the live assignments, and the records of ended ones.

-- name: claim_add
insert into claims (id, class_id, rank, epoch, attempts, failures, priority, flags, agent_id, single, granted_us,
                    lease_us, key, status)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14);

-- name: claim_change
update claims set class_id = ?2, flags = ?3 where id = ?1;

-- name: claim_get
select id, class_id, rank, epoch, attempts, failures, priority, flags, agent_id, single, granted_us, lease_us, key,
       progress, status, paused_us
from claims
where id = ?1;

-- name: claim_remove
delete from claims where id = ?1;

-- name: claim_renew
update claims set lease_us = ?3, progress = coalesce(?4, progress), status = ?5, flags = flags | ?6
where id = ?1 and epoch = ?2;

-- name: claims_by_key
select id from claims where agent_id = ?1 and key = ?2;

-- name: claims_of_agent
select id from claims where agent_id = ?1 order by id;

-- name: claims_lapsed
select id from claims where lease_us <= ?1 order by lease_us, id limit ?2;

-- name: assignment_add
insert into assignments (task_id, epoch, agent_id, granted_us, ended_us, outcome, single, error, key, reason)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10);

-- name: assignment_get
select agent_id, granted_us, ended_us, outcome, single, error, key from assignments where task_id = ?1 and epoch = ?2;

-- name: review_subject
select epoch, agent_id, outcome, ended_us from assignments
where task_id = ?1 and (?2 is null or epoch = ?2)
order by outcome = 0 desc, epoch desc
limit 1;

-- name: reviewers
select reviewer_key from reviews where task_id = ?1 and epoch = ?2;

-- name: review_add
insert into reviews (task_id, epoch, reviewer_key, reviewer, score, comment, at_us)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7);

-- name: assignment_late
update assignments set outcome = 0, ended_us = ?3, key = ?4, error = null where task_id = ?1 and epoch = ?2;

-- name: assignments_failed
select agent_id, ended_us from assignments
where task_id = ?1 and (outcome = 1 or (outcome = 2 and single = 1));

-- name: error_detail_add
insert into error_details (task_id, epoch, detail) values (?1, ?2, ?3);

-- name: assignments_list
select a.task_id, a.epoch, a.agent_id, a.granted_us, a.ended_us, a.outcome, a.error, a.reason, d.detail
from assignments a
left join error_details d on d.task_id = a.task_id and d.epoch = a.epoch
where a.task_id = ?1
order by a.epoch;

-- name: assignments_ended
select task_id, epoch, agent_id, granted_us, ended_us, outcome, error, reason, null
from assignments
where (?1 is null or agent_id = ?1) and (?2 is null or task_id = ?2) and (task_id, epoch) > (?3, ?4)
  and (?5 is null or outcome in (select value from json_each(?5)))
order by task_id, epoch
limit ?6;

-- name: assignments_live
select id, epoch, agent_id, granted_us, null, status, null, null, null
from claims
where (?1 is null or agent_id = ?1) and (?2 is null or id = ?2) and (id, epoch) > (?3, ?4)
  and (?5 is null or status in (select value from json_each(?5)))
order by id
limit ?6;
