-- Rules, breakers, assignments, and what routing looks at.

-- name: rules_list
select s.version, r.namespace, r.body
from (select version from longshore.rules_state limit 1) s
left join longshore.rules r on true
order by r.namespace collate "C";

-- name: rules_get
select body from longshore.rules where namespace = $1;

-- name: rules_change
update longshore.rules_state set version = version + 1;

-- Who grants has begun with the lock of an agent: this waits for them, and they for what is decided.
-- name: rules_hold_grants
lock table longshore.agent_states in exclusive mode;

-- name: rules_put
insert into longshore.rules (namespace, version, body, exclusion, is_fifo, max_pending)
values ($1, $2, $3, ($3 -> 'exclusion')::jsonb, $4, $5)
on conflict (namespace) do update
set version = excluded.version, body = excluded.body, exclusion = excluded.exclusion, is_fifo = excluded.is_fifo,
    max_pending = excluded.max_pending;

-- name: limits_set
select longshore.set_limits($1, $2, $3, $4, $5, $6, $7, $8);

-- name: shares_set
select longshore.set_share($1, $2);

-- name: key_limits_set
select longshore.set_key_limits($1, $2, $3, $4, $5, $6, $7, $8, $9);

-- name: limits_list
select s.*
from (
    select l.kind, l.in_progress, l.tasks, l.per_us, l.burst, l.held, l.full_us, null as key, l.key_in_progress,
           l.key_tasks, l.key_per_us, l.key_burst
    from longshore.limits l
    where l.namespace = $1
    union all
    select l.kind, l.key_in_progress, l.key_tasks, l.key_per_us, l.key_burst, sum(k.held)::integer, max(k.full_us),
           k.key, null, null, null, null
    from longshore.limits l
    cross join lateral (
        select h.limit_key as key, 1 as held, 0::bigint as full_us
        from longshore.claims h join longshore.classes c on c.id = h.class_id
        where h.limit_key is not null and c.namespace = l.namespace and l.kind in ('', c.kind)
        union all
        select s.key, 0, s.full_us from longshore.key_states s where s.limit_id = l.id) k
    where l.namespace = $1 and (l.key_in_progress is not null or l.key_interval_us is not null)
    group by l.id, k.key) s
order by s.kind collate "C", s.key collate "C" nulls first;

-- Locks the bound of namespaces that have one: nobody else fills the room that is counted then.
-- name: rules_lock_bounds
select namespace, max_pending
from longshore.rules
where namespace = any ($1) and max_pending is not null
order by namespace
for update;

-- name: pending_count
select n.name, longshore.pending(n.name) from unnest($1) as n (name);

-- name: breakers_list
select scope, name, kind, task_id, failures, trips, last_failure_us, open_until_us, probe_task_id, probe_epoch
from (
    select case when b.kind = '' then 0 else 1 end as scope, a.name, nullif(b.kind, '') as kind,
           null::bigint as task_id, b.failures, b.trips, b.last_failure_us, b.open_until_us, b.probe_task_id,
           b.probe_epoch
    from longshore.agent_breakers b
    join longshore.agents a on a.id = b.agent_id
    where $1 is null or a.name = $1
    union all
    select 2, null, null, t.task_id, t.failures, t.trips, t.last_failure_us, t.open_until_us, null, 0
    from longshore.task_breakers t
    where $1 is null
) b
where not $2 or b.open_until_us is not null
order by b.scope, b.name collate "C" nulls first, b.kind collate "C" nulls first, b.task_id
limit $3;

-- name: breaker_lock
select s.breakers
from longshore.agent_states s
where s.agent_id = (select a.id from longshore.agents a where a.name = $1)
for update;

-- name: breaker_reset
with gone as (
    delete from longshore.agent_breakers b
    using longshore.agents a
    where a.name = $1 and b.agent_id = a.id and b.kind = $2
    returning b.agent_id
)
update longshore.agent_states s set breakers = s.breakers - 1 where s.agent_id in (select agent_id from gone)
returning s.agent_id;

-- name: breakers_old
select s.agent_id
from longshore.agent_states s
where s.breakers > 0 and exists (
    select 1 from longshore.agent_breakers b
    where b.agent_id = s.agent_id and b.open_until_us is null and b.last_failure_us < $1)
order by s.agent_id
for update;

-- name: breakers_clean
with gone as (
    delete from longshore.agent_breakers b
    where b.agent_id = any ($1) and b.open_until_us is null and b.last_failure_us < $2
    returning b.agent_id
), over as (
    delete from longshore.task_breakers b
    where not exists (select 1 from longshore.ready s where s.id = b.task_id)
      and not exists (select 1 from longshore.claims s where s.id = b.task_id)
      and not exists (select 1 from longshore.deferred s where s.id = b.task_id)
      and not exists (select 1 from longshore.parked s where s.id = b.task_id)
    returning b.task_id
), counted as (
    update longshore.agent_states s
    set breakers = s.breakers - g.gone
    from (select agent_id, count(*)::integer as gone from gone group by agent_id) g
    where s.agent_id = g.agent_id
)
select (select count(*) from gone) + (select count(*) from over);

