-- What is not on the hot path: locking tasks wherever they are, what time brings, and reading the log.

-- Locks these tasks where they are, whatever the stage, and answers where. A task may move while its stage is being
-- looked up; then it looks again.
create function longshore.lock_places(p_ids bigint[]) returns setof longshore.places
language plpgsql as $$
declare
    v_claims bigint[];
    v_ready bigint[];
    v_deferred bigint[];
    v_parked bigint[];
    v_finished bigint[];
begin
    loop
        perform longshore.lock_agents(null, p_ids);
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

-- Brings deferred tasks that are due to the queue; answers how many.
create function longshore.stage(p_limit integer, p_now_us bigint) returns integer
language plpgsql as $$
declare
    v_now bigint := longshore.instant(p_now_us);
    v_ids bigint[];
begin
    with due as (
        select d.id from longshore.deferred d where d.until_us <= v_now order by d.until_us, d.id limit p_limit
        for update skip locked
    ), gone as (
        delete from longshore.deferred d using due where d.id = due.id returning d.*
    ), queued as (
        insert into longshore.ready (id, rank, class_id, epoch, attempts, failures, priority, flags)
        select id, rank, class_id, epoch, attempts, failures, priority, flags from gone
    )
    select array_agg(id order by until_us, id) into v_ids from gone;
    if v_ids is null then
        return 0;
    end if;
    insert into longshore.events (seq, at_us, type, actor_type, actor, count, tasks)
    select nextval('longshore.event_seq'), v_now, 'task_ready', 1, 'longshore', cardinality(v_ids), v_ids
    from longshore.announce_events();
    return cardinality(v_ids);
end
$$;

-- Deletes tasks that ended before an instant, and the events of then; answers how many tasks. It walks the log from its
-- oldest end: the events there name the tasks that ended then, so no index over all ends is kept on the hot path.
create function longshore.prune(p_before_us bigint, p_limit integer) returns integer
language plpgsql as $$
declare
    v_row record;
    v_over bigint[];
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
        delete from longshore.finished where id = any (v_over);
        delete from longshore.tasks where id = any (v_over);
        v_count := v_count + cardinality(v_over);
        exit when v_count >= p_limit;
        delete from longshore.events where seq = v_row.seq;
    end loop;
    return v_count;
end
$$;

-- The number up to which the log is complete for whoever looks after asking. First the end of the sequence, then the
-- announcements: whoever announces in between takes higher numbers. Announcements carry the lowest 31 bits.
create function longshore.events_bound() returns bigint language plpgsql volatile as $$
declare
    v_last bigint;
    v_behind bigint;
begin
    select case when is_called then last_value else 0 end into v_last from longshore.event_seq;
    select max(d.behind) into v_behind
    from pg_locks l, lateral (select (v_last - l.objid::bigint) & 2147483647 as behind) d
    where l.locktype = 'advisory' and l.objsubid = 2 and l.granted
      and l.database = (select d.oid from pg_database d where d.datname = current_database())
      and l.classid::bigint = 'longshore.events'::regclass::oid::bigint & 2147483647
      and d.behind < 1073741824; -- what was announced meanwhile is ahead, and seems to be far behind
    return greatest(0, v_last - coalesce(v_behind, 0));
end
$$;

-- Rows of the log after a number, in order, as far as the log is complete and until they stand for so many events
-- besides those of the first row that the reader has seen before.
create function longshore.events_between(p_after bigint, p_limit bigint, p_seen bigint) returns setof longshore.events
language plpgsql volatile as $$
declare
    v_bound bigint := longshore.events_bound();
begin
    select max(r.seq) into v_bound
    from (select e.seq, sum(e.count) over (order by e.seq) - e.count as before
          from longshore.events e where e.seq > p_after and e.seq <= v_bound order by e.seq limit p_limit) r
    where r.before < p_limit + p_seen;
    return query
    select * from longshore.events e where e.seq > p_after and e.seq <= v_bound order by e.seq;
end
$$;
