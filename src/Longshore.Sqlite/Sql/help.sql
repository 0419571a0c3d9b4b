-- Help requests. That a task ended closes them; it is not written, but read from the end of the task.

-- name: help_add
insert into help_requests (task_id, requesting_agent_name, help_type, description, urgency, related_capabilities,
                           created_us)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7)
returning id;

-- name: help_put
update help_requests set claimed_by = ?2, claimed_us = ?3, resolved_us = ?4, resolved_by = ?5, resolution = ?6,
                         cancelled_us = ?7
where id = ?1;

-- name: help_get
select h.id, h.task_id, h.requesting_agent_name, h.help_type, h.description, h.urgency, h.related_capabilities,
       h.created_us, h.claimed_by, h.claimed_us, h.resolved_us, h.resolved_by, h.resolution, h.cancelled_us,
       coalesce(h.closed_us, f.ended_us)
from help_requests h left join finished f on f.id = h.task_id
where h.id = ?1;

-- name: help_page
select h.id, h.task_id, h.requesting_agent_name, h.help_type, h.description, h.urgency, h.related_capabilities,
       h.created_us, h.claimed_by, h.claimed_us, h.resolved_us, h.resolved_by, h.resolution, h.cancelled_us,
       coalesce(h.closed_us, f.ended_us)
from help_requests h
join tasks t on t.id = h.task_id
join classes c on c.id = t.class_id
left join finished f on f.id = h.task_id
where h.id > ?1 and (?2 is null or h.task_id = ?2) and (?3 is null or c.namespace = ?3)
  and (?4 is null or h.requesting_agent_name = ?4) and (?5 is null or h.help_type = ?5)
  and (?6 = 0 or (h.resolved_us is null and h.cancelled_us is null and h.closed_us is null and f.id is null))
order by h.id
limit ?7;

-- name: help_open
select count(*), count(*) filter (where help_type = 'blocker')
from help_requests
where task_id = ?1 and resolved_us is null and cancelled_us is null and closed_us is null;

-- name: help_close
update help_requests set closed_us = (select ended_us from finished where id = ?1)
where task_id = ?1 and resolved_us is null and cancelled_us is null and closed_us is null;

-- name: claim_hold
update claims set status = ?2, lease_us = ?3, paused_us = ?4, key = case ?2 when 19 then null else key end
where id = ?1;

-- name: task_delete_help
delete from help_requests where task_id = ?1;
