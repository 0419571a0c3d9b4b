-- Moves between stage tables that are decided over locked rows.

-- name: places_lock
select p.id, p.class_id, p.rank, p.epoch, p.attempts, p.failures, p.priority, p.flags, p.state, p.stage, p.until_us,
       p.agent_id, p.single, p.granted_us, p.lease_us, p.key, p.ended_us, p.outcome, p.result, p.error, a.name,
       t.max_attempts, t.backoff, t.backoff_us, t.backoff_cap_us, p.status, c.namespace, c.kind,
       b.failures, b.trips, b.last_failure_us, b.open_until_us, h.class_id,
       case p.status when 19 then (select k.paused_us from longshore.claims k where k.id = p.id) end,
       u.digest, u.unstarted, case when p.state >= 8 then longshore.rival(u.task_id, longshore.instant($3)) end
from longshore.lock_places($1, $2) p
join longshore.tasks t on t.id = p.id
join longshore.classes c on c.id = p.class_id
left join longshore.task_breakers b on b.task_id = p.id
left join longshore.agents a on a.id = p.agent_id
left join longshore.unique_keys u on p.flags & 16384 <> 0 and u.task_id = p.id
left join longshore.handoffs h
    on p.flags & 2048 <> 0 and h.task_id = p.id and h.accepted_us is null and h.withdrawn_us is null;

-- name: breakers_of_holders
select b.agent_id, b.kind, b.failures, b.trips, b.last_failure_us, b.open_until_us, b.probe_task_id, b.probe_epoch
from longshore.agent_breakers b
where b.agent_id in (select agent_id from longshore.claims where id = any ($1));

-- name: rules_of_tasks
select namespace, body
from longshore.rules
where namespace in (
    select c.namespace from longshore.tasks t join longshore.classes c on c.id = t.class_id where t.id = any ($1));

-- name: ended_of_tasks
select e.task_id, e.epoch, e.agent_id, a.name, e.granted_us, e.single, e.ended_us, e.outcome, e.error, e.key
from longshore.ended_claims e
join longshore.agents a on a.id = e.agent_id
where e.task_id = any ($1)
order by e.task_id, e.epoch;

-- name: instant
select longshore.instant($1);

-- name: ready_remove
delete from longshore.ready where id = any ($1);

-- Where there are limits, the lock of these comes first.
-- name: claims_remove_lock
update longshore.limits_lock set is_taken = true where exists (select 1 from longshore.limits);

-- name: claims_remove
with gone as (
    delete from longshore.claims where id = any ($1) returning class_id
)
update longshore.limits l
set held = l.held - g.tasks
from (
    select s.id, count(*)::integer as tasks
    from gone
    join longshore.classes c on c.id = gone.class_id
    join longshore.limits s on s.namespace = c.namespace and s.kind in ('', c.kind)
    group by s.id) g
where l.id = g.id;

-- name: deferred_remove
delete from longshore.deferred where id = any ($1);

-- name: parked_remove
delete from longshore.parked where id = any ($1);

-- name: finished_remove
delete from longshore.finished where id = any ($1);

-- name: ready_add
insert into longshore.ready (id, class_id, rank, epoch, attempts, failures, priority, flags, limit_key)
select n.*, longshore.limit_key_of(n.id, n.flags) from unnest($1, $2, $3, $4, $5, $6, $7, $8)
    as n (id, class_id, rank, epoch, attempts, failures, priority, flags);

-- These call functions and change nothing themselves, so that they have no results of their own.
-- name: keys_give
update longshore.limits_lock set is_taken = true where (select longshore.give_keys($1, $2))::text = 'never';

-- name: keys_settle
update longshore.limits_lock set is_taken = true where (select longshore.settle_left($1, $2))::text = 'never';

-- name: deferred_add
insert into longshore.deferred (id, class_id, rank, epoch, attempts, failures, priority, flags, until_us)
select * from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9);

-- name: parked_add
insert into longshore.parked (id, class_id, rank, epoch, attempts, failures, priority, flags, state, until_us)
select * from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10);

-- name: finished_add
insert into longshore.finished (id, class_id, rank, epoch, attempts, failures, priority, flags, state, agent_id,
                                ended_us, granted_us, outcome, single, result, error, key, group_id)
select f.*, case when f.flags & 32 <> 0 then (select t.group_id from longshore.tasks t where t.id = f.id) end
from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
    as f (id, class_id, rank, epoch, attempts, failures, priority, flags, state, agent_id, ended_us, granted_us,
          outcome, single, result, error, key);

-- name: assignments_add
insert into longshore.assignments (task_id, epoch, agent_id, granted_us, ended_us, outcome, single, error, key, reason)
select * from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10);

-- name: error_details_add
insert into longshore.error_details (task_id, epoch, detail) select * from unnest($1, $2, $3);

