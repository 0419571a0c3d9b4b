-- Limits.

-- name: load_held
select class_id, count(*) from claims group by class_id;

-- name: load_keyed_claims
select c.id, c.class_id, c.rank, c.epoch, c.attempts, c.failures, c.priority, c.flags, t.limit_key
from claims c
join tasks t on t.id = c.id
where c.flags & 32768 <> 0;

-- name: load_buckets
select namespace, kind, key, full_us from buckets;

-- name: bucket_put
insert into buckets (namespace, kind, key, full_us) values (?1, ?2, ?3, ?4)
on conflict (namespace, kind, key) do update set full_us = excluded.full_us;

-- name: bucket_remove
delete from buckets where namespace = ?1 and kind = ?2 and key = ?3;
