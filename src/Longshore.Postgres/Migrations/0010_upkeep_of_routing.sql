-- What is not on the hot path, with all that routing keeps beside a task.

-- Locks these tasks where they are, whatever the stage, and these agents, and answers where. A task may move while its
-- stage is being looked up; then it looks again.
create function longshore.lock_places(p_ids bigint[], p_agents integer[]) returns setof longshore.places
language plpgsql as $$
declare
    v_claims bigint[];
    v_ready bigint[];
    v_deferred bigint[];
    v_parked bigint[];
    v_finished bigint[];
begin
    loop
        perform longshore.lock_agents(p_agents, p_ids);
        v_claims := array(select c.id from longshore.claims c where c.id = any (p_ids) order by c.id for update);
        v_ready := array(select r.id from longshore.ready r where r.id = any (p_ids) order by r.id for update);
        v_deferred := array(select d.id from longshore.deferred d where d.id = any (p_ids) order by d.id for update);
        v_parked := array(select p.id from longshore.parked p where p.id = any (p_ids) order by p.id for update);
        v_finished := array(select f.id from longshore.finished f where f.id = any (p_ids) order by f.id for update);
        exit when not exists (
            select 1
            from longshore.tasks t left join longshore.places p on p.id = t.id
            where t.id = any (p_ids) and (p.id is null or not p.id = any (case p.stage
                when 'claims' then v_claims when 'ready' then v_ready when 'deferred' then v_deferred
                when 'parked' then v_parked else v_finished end)));
    end loop;
    return query select * from longshore.places p where p.id = any (p_ids);
end
$$;

-- Brings deferred tasks that are due to the queue, and those that their breaker quarantined until now; answers how
-- many.
create or replace function longshore.stage(p_limit integer, p_now_us bigint) returns integer
language plpgsql as $$
declare
    v_now bigint := longshore.instant(p_now_us);
    v_ids bigint[];
begin
    with deferred as (
        select d.id, d.until_us from longshore.deferred d where d.until_us <= v_now order by d.until_us, d.id
        limit p_limit for update skip locked
    ), parked as (
        select p.id, p.until_us from longshore.parked p where p.until_us <= v_now order by p.until_us, p.id
        limit p_limit for update skip locked
    ), due as (
        select id from (select * from deferred union all select * from parked) d order by until_us, id limit p_limit
    ), gone as (
        delete from longshore.deferred d using due where d.id = due.id
        returning d.id, d.rank, d.until_us, d.class_id, d.epoch, d.attempts, d.failures, d.priority, d.flags
    ), freed as (
        delete from longshore.parked p using due where p.id = due.id
        returning p.id, p.rank, p.until_us, p.class_id, p.epoch, p.attempts, p.failures, p.priority, p.flags
    ), moved as (
        select * from gone union all select * from freed
    ), queued as (
        insert into longshore.ready (id, rank, class_id, epoch, attempts, failures, priority, flags)
        select id, rank, class_id, epoch, attempts, failures, priority, flags from moved
    )
    select array_agg(id order by until_us, id) into v_ids from moved;
    if v_ids is null then
        return 0;
    end if;
    insert into longshore.events (seq, at_us, type, actor_type, actor, count, tasks)
    select nextval('longshore.event_seq'), v_now, 'task_ready', 1, 'longshore', cardinality(v_ids), v_ids
    from longshore.announce_events();
    return cardinality(v_ids);
end
$$;

-- Removes groups without tasks. First the locks, for which it does not wait; then, in a statement of its own, the look.
create function longshore.remove_groups(p_groups bigint[]) returns void language plpgsql as $$
declare
    v_locked bigint[] := array(
        select g.id from longshore.groups g where g.id = any (p_groups) order by g.id for update skip locked);
begin
    delete from longshore.groups g
    where g.id = any (v_locked) and not exists (select 1 from longshore.tasks t where t.group_id = g.id);
end
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

