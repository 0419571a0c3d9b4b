-- Unique keys cost less: a task that ends leaves its key to whoever wants it next, and that is found out where a batch
-- of new tasks looks for keys that are held.

drop function longshore.free_keys(bytea[]);

-- Answers the keys when nobody has one of them any more; else raises LS002, and the caller looks closer.
create function longshore.free_keys(p_digests bytea[], p_now_us bigint) returns bytea[]
language plpgsql set plan_cache_mode = force_generic_plan as $$
begin
    if exists (select 1 from longshore.unique_keys k where k.digest = any (p_digests) and k.holds) then
        perform longshore.drop_stale_keys(p_digests, '{}', p_now_us);
        if exists (select 1 from longshore.unique_keys k where k.digest = any (p_digests) and k.holds) then
            raise exception 'a unique key is held' using errcode = 'LS002';
        end if;
    end if;
    return p_digests;
end
$$;

-- As before unique keys.
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
    if v_watched then
        perform longshore.note_success(p_ids);
    end if;
end
$$;
