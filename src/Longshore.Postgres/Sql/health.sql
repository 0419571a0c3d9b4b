-- How the database is doing, for people. Reads statistics that every role may read; what a role may not see of others'
-- sessions is counted instead.

-- name: health_schema_version
select count(*) from longshore.migrations;

-- name: health_leases
select name, holder, epoch, until_us from longshore.leases where holder is not null order by name;

-- name: health_instant
select longshore.instant($1);

-- name: health_transactions
-- The transaction that has held back vacuum for the longest, prepared ones included; and sessions we may not look into.
select max(o.seconds), (array_agg(o.who order by o.seconds desc))[1],
       (select count(*) from pg_stat_activity where datname = current_database() and backend_type is null)
from (
    select extract(epoch from clock_timestamp() - xact_start)::double precision as seconds,
           format('pid %s, user %s, application %s, %s', pid, usename, application_name, state) as who
    from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid() and xact_start is not null
      and backend_type = 'client backend'
    union all
    select extract(epoch from clock_timestamp() - prepared)::double precision, format('prepared transaction %s', gid)
    from pg_prepared_xacts
    where database = current_database()
) o;

-- name: health_tables
select s.relname::text, s.n_live_tup, s.n_dead_tup, s.seq_scan, coalesce(s.idx_scan, 0)
from pg_stat_user_tables s
join pg_class c on c.oid = s.relid
where c.relnamespace = (select relnamespace from pg_class where oid = 'longshore.ready'::regclass)
order by s.n_dead_tup desc, s.relname;

-- name: health_indexes
select c.relname::text
from pg_index i
join pg_class c on c.oid = i.indexrelid
where c.relnamespace = (select relnamespace from pg_class where oid = 'longshore.ready'::regclass)
  and i.indisvalid and i.indisready;

-- name: health_server
select pg_notification_queue_usage(),
       (select count(*) from pg_stat_activity
        where datname is not null and coalesce(backend_type, 'client backend') = 'client backend'),
       current_setting('max_connections')::bigint,
       (select age(datfrozenxid) from pg_database where datname = current_database())::bigint,
       (select count(*) from pg_replication_slots where not active),
       current_setting('autovacuum'),
       concat_ws(
           ', ',
           case when current_setting('fsync') = 'off' then 'fsync' end,
           case when current_setting('full_page_writes') = 'off' then 'full_page_writes' end,
           case when current_setting('synchronous_commit') = 'off' then 'synchronous_commit' end);
