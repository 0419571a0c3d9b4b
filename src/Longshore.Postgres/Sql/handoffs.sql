-- Tasks passed on.

-- name: handoff_add
insert into longshore.handoffs (task_id, epoch, class_id, from_agent_name, to_capability, to_agent_name, summary,
                                confidence_score, minimum_confidence, artifacts, known_limitations,
                                next_steps_suggestion, blockers_resolved, estimated_effort_us, created_us)
select $1, $2, $3, $4, $5, $6, $7, $8, t.confidence_threshold, $9, $10, $11, $12, $13, $14
from longshore.tasks t where t.id = $1
returning id, minimum_confidence;

-- name: handoffs_withdraw
with gone as (
    delete from longshore.kept k where k.task_id = any ($1) and k.cause = 3
)
update longshore.handoffs h
set withdrawn_us = $2
where h.task_id = any ($1) and h.accepted_us is null and h.withdrawn_us is null;

-- name: handoffs_rehome
update longshore.handoffs h
set class_id = m.class_id
from unnest($1, $2) as m (task_id, class_id)
where h.task_id = m.task_id and h.accepted_us is null and h.withdrawn_us is null;

-- name: handoffs_of_tasks
select id, task_id, epoch, from_agent_name, to_capability, to_agent_name, summary, confidence_score,
       minimum_confidence, artifacts, known_limitations, next_steps_suggestion, blockers_resolved,
       estimated_effort_us, created_us, accepted_us, accepted_by, withdrawn_us
from longshore.handoffs
where task_id = any ($1)
order by id;

-- name: handoffs_page
select h.id, h.task_id, h.epoch, h.from_agent_name, h.to_capability, h.to_agent_name, h.summary, h.confidence_score,
       h.minimum_confidence, h.artifacts, h.known_limitations, h.next_steps_suggestion, h.blockers_resolved,
       h.estimated_effort_us, h.created_us, h.accepted_us, h.accepted_by, h.withdrawn_us
from longshore.handoffs h
join longshore.tasks t on t.id = h.task_id
join longshore.classes c on c.id = t.class_id
where h.id > $1 and ($2::bigint is null or h.task_id = $2) and ($3::text is null or c.namespace = $3)
  and ($4::integer is null
       or $4 = case when h.accepted_us is not null then 1 when h.withdrawn_us is not null then 2 else 0 end)
order by h.id
limit $5;

-- name: handoffs_best
select h.id, h.task_id, h.epoch, h.from_agent_name, h.to_capability, h.to_agent_name, h.summary, h.confidence_score,
       h.minimum_confidence, h.artifacts, h.known_limitations, h.next_steps_suggestion, h.blockers_resolved,
       h.estimated_effort_us, h.created_us, h.accepted_us, h.accepted_by, h.withdrawn_us
from longshore.handoffs h
join longshore.tasks t on t.id = h.task_id
join longshore.classes c on c.id = t.class_id
where h.accepted_us is null and h.withdrawn_us is null and ($1::text is null or c.namespace = $1)
order by h.confidence_score desc, t.priority desc, h.id
limit $2;
