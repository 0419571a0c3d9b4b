-- Requirements that relax with waiting time.

-- flags of the stage tables, beside the former: 1024 its requirements relax.

create table longshore.relaxing (
    task_id bigint primary key,
    due_us  bigint,                             -- when the next step is due; null: never
    step    smallint not null,                  -- the step in force
    skipped integer not null,                   -- bit n: nobody present could meet step n
    steps   text not null                       -- JSON: what it asks for, step by step
);
create index relaxing_due on longshore.relaxing (due_us, task_id) where due_us is not null;

-- Remembers the steps of those new tasks that have some, and for how long the first holds; answers all their ids.
create function longshore.relax_inserted(p_ids bigint[], p_steps text[], p_first_us bigint[]) returns bigint[]
language plpgsql as $$
begin
    insert into longshore.relaxing (task_id, due_us, step, skipped, steps)
    select t.id, greatest(t.created_us, t.ready_us) + n.first_us, 0, 0, n.steps
    from unnest(p_ids, p_steps, p_first_us) as n (id, steps, first_us)
    join longshore.tasks t on t.id = n.id
    where n.steps is not null;
    return p_ids;
end
$$;

-- How far a task's requirements have relaxed and by what steps; null when they do not.
create function longshore.relaxation(p_task bigint, p_flags integer) returns text[] language sql stable as $$
    select array[x.step::text, x.due_us::text, x.skipped::text, x.steps]
    from longshore.relaxing x
    where p_flags & 1024 <> 0 and x.task_id = p_task
$$;

-- Deletes tasks that ended before an instant, and the events of then; answers how many tasks. It walks the log from its
-- oldest end: the events there name the tasks that ended then, so no index over all ends is kept on the hot path.
create or replace function longshore.prune(p_before_us bigint, p_limit integer) returns integer
language plpgsql as $$
declare
    v_row record;
    v_over bigint[];
    v_groups bigint[];
    v_count integer := 0;
begin
    for v_row in
        select e.seq, coalesce(e.tasks, array[e.task_id]) as tasks
        from longshore.events e where e.at_us < p_before_us order by e.seq limit 20 * p_limit
        for update skip locked
    loop
        v_over := array(
            select f.id from longshore.finished f where f.id = any (v_row.tasks) and f.ended_us < p_before_us
            order by f.id limit p_limit - v_count for update);
        delete from longshore.codes c using longshore.tasks t, longshore.classes k
        where t.id = any (v_over) and t.code is not null and k.id = t.class_id
          and c.namespace = k.namespace and c.code = t.code;
        delete from longshore.insert_keys i using longshore.tasks t, longshore.classes k
        where t.id = any (v_over) and t.idempotency_key is not null and k.id = t.class_id
          and i.namespace = k.namespace and i.key = t.idempotency_key;
        delete from longshore.assignments where task_id = any (v_over);
        delete from longshore.deadlines where task_id = any (v_over);
        delete from longshore.kept where task_id = any (v_over);
        delete from longshore.drafts where task_id = any (v_over);
        delete from longshore.relaxing where task_id = any (v_over);
        delete from longshore.finished where id = any (v_over);
        with gone as (
            delete from longshore.tasks where id = any (v_over) returning group_id
        )
        select array_agg(distinct group_id) filter (where group_id is not null) into v_groups from gone;
        if v_groups is not null then
            perform longshore.remove_groups(v_groups);
        end if;
        v_count := v_count + cardinality(v_over);
        exit when v_count >= p_limit;
        delete from longshore.events where seq = v_row.seq;
    end loop;
    return v_count;
end
$$;
