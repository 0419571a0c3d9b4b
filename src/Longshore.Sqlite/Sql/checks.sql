-- What must hold between any two transactions. Tests ask after every step.

-- name: check_one_stage
select t.id, count(p.id) from tasks t left join places p on p.id = t.id group by t.id having count(p.id) <> 1
union all
select p.id, -1 from places p where p.id not in (select id from tasks);

-- name: check_load
select a.name, a.load, count(c.id) from agents a left join claims c on c.agent_id = a.id
group by a.id
having a.load <> count(c.id);

-- name: check_epochs
select c.id from claims c join assignments a on a.task_id = c.id and a.epoch >= c.epoch;

-- name: check_probes
select b.scope, b.agent_id, b.kind
from breakers b left join claims c on c.id = b.probe_task_id and c.epoch = b.probe_epoch
where b.probe_task_id is not null and c.id is null;

-- name: check_handoffs
select p.id, p.state, count(h.id)
from places p
left join handoffs h on h.task_id = p.id and h.accepted_us is null and h.withdrawn_us is null
group by p.id having (p.flags & 2048 <> 0) <> (count(h.id) = 1);

-- name: check_blockers
select p.id, p.state, count(h.id)
from places p
left join help_requests h
    on h.task_id = p.id and h.help_type = 'blocker' and h.resolved_us is null and h.cancelled_us is null
   and h.closed_us is null and p.state < 8
group by p.id having (p.state = 4) <> (count(h.id) > 0);

-- name: check_ready
select count(*) from ready;

-- name: check_unique
select p.id from places p left join unique_keys k on k.task_id = p.id
where p.flags & 16384 <> 0
  and (k.task_id is null or (p.state < 8 and not k.holds and (not k.unstarted or p.epoch = 0)));

-- name: check_runs
select r.id, r.open, count(s.task_id) + (r.batch = 1)
from runs r left join run_steps s on s.run_id = r.id and s.role = 0 and s.outcome = 0
where r.state = 0
group by r.id having r.open <> count(s.task_id) + (r.batch = 1)
union all
select s.run_id, s.open, count(b.task_id)
from runs r
join run_steps s on s.run_id = r.id and s.role = 0 and s.outcome = 0
left join dependencies d on d.task_id = s.task_id
left join run_steps b on b.task_id = d.depends_on and b.outcome = 0
where r.state = 0
group by s.task_id having s.open <> count(b.task_id)
union all
select s.run_id, p.state, s.open
from run_steps s join places p on p.id = s.task_id
where (p.state = 0) <> (p.state < 8 and (s.open > 0 or s.role > 0 and s.outcome = 0 or s.terms is not null))
  and s.role = 0 and s.terms is null;
