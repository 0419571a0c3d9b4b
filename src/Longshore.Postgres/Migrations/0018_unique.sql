-- Unique tasks: at most one live task of a key.

-- flags of the stage tables, beside the former: 16384 it is unique.

create table longshore.unique_keys (
    task_id   bigint primary key,
    until_us  bigint,                                   -- it has the key at least until then
    digest    bytea not null,                           -- SHA-256 of scope and key or payload
    holds     boolean not null default true,            -- it has the key, until it ends or somebody takes it over
    unstarted boolean not null,                         -- it has it only until it is first given to an agent
    body      text not null                             -- JSON: as submitted
);
create unique index unique_keys_digest on longshore.unique_keys (digest) where holds;

-- Answers the keys when nobody has one of them; else raises LS002, and the caller looks closer.
create function longshore.free_keys(p_digests bytea[]) returns bytea[]
language plpgsql set plan_cache_mode = force_generic_plan as $$
begin
    if exists (select 1 from longshore.unique_keys k where k.digest = any (p_digests) and k.holds) then
        raise exception 'a unique key is held' using errcode = 'LS002';
    end if;
    return p_digests;
end
$$;

-- Gives those new tasks that are unique their keys, in one order everywhere; answers all their ids. Arrays may be null
-- where every task has the usual value.
create function longshore.hold_keys(
    p_ids bigint[], p_digests bytea[], p_unstarted boolean[], p_windows bigint[], p_bodies text[], p_now_us bigint)
returns bigint[]
language plpgsql set plan_cache_mode = force_generic_plan as $$
declare
    v_now bigint := longshore.instant(p_now_us);
begin
    insert into longshore.unique_keys (task_id, digest, unstarted, until_us, body)
    select n.id, n.digest, coalesce(n.unstarted, false), v_now + n.window_us, coalesce(n.body, '{}')
    from unnest(p_ids, p_digests, p_unstarted, p_windows, p_bodies) as n (id, digest, unstarted, window_us, body)
    where n.digest is not null
    order by n.digest;
    return p_ids;
end
$$;

-- Whether a task that has a key has it only until somebody wants it.
create function longshore.has_stale_key(p_task bigint, p_unstarted boolean, p_until_us bigint, p_now_us bigint)
returns boolean
language sql volatile as $$
    select coalesce(p_until_us <= p_now_us, true)
       and not exists (
            select 1 from longshore.places p where p.id = p_task and p.state < 8 and (not p_unstarted or p.epoch = 0))
$$;

-- Who else has the key of a task now; it asks for what committed last, not for what did before the task was locked.
create function longshore.rival(p_task bigint, p_now_us bigint) returns bigint
language sql volatile as $$
    select o.task_id
    from longshore.unique_keys k
    join longshore.unique_keys o on o.digest = k.digest and o.holds and o.task_id <> k.task_id
    where k.task_id = p_task and not longshore.has_stale_key(o.task_id, o.unstarted, o.until_us, p_now_us)
$$;

-- Takes these keys from whoever has them only until somebody wants them; but not from some tasks. First the locks, for
-- which whoever brings a task back to life waits; then, in a statement of its own, the second look.
create function longshore.drop_stale_keys(p_digests bytea[], p_but bigint[], p_now_us bigint) returns void
language plpgsql as $$
declare
    v_now bigint := longshore.instant(p_now_us);
    v_ids bigint[] := array(
        select k.task_id from longshore.unique_keys k
        where k.digest = any (p_digests) and k.holds and not k.task_id = any (p_but)
          and longshore.has_stale_key(k.task_id, k.unstarted, k.until_us, v_now)
        order by k.task_id
        for update);
begin
    if cardinality(v_ids) > 0 then
        update longshore.unique_keys k
        set holds = false
        where k.task_id = any (v_ids) and longshore.has_stale_key(k.task_id, k.unstarted, k.until_us, v_now);
    end if;
end
$$;

-- Gives ended tasks that live again their keys; a unique_violation says that somebody else has one.
create function longshore.take_keys(p_ids bigint[], p_digests bytea[], p_now_us bigint) returns void
language plpgsql as $$
begin
    perform longshore.drop_stale_keys(p_digests, p_ids, p_now_us);
    update longshore.unique_keys set holds = true where task_id = any (p_ids);
end
$$;

