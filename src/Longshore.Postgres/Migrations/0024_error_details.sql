-- What a holder told of an error beyond its text, such as the stack of an exception.
create table longshore.error_details (
    task_id bigint not null,
    epoch   integer not null,
    detail  text not null,
    primary key (task_id, epoch)
);

-- Deletes tasks that have ended, and everything that is about them alone.
create or replace function longshore.remove_tasks(p_ids bigint[]) returns void language plpgsql as $$
declare
    v_groups bigint[];
begin
    delete from longshore.codes c using longshore.tasks t, longshore.classes k
    where t.id = any (p_ids) and t.code is not null and k.id = t.class_id
      and c.namespace = k.namespace and c.code = t.code;
    delete from longshore.insert_keys i using longshore.tasks t, longshore.classes k
    where t.id = any (p_ids) and t.idempotency_key is not null and k.id = t.class_id
      and i.namespace = k.namespace and i.key = t.idempotency_key;
    delete from longshore.assignments where task_id = any (p_ids);
    delete from longshore.deadlines where task_id = any (p_ids);
    delete from longshore.kept where task_id = any (p_ids);
    delete from longshore.drafts where task_id = any (p_ids);
    delete from longshore.relaxing where task_id = any (p_ids);
    delete from longshore.reviews where task_id = any (p_ids);
    delete from longshore.handoffs where task_id = any (p_ids);
    delete from longshore.help_requests where task_id = any (p_ids);
    delete from longshore.error_details where task_id = any (p_ids);
    delete from longshore.unique_keys where task_id = any (p_ids);
    delete from longshore.finished where id = any (p_ids);
    with gone as (
        delete from longshore.tasks where id = any (p_ids) returning group_id
    )
    select array_agg(distinct group_id) filter (where group_id is not null) into v_groups from gone;
    if v_groups is not null then
        perform longshore.remove_groups(v_groups);
    end if;
end
$$;
