-- The record of applied migrations.

-- name: migrations_table
create table if not exists migrations (
    number     integer primary key,
    name       text not null,
    checksum   text not null,
    applied_us integer not null
);

-- name: migrations_applied
select number, checksum from migrations order by number;

-- name: migration_record
insert into migrations (number, name, checksum, applied_us) values (?1, ?2, ?3, ?4);

-- name: schema_dump
select sql from sqlite_master where sql is not null and name not like 'sqlite_%' order by type desc, name;

-- name: fact_put
insert into facts (name, value) values (?1, ?2) on conflict (name) do update set value = excluded.value;
