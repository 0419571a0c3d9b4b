-- Agents and leadership.

-- name: agent_add
insert into agents (name, type, description, capabilities, specializations, kinds, namespaces, max_concurrent,
                    preferences, metadata, session, mode, load, reputation, completed, failed, registered_us, seen_us,
                    priority_levels, principal)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, 0, 0, ?12, 0, 0, ?13, ?13, ?14, ?15)
returning id;

-- name: agent_replace
update agents set
    type = ?2, description = ?3, capabilities = ?4, specializations = ?5, kinds = ?6, namespaces = ?7,
    max_concurrent = ?8, preferences = ?9, metadata = ?10, session = ?11, mode = 0, reputation = ?12, seen_us = ?13,
    priority_levels = ?14, principal = ?15, unavailable = '[]'
where name = ?1;

-- name: agent_store
update agents set mode = ?2, load = ?3, completed = ?4, failed = ?5, seen_us = ?6, good = ?7, bad = ?8, as_of_us = ?9,
    score = ?10
where id = ?1;

-- name: agent_record_put
insert into agent_records (agent_id, capability, good, bad, as_of_us) values (?1, ?2, ?3, ?4, ?5)
on conflict (agent_id, capability) do update
set good = excluded.good, bad = excluded.bad, as_of_us = excluded.as_of_us;

-- name: agent_use
update agents set unavailable = ?2, authorised = ?3 where id = ?1;

-- name: lease_get
select holder, epoch, until_us from leases where name = ?1;

-- name: lease_put
insert into leases (name, holder, epoch, until_us) values (?1, ?2, ?3, ?4)
on conflict (name) do update set holder = excluded.holder, epoch = excluded.epoch, until_us = excluded.until_us;

-- name: lease_release
update leases set until_us = 0 where name = ?1 and holder = ?2;
