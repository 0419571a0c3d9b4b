-- What nodes tell each other. Sent after the commit of what it tells of, never within it: a notifying commit waits for
-- every other one.

-- name: bus_notify
select pg_notify(s.channel, s.payload)
from unnest($1, $2, $3) as s (channel, payload, namespace)
where exists (
    select from longshore.nodes n
    where n.session <> $4 and n.mode <> 'polling_only' and n.heard_us > longshore.instant(null) - $5
      and (s.namespace is null or s.namespace = any (n.interests))
);

-- name: bus_notify_self
select pg_notify($1, $2);

-- name: bus_listen
listen /* channel */;

-- name: bus_unlisten
unlisten /* channel */;

-- name: bus_alive
select 1;
