-- The nodes that share the database: each says every few seconds that it is there and what it waits for.
create table longshore.nodes (
    name       text primary key,
    session    text not null,
    version    text not null,
    mode       text not null,
    interests  text[] not null,                 -- the namespaces somebody waits for there
    started_us bigint not null,
    heard_us   bigint not null
) with (fillfactor = 50);
