-- Limits.

-- name: load_held
select class_id, count(*) from claims group by class_id;

-- name: load_buckets
select namespace, kind, full_us from buckets;

-- name: bucket_put
insert into buckets (namespace, kind, full_us) values (?1, ?2, ?3)
on conflict (namespace, kind) do update set full_us = excluded.full_us;
