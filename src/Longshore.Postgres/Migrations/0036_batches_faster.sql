-- Claims of steps that depend on nothing, as all tasks of batches do.

-- As before; but what depends on nothing is handed nothing on without a second look, and what is asked is planned once:
-- a plan for few predecessors looks so much cheaper than one for any number that each call made its own.
create or replace function longshore.run_part(p_task bigint, p_inputs boolean) returns text[]
language plpgsql set plan_cache_mode = force_generic_plan as $$
declare
    v_run text;
    v_name text;
    v_before bigint[];
    v_inputs text;
begin
    select s.run_id::text, s.name into v_run, v_name from longshore.run_steps s where s.task_id = p_task;
    if v_run is null then
        return null;
    end if;
    if p_inputs then
        -- Written so that each table is asked by its key, whatever is known of its size.
        v_before := array(select d.depends_on from longshore.dependencies d where d.task_id = p_task);
        if v_before = '{}' then
            return array[v_run, v_name, '{}'];
        end if;
        select '{' || coalesce(
            string_agg(
                to_json(b.name)::text || ':' || coalesce(
                    (select f.result::text from longshore.finished f where f.id = b.task_id), 'null'),
                ',' order by b.place) filter (where b.outcome = 1), '') || '}'
        into v_inputs
        from longshore.run_steps b
        where b.task_id = any (v_before);
    end if;
    return array[v_run, v_name, v_inputs];
end
$$;
