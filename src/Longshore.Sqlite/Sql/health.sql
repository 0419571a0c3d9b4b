-- How the database is doing, for people.

-- name: health_schema_version
select count(*) from migrations;

-- name: health_leases
select name, holder, epoch, until_us from leases where holder is not null order by name;