-- As before; and what is unique gives up its key.
create or replace function longshore.complete(
    p_agents integer[], p_ids bigint[], p_epochs integer[], p_results json[], p_keys text[], p_now_us bigint,
    p_half_life_us bigint default 2592000000000)
returns void
language plpgsql set plan_cache_mode = force_generic_plan as $$
declare
    v_now bigint;
    v_ended integer;
    v_flags integer;
    v_watched boolean;
begin
    select bool_or(a.breakers > 0) into v_watched
    from (
        select s.breakers
        from longshore.agent_states s
        where s.agent_id = any (array(
            select unnest(p_agents) union select c.agent_id from longshore.claims c where c.id = any (p_ids)))
        order by s.agent_id
        for update) a;
    v_now := longshore.instant(p_now_us);
    with said as (
        select * from unnest(p_ids, p_epochs, p_results, p_keys) as s (id, epoch, result, key)
    ), gone as (
        delete from longshore.claims c
        using said s
        where c.id = s.id and c.epoch = s.epoch and c.status not in (16, 19)
          and (c.flags & 8 = 0 or c.lease_us > v_now)
        returning c.*, s.result, s.key as said_key
    ), ended as (
        insert into longshore.finished (id, rank, ended_us, granted_us, class_id, epoch, attempts, failures, agent_id,
                                        priority, flags, state, outcome, single, result, key, group_id)
        select id, rank, v_now, granted_us, class_id, epoch, attempts, failures, agent_id,
               priority, flags & ~769, 8, 0, single, result, said_key, group_id
        from gone
    ), done as (
        select agent_id, class_id, count(*)::integer as tasks from gone group by agent_id, class_id
    ), freed as (
        update longshore.agent_states a
        set load = a.load - g.tasks, holds_suspect = false, completed = a.completed + g.tasks,
            good = longshore.faded(a.good, a.as_of_us, v_now, p_half_life_us) + g.tasks * 1000000::bigint,
            bad = longshore.faded(a.bad, a.as_of_us, v_now, p_half_life_us),
            as_of_us = longshore.faded_to(a.as_of_us, v_now, p_half_life_us),
            seen_us = greatest(a.seen_us, v_now)
        from (select agent_id, sum(tasks)::integer as tasks from done group by agent_id) g
        where a.agent_id = g.agent_id
    ), learned as (
        insert into longshore.agent_records as r (agent_id, capability, good, bad, as_of_us)
        select d.agent_id, q.capability, sum(d.tasks) * 1000000, 0, longshore.faded_to(0, v_now, p_half_life_us)
        from done d
        join longshore.classes c on c.id = d.class_id
        cross join lateral unnest(c.requires) as q (capability)
        join longshore.agents a on a.id = d.agent_id and q.capability = any (a.capabilities)
        group by d.agent_id, q.capability
        on conflict (agent_id, capability) do update
        set good = longshore.faded(r.good, r.as_of_us, v_now, p_half_life_us) + excluded.good,
            bad = longshore.faded(r.bad, r.as_of_us, v_now, p_half_life_us),
            as_of_us = longshore.faded_to(r.as_of_us, v_now, p_half_life_us)
    ), noted as (
        insert into longshore.events (seq, at_us, type, actor_type, count, tasks, epochs, agents, states)
        select nextval('longshore.event_seq'), v_now, 'task_completed', 0, count(*), array_agg(id), array_agg(epoch),
               array_agg(agent_id), array_agg(8::smallint)
        from longshore.announce_events(), gone
        having count(*) > 0
    )
    select count(*), bit_or(flags) into v_ended, v_flags from gone;
    if v_ended < cardinality(p_ids) then
        raise exception 'a claim does not hold' using errcode = 'LS001';
    end if;
    if v_flags & 768 <> 0 then
        delete from longshore.drafts where task_id = any (p_ids);
        delete from longshore.task_breakers where task_id = any (p_ids);
    end if;
    if v_flags & 16384 <> 0 then
        update longshore.unique_keys
        set holds = false
        where task_id = any (p_ids) and holds and (until_us is null or until_us <= v_now);
    end if;
    if v_watched then
        perform longshore.note_success(p_ids);
    end if;
end
$$;

-- As before, with unique keys.
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
        delete from longshore.handoffs where task_id = any (v_over);
        delete from longshore.help_requests where task_id = any (v_over);
        delete from longshore.unique_keys where task_id = any (v_over);
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
