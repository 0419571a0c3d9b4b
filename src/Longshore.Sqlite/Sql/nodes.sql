-- The nodes that share the store.

-- name: node_beat
insert into nodes (name, session, version, mode, interests, started_us, heard_us)
values (?1, ?2, ?3, ?4, ?5, ?6, ?6)
on conflict (name) do update set
    session = excluded.session,
    version = excluded.version,
    mode = excluded.mode,
    interests = excluded.interests,
    started_us = case when nodes.session = excluded.session then nodes.started_us else excluded.started_us end,
    heard_us = excluded.heard_us
where nodes.session = excluded.session or nodes.heard_us <= ?7;

-- name: nodes_forget
delete from nodes where heard_us <= ?1;

-- name: node_leave
delete from nodes where name = ?1 and session = ?2;

-- name: nodes_list
select name, session, version, mode, interests, started_us, heard_us from nodes order by name;
