-- Task classes.

-- name: classes_since
select s.horizon, c.xid, c.id, c.namespace, c.kind, c.requires, c.levels, c.minimum_match, c.owner
from (select pg_snapshot_xmin(pg_current_snapshot()) as horizon) s
left join longshore.classes c on c.xid >= $1
order by c.id;

-- name: classes_add
insert into longshore.classes (namespace, kind, requires, levels, minimum_match, owner)
select namespace, kind, array(select json_array_elements_text(requires)),
       array(select json_array_elements_text(levels)::integer), minimum_match, owner
from json_to_recordset($1) as c (
    namespace text, kind text, requires json, levels json, minimum_match double precision, owner text);