-- One of the three parts runs: what an agent was offered or accepted, or what is held, or that and what has ended.
-- name: assignments_find
select c.task_id, c.epoch, a.name, c.granted_us, c.ended_us, c.status, c.error, c.reason
from (
    select c.id as task_id, c.epoch, c.agent_id, c.granted_us, null::bigint as ended_us, c.status, null::text as error,
           null::smallint as reason
    from longshore.claims c
    where $7 and c.status < 18 and c.agent_id = (select a.id from longshore.agents a where a.name = $1)
    union all
    select c.id, c.epoch, c.agent_id, c.granted_us, null, c.status, null, null
    from longshore.claims c
    where $8 and ($2::bigint is null or c.id = $2)
      and ($1::text is null or c.agent_id = (select a.id from longshore.agents a where a.name = $1))
    union all
    select e.task_id, e.epoch, e.agent_id, e.granted_us, e.ended_us, e.outcome, e.error, e.reason
    from longshore.ended_claims e
    where $9 and ($2::bigint is null or e.task_id = $2)
      and ($1::text is null or e.agent_id = (select a.id from longshore.agents a where a.name = $1))
) c
join longshore.agents a on a.id = c.agent_id
where (cardinality($3) = 0 or c.status = any ($3)) and ($4::bigint is null or (c.task_id, c.epoch) > ($4, $5))
order by c.task_id, c.epoch
limit $6;

-- name: guards_task
select b.failures, b.trips, b.last_failure_us, b.open_until_us
from longshore.tasks t
left join longshore.task_breakers b on b.task_id = t.id
where t.id = $1;

-- name: guards_kept
select a.name, k.until_us, k.cause, case k.cause when 3 then a.principal end
from longshore.kept k
join longshore.agents a on a.id = k.agent_id
where k.task_id = $1
order by a.name collate "C";

-- name: guards_members
select m.id, c.step, a.name, a.principal, m.is_done
from (
    select id, class_id, agent_id, false as is_done
    from longshore.claims
    where group_id = (select group_id from longshore.tasks where id = $1)
    union all
    select id, class_id, agent_id, true
    from longshore.finished
    where group_id = (select group_id from longshore.tasks where id = $1) and state = 8
) m
join longshore.classes c on c.id = m.class_id
join longshore.agents a on a.id = m.agent_id
where m.id <> $1
order by m.id
limit $2;

-- name: guards_failers
select distinct a.name collate "C"
from longshore.ended_claims e
join longshore.agents a on a.id = e.agent_id
where e.task_id = $1 and (e.outcome = 1 or (e.outcome = 2 and e.single)) and e.ended_us > longshore.instant($2) - $3
order by 1;

-- name: heads
select h.id, h.class_id, h.rank, h.epoch, h.attempts, h.failures, h.priority, h.flags
from longshore.classes c
cross join lateral (
    select r.*
    from longshore.ready r
    where r.class_id = c.id and r.is_shut is null
      and (r.flags >= 0 or longshore.has_key_room(r.id, longshore.instant($4)))
    order by r.rank, r.id
    limit $2
) h
where $1 is null or c.namespace = $1
order by h.rank, h.id
limit $3;

-- name: cursors_list
select name, agent from longshore.cursors where namespace = $1 order by name collate "C";

-- name: review_subject
select longshore.instant($4), a.name, a.principal, a.id, e.epoch, e.outcome, e.ended_us, c.requires,
       array(select r.reviewer_key from longshore.reviews r where r.task_id = e.task_id and r.epoch = e.epoch),
       (select b.name from longshore.agents b where b.name = $3),
       (select b.principal from longshore.agents b where b.name = $3)
from longshore.ended_claims e
join longshore.agents a on a.id = e.agent_id
join longshore.places p on p.id = e.task_id
join longshore.classes c on c.id = p.class_id
where e.task_id = $1 and ($2 is null or e.epoch = $2)
order by e.outcome <> 0, e.epoch desc
limit 1;

-- name: review_add
insert into longshore.reviews (task_id, epoch, reviewer_key, reviewer, score, comment, at_us)
values ($1, $2, $3, $4, $5, $6, $7);

-- name: agent_learn
update longshore.agent_states s
set good = greatest(0, longshore.faded(s.good, s.as_of_us, longshore.instant($4), $5) + $2),
    bad = greatest(0, longshore.faded(s.bad, s.as_of_us, longshore.instant($4), $5) + $3),
    as_of_us = longshore.faded_to(s.as_of_us, longshore.instant($4), $5)
where s.agent_id = $1;

-- name: record_learn
insert into longshore.agent_records as r (agent_id, capability, good, bad, as_of_us)
select a.id, q.capability, greatest(0, $3), greatest(0, $4), longshore.faded_to(0, longshore.instant($5), $6)
from longshore.agents a
cross join unnest($2) as q (capability)
where a.id = $1 and q.capability = any (a.capabilities)
on conflict (agent_id, capability) do update
set good = greatest(0, longshore.faded(r.good, r.as_of_us, longshore.instant($5), $6) + $3),
    bad = greatest(0, longshore.faded(r.bad, r.as_of_us, longshore.instant($5), $6) + $4),
    as_of_us = longshore.faded_to(r.as_of_us, longshore.instant($5), $6);

-- name: review_lock
select s.agent_id
from longshore.agents a
join longshore.agent_states s on s.agent_id = a.id
where a.name = $1
for update of s;
