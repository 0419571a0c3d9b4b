-- Agents and leadership.

-- name: agent_profile
select longshore.instant(null), id, version, name, type, description, capabilities, levels, expiries_us,
       specializations, kinds, namespaces, max_concurrent, preferences, metadata, session, graces_us, principal,
       priority_levels, unavailable, authorised
from longshore.agents
where name = $1;

-- name: agent_list
select a.name, a.type, a.description, a.capabilities, a.levels, a.expiries_us, a.specializations, a.kinds, a.namespaces,
       a.max_concurrent, a.preferences, a.metadata, a.session, a.graces_us, a.principal, a.priority_levels,
       a.unavailable, a.authorised, a.id, a.version, s.mode, s.load, a.reputation,
       s.completed, s.failed, a.registered_us, s.seen_us, s.holds_suspect,
       s.breakers, s.good, s.bad, s.as_of_us, r.capabilities, r.good, r.bad, r.as_of_us
from longshore.agents a
join longshore.agent_states s on s.agent_id = a.id
left join lateral (
    select array_agg(c.capability) as capabilities, array_agg(c.good) as good, array_agg(c.bad) as bad,
           array_agg(c.as_of_us) as as_of_us
    from longshore.agent_records c
    where c.agent_id = a.id) r on true
where $1 is null or a.name = any ($1)
order by a.name collate "C";

-- name: agent_lock
select a.id, a.session
from longshore.agents a
join longshore.agent_states s on s.agent_id = a.id
where a.name = $1
for update;

-- name: agent_add
with added as (
    insert into longshore.agents (name, type, description, capabilities, levels, expiries_us, specializations, kinds,
                                  namespaces, max_concurrent, preferences, metadata, session, graces_us, principal,
                                  priority_levels, reputation, registered_us)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, coalesce($17, 1.0),
            longshore.instant($18))
    on conflict (name) do nothing
    returning id
)
insert into longshore.agent_states (agent_id, mode, holds_suspect, load, completed, failed, seen_us)
select id, 0, false, 0, 0, 0, longshore.instant($18) from added
returning agent_id;

-- name: agent_replace
with replaced as (
    update longshore.agents set
        version = version + 1, type = $2, description = $3, capabilities = $4, levels = $5, expiries_us = $6,
        specializations = $7, kinds = $8, namespaces = $9, max_concurrent = $10, preferences = $11, metadata = $12,
        session = $13, graces_us = $14, principal = $15, priority_levels = $16, unavailable = '{}',
        reputation = coalesce($17, reputation)
    where name = $1
    returning id
)
update longshore.agent_states s set mode = 0, seen_us = greatest(s.seen_us, longshore.instant($18))
from replaced r
where s.agent_id = r.id;

-- name: agents_heard
with heard as (
    select s.agent_id, a.name
    from longshore.agents a
    join longshore.agent_states s on s.agent_id = a.id
    where a.name = any ($1)
    order by s.agent_id
    for update of s
), seen as (
    update longshore.agent_states s set seen_us = greatest(s.seen_us, longshore.instant($2))
    where s.agent_id in (select agent_id from heard)
)
select name from heard;

-- name: agent_set_mode
update longshore.agent_states s set mode = $2
from longshore.agents a
where a.name = $1 and s.agent_id = a.id;

-- name: agent_set_unavailable
with changed as (
    update longshore.agents set version = version + 1, unavailable = $2 where name = $1 returning id
)
update longshore.agent_states s set seen_us = greatest(s.seen_us, longshore.instant($3))
from changed c
where s.agent_id = c.id;

-- name: agent_set_authorised
update longshore.agents set version = version + 1, authorised = $2 where name = $1;

-- name: claims_of_agent
select id from longshore.claims where agent_id = $1 order by id;

-- name: lease_acquire
insert into longshore.leases as l (name, holder, epoch, until_us)
values ($1, $2, 1, longshore.instant($4) + $3)
on conflict (name) do update
set holder = excluded.holder, epoch = l.epoch + case when l.holder = excluded.holder then 0 else 1 end,
    until_us = excluded.until_us
where l.holder = excluded.holder or l.until_us <= longshore.instant($4)
returning epoch;

-- name: lease_release
update longshore.leases set until_us = 0 where name = $1 and holder = $2;
