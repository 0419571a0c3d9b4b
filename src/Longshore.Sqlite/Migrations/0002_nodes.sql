-- The nodes that share the store: each says from time to time that it is there.
create table nodes (
    name       text primary key,
    session    text not null,
    version    text not null,
    mode       text not null,
    interests  text not null, -- JSON array: the namespaces somebody waits for there
    started_us integer not null,
    heard_us   integer not null
) without rowid;