-- name: assignments_late
update longshore.assignments a
set outcome = 0, ended_us = l.ended_us, key = l.key, error = null
from unnest($1, $2, $3, $4) as l (task_id, epoch, ended_us, key)
where a.task_id = l.task_id and a.epoch = l.epoch;

-- name: agents_change
update longshore.agent_states s
set load = s.load + c.load, completed = s.completed + c.completed, failed = s.failed + c.failed,
    holds_suspect = s.holds_suspect and c.load >= 0,
    seen_us = case when c.seen then greatest(s.seen_us, $7) else s.seen_us end, breakers = s.breakers + c.breakers
from unnest($1, $2, $3, $4, $5, $6) as c (agent_id, load, completed, failed, seen, breakers)
where s.agent_id = c.agent_id;

-- name: agents_learn
update longshore.agent_states a
set good = longshore.faded(a.good, a.as_of_us, $4, $5) + l.good,
    bad = longshore.faded(a.bad, a.as_of_us, $4, $5) + l.bad,
    as_of_us = longshore.faded_to(a.as_of_us, $4, $5)
from (
    select agent_id, sum(good)::bigint as good, sum(bad)::bigint as bad
    from unnest($1, $2, $3) as g (agent_id, good, bad)
    group by agent_id) l
where a.agent_id = l.agent_id;

-- name: records_learn
insert into longshore.agent_records as r (agent_id, capability, good, bad, as_of_us)
select l.agent_id, q.capability, sum(l.good), sum(l.bad), longshore.faded_to(0, $5, $6)
from unnest($1, $2, $3, $4) as l (agent_id, class_id, good, bad)
join longshore.classes c on c.id = l.class_id
cross join lateral unnest(c.requires) as q (capability)
join longshore.agents a on a.id = l.agent_id and q.capability = any (a.capabilities)
group by l.agent_id, q.capability
on conflict (agent_id, capability) do update
set good = longshore.faded(r.good, r.as_of_us, $5, $6) + excluded.good,
    bad = longshore.faded(r.bad, r.as_of_us, $5, $6) + excluded.bad,
    as_of_us = longshore.faded_to(r.as_of_us, $5, $6);

-- name: agent_breakers_put
insert into longshore.agent_breakers as b (agent_id, kind, failures, trips, last_failure_us, open_until_us,
                                           probe_task_id, probe_epoch)
select * from unnest($1, $2, $3, $4, $5, $6, $7, $8)
on conflict (agent_id, kind) do update
set failures = excluded.failures, trips = excluded.trips, last_failure_us = excluded.last_failure_us,
    open_until_us = excluded.open_until_us, probe_task_id = excluded.probe_task_id,
    probe_epoch = excluded.probe_epoch;

-- name: agent_breakers_remove
delete from longshore.agent_breakers b
using unnest($1, $2) as g (agent_id, kind)
where b.agent_id = g.agent_id and b.kind = g.kind;

-- name: task_breakers_put
insert into longshore.task_breakers (task_id, failures, trips, last_failure_us, open_until_us)
select * from unnest($1, $2, $3, $4, $5)
on conflict (task_id) do update
set failures = excluded.failures, trips = excluded.trips, last_failure_us = excluded.last_failure_us,
    open_until_us = excluded.open_until_us;

-- name: task_breakers_remove
delete from longshore.task_breakers where task_id = any ($1);

-- name: kept_put
insert into longshore.kept (task_id, agent_id, until_us, cause)
select * from unnest($1, $2, $3, $4)
on conflict (task_id, agent_id) do update set until_us = excluded.until_us, cause = excluded.cause;

-- name: kept_remove
delete from longshore.kept where task_id = any ($1);

-- name: tasks_reprioritise
update longshore.tasks t set priority = r.priority from unnest($1, $2) as r (id, priority) where t.id = r.id;

-- name: drafts_remove
delete from longshore.drafts where task_id = any ($1);

-- name: deadlines_restore
insert into longshore.deadlines (task_id, deadline_us)
select id, deadline_us from longshore.tasks where id = any ($1) and deadline_us is not null
on conflict do nothing;

-- name: claim_events_add
insert into longshore.events (seq, at_us, type, actor_type, count, tasks, epochs, agents, states)
select nextval('longshore.event_seq'), $1, $2, 0, cardinality($3), $3, $4, $5, $6
from longshore.announce_events();

-- name: insert_keys_find
select k.namespace, k.key, k.task_id, k.digest
from longshore.insert_keys k
join unnest($1, $2) as w (namespace, key) on w.namespace = k.namespace and w.key = k.key;

-- name: codes_find
select c.namespace, c.code, c.task_id
from longshore.codes c
join unnest($1, $2) as w (namespace, code) on w.namespace = c.namespace and w.code = c.code;

-- name: tasks_exist
select id from longshore.tasks where id = any ($1);

-- name: last_task_id
select case when is_called then last_value else 0 end from longshore.task_ids;
