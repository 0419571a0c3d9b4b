-- Limits: how many tasks are held is counted from the claims; what rates have let go is kept here.

create table buckets (
    namespace text not null,
    kind      text not null,                    -- empty: of the namespace as a whole
    full_us   integer not null,                 -- when the bucket of tokens is full
    primary key (namespace, kind)
) without rowid;
