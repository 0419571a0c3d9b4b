-- The record of applied migrations.

-- name: migrations_lock
select pg_advisory_xact_lock(hashtext('longshore migrations'), hashtext($1));

-- name: migrations_schema
create schema /* schema */;

-- name: migrations_schema_exists
-- Asked first: even "if not exists" needs the right to make schemas, which the owner of one schema may not have.
select exists (select 1 from pg_namespace where nspname = $1);

-- name: migrations_exist
select exists (select 1 from pg_tables where schemaname = $1 and tablename = 'migrations');

-- name: migrations_table
create table if not exists longshore.migrations (
    number     integer primary key,
    name       text not null,
    checksum   text not null,
    applied_us bigint not null
);

-- name: migrations_applied
select number, checksum from longshore.migrations order by number;

-- name: migration_record
insert into longshore.migrations (number, name, checksum, applied_us) values ($1, $2, $3, $4);

-- name: schema_drop
drop schema if exists /* schema */ cascade;

-- name: fact_put
insert into longshore.facts (name, value) values ($1, $2)
on conflict (name) do update set value = excluded.value where facts.value <> excluded.value;
