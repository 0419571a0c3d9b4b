-- Task classes.

-- name: classes_since
select s.horizon, c.xid, c.id, c.namespace, c.kind, c.requires, c.levels, c.minimum_match, c.owner, c.match::integer,
       c.step, c.target
from (select pg_snapshot_xmin(pg_current_snapshot()) as horizon) s
left join longshore.classes c on c.xid >= $1
order by c.id;

-- name: classes_intern
select null::xid8, null::xid8,
       longshore.intern_class(c.namespace, c.kind, c.requires, c.levels, c.minimum_match, c.owner,
                              c.match, c.step, c.target),
       c.namespace, c.kind, c.requires, c.levels, c.minimum_match, c.owner, c.match, c.step, c.target
from (
    select namespace, kind, array(select json_array_elements_text(requires)) as requires,
           array(select json_array_elements_text(levels)::integer) as levels, minimum_match, owner,
           match, step, target
    from json_to_recordset($1) as j (
        namespace text, kind text, requires json, levels json, minimum_match double precision, owner text,
        match integer, step text, target text)
) c;
