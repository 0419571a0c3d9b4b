-- Who reviewed which assignment: each reviewer, or all agents of one principal, once.

create table longshore.reviews (
    task_id      bigint not null,
    epoch        integer not null,
    reviewer_key text not null,
    reviewer     text not null,
    score        double precision not null check (score between 0 and 1),
    comment      text,
    at_us        bigint not null,
    primary key (task_id, epoch, reviewer_key)
);

-- As before, and forgets the reviews of what it deletes.
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
        delete from longshore.reviews where task_id = any (v_over);
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
