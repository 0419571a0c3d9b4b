-- What must hold between any two transactions. Tests ask after every step.

-- name: check_invariants
select format('task %s is in %s stages', t.id, count(p.id))
from longshore.tasks t left join longshore.places p on p.id = t.id
group by t.id having count(p.id) <> 1
union all
select format('task %s has a place but no body', p.id)
from longshore.places p where not exists (select 1 from longshore.tasks t where t.id = p.id)
union all
select format('agent %s has load %s and %s live claims', a.name, s.load, count(c.id))
from longshore.agents a
join longshore.agent_states s on s.agent_id = a.id
left join longshore.claims c on c.agent_id = a.id
group by a.id, a.name, s.load having s.load <> count(c.id)
union all
select format('agent %s is said to hold a suspect: %s', a.name, s.holds_suspect)
from longshore.agents a
join longshore.agent_states s on s.agent_id = a.id
where s.holds_suspect <> exists (
    select 1 from longshore.claims c where c.agent_id = a.id and c.flags & 1 = 1)
union all
select format('task %s has a live claim that is not its latest grant', c.id)
from longshore.claims c join longshore.ended_claims e on e.task_id = c.id and e.epoch >= c.epoch;
