-- Tasks passed on.

-- name: handoff_add
insert into handoffs (task_id, epoch, class_id, from_agent_name, to_capability, to_agent_name, summary,
                      confidence_score, minimum_confidence, artifacts, known_limitations, next_steps_suggestion,
                      blockers_resolved, estimated_effort_us, created_us)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, (select confidence_threshold from tasks where id = ?1), ?9, ?10, ?11, ?12,
        ?13, ?14)
returning id, minimum_confidence;

-- name: handoff_hops
select count(*) from handoffs where task_id = ?1 and accepted_us is not null;

-- name: handoff_home
select class_id from handoffs where task_id = ?1 and accepted_us is null and withdrawn_us is null;

-- name: handoff_rehome
update handoffs set class_id = ?2 where task_id = ?1 and accepted_us is null and withdrawn_us is null;

-- name: handoff_end
update handoffs set accepted_us = ?2, accepted_by = ?3, withdrawn_us = ?4
where task_id = ?1 and accepted_us is null and withdrawn_us is null;

-- name: handoff_unkeep
delete from kept_pairs where task_id = ?1 and cause = 3;

-- name: kept_givers
select agent_id from kept_pairs where task_id = ?1 and cause = 3;

-- name: claim_take_over
update claims set class_id = ?2, rank = ?3, flags = ?4 where id = ?1;

-- name: handoffs_of_task
select id, task_id, epoch, from_agent_name, to_capability, to_agent_name, summary, confidence_score,
       minimum_confidence, artifacts, known_limitations, next_steps_suggestion, blockers_resolved,
       estimated_effort_us, created_us, accepted_us, accepted_by, withdrawn_us
from handoffs
where task_id = ?1
order by id;

-- name: handoffs_page
select h.id, h.task_id, h.epoch, h.from_agent_name, h.to_capability, h.to_agent_name, h.summary, h.confidence_score,
       h.minimum_confidence, h.artifacts, h.known_limitations, h.next_steps_suggestion, h.blockers_resolved,
       h.estimated_effort_us, h.created_us, h.accepted_us, h.accepted_by, h.withdrawn_us
from handoffs h
join tasks t on t.id = h.task_id
join classes c on c.id = t.class_id
where h.id > ?1 and (?2 is null or h.task_id = ?2) and (?3 is null or c.namespace = ?3)
  and (?4 is null or ?4 = case when h.accepted_us is not null then 1 when h.withdrawn_us is not null then 2 else 0 end)
order by h.id
limit ?5;

-- name: handoffs_best
select h.id, h.task_id, h.epoch, h.from_agent_name, h.to_capability, h.to_agent_name, h.summary, h.confidence_score,
       h.minimum_confidence, h.artifacts, h.known_limitations, h.next_steps_suggestion, h.blockers_resolved,
       h.estimated_effort_us, h.created_us, h.accepted_us, h.accepted_by, h.withdrawn_us
from handoffs h
join tasks t on t.id = h.task_id
join classes c on c.id = t.class_id
where h.accepted_us is null and h.withdrawn_us is null and (?1 is null or c.namespace = ?1)
order by h.confidence_score desc, t.priority desc, h.id
limit ?2;

-- name: task_delete_handoffs
delete from handoffs where task_id = ?1;
