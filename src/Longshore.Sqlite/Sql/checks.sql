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

-- name: check_ready
select count(*) from ready;
