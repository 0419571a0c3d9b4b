-- What must hold between any two transactions. Tests ask after every step.

-- Every check goes through whole tables, and statistics of tables that were just filled would have it walk one for
-- each row of the other.
-- name: checks_are_whole
select set_config('enable_nestloop', 'off', true), set_config('jit', 'off', true);

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
from longshore.claims c join longshore.ended_claims e on e.task_id = c.id and e.epoch >= c.epoch
union all
select format('agent %s is said to have %s breakers and has %s', a.name, s.breakers, count(b.agent_id))
from longshore.agents a
join longshore.agent_states s on s.agent_id = a.id
left join longshore.agent_breakers b on b.agent_id = a.id
group by a.id, a.name, s.breakers having s.breakers <> count(b.agent_id)
union all
select format('the probe of agent %s and kind ''%s'' is task %s, which it does not hold', a.name, b.kind,
              b.probe_task_id)
from longshore.agent_breakers b join longshore.agents a on a.id = b.agent_id
where b.probe_task_id is not null and not exists (
    select 1 from longshore.claims c
    where c.id = b.probe_task_id and c.epoch = b.probe_epoch and c.agent_id = b.agent_id)
union all
select format('agent %s holds two tasks of one step of one item, %s among them', m.agent_id, min(m.id))
from longshore.claims m join longshore.classes c on c.id = m.class_id
where m.group_id is not null
group by m.agent_id, m.group_id, c.step having count(*) > 1
union all
select format('task %s has a group, a draft, a breaker or kept pairs and is not flagged so', p.id)
from longshore.places p join longshore.tasks t on t.id = p.id
where (t.group_id is not null and p.flags & 32 = 0)
   or (p.flags & 64 = 0 and exists (select 1 from longshore.kept k where k.task_id = p.id))
   or (p.flags & 256 = 0 and exists (select 1 from longshore.drafts d where d.task_id = p.id))
   or (p.flags & 512 = 0 and exists (select 1 from longshore.task_breakers b where b.task_id = p.id))
union all
select format('task %s is in state %s and has %s open hand-offs', p.id, p.state, count(h.id))
from longshore.places p
left join longshore.handoffs h on h.task_id = p.id and h.accepted_us is null and h.withdrawn_us is null
group by p.id, p.state, p.flags having (p.flags & 2048 <> 0) <> (count(h.id) = 1)
union all
select format('task %s is in state %s and has %s open blockers', p.id, p.state, count(h.id))
from longshore.places p
left join longshore.help_requests h
    on h.task_id = p.id and h.help_type = 'blocker' and h.resolved_us is null and h.cancelled_us is null
   and h.closed_us is null and p.state < 8
group by p.id, p.state having (p.state = 4) <> (count(h.id) > 0)
union all
select format('task %s is of group %s, and its place says %s', t.id, t.group_id, m.group_id)
from longshore.tasks t
join (select id, group_id from longshore.claims union all select id, group_id from longshore.finished) m on m.id = t.id
where m.group_id is distinct from t.group_id
union all
select format('task %s is unique and does not hold its key', p.id)
from longshore.places p left join longshore.unique_keys k on k.task_id = p.id
where p.flags & 16384 <> 0
  and (k.task_id is null or (p.state < 8 and not k.holds and (not k.unstarted or p.epoch = 0)))
union all
select format('limit of ''%s'' in %s says %s held, and %s are', l.kind, l.namespace, l.held, h.held)
from longshore.limits l
cross join lateral (
    select count(*) as held from longshore.claims m join longshore.classes c on c.id = m.class_id
    where c.namespace = l.namespace and l.kind in ('', c.kind)) h
where l.held <> h.held;
