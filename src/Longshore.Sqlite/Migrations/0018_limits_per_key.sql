-- Limits per key: which key a task counts under, and the buckets of keys.

alter table tasks add column limit_key text;

create table buckets_by_key (
    namespace text not null,
    kind      text not null,                    -- empty: of the namespace as a whole
    key       text not null,                    -- empty: of all tasks together
    full_us   integer not null,                 -- when the bucket of tokens is full
    primary key (namespace, kind, key)
) without rowid;
insert into buckets_by_key (namespace, kind, key, full_us) select namespace, kind, '', full_us from buckets;
drop table buckets;
alter table buckets_by_key rename to buckets;
