-- Unique tasks: at most one live task of a key.

-- flags of the stage tables, beside the former: 16384 it is unique.

create table unique_keys (
    task_id   integer primary key,
    digest    blob not null,                    -- SHA-256 of scope and key or payload
    holds     integer not null,                 -- it has the key, until it ends or somebody takes it over
    unstarted integer not null,                 -- it has it only until it is first given to an agent
    until_us  integer,                          -- it has it at least until then
    body      text not null                     -- JSON: as submitted
);
create unique index unique_keys_digest on unique_keys (digest) where holds;
