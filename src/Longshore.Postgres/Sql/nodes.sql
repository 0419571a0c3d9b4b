-- The nodes that share the database, and what they tell each other.

-- name: nodes_forget
delete from longshore.nodes where heard_us <= longshore.instant($1) - 10 * $2;

-- name: node_beat
with heard as (
    insert into longshore.nodes as n (name, session, version, mode, interests, started_us, heard_us)
    values ($1, $2, $3, $4, $5, longshore.instant($8), longshore.instant($8))
    on conflict (name) do update set
        session = excluded.session,
        version = excluded.version,
        mode = excluded.mode,
        interests = excluded.interests,
        started_us = case when n.session = excluded.session then n.started_us else excluded.started_us end,
        heard_us = excluded.heard_us
    where $7 or n.session = excluded.session or n.heard_us <= longshore.instant($8) - $6
    returning 1
)
select exists (select from heard), longshore.instant($8);

-- name: node_leave
delete from longshore.nodes where name = $1 and session = $2;

-- name: nodes_list
select name, session, version, mode, interests, started_us, heard_us from longshore.nodes order by name collate "C";
