-- The ends of steps on the hot path.

-- As before; but the runs are found by their keys, however many others there are.
create or replace function longshore.lock_runs(p_tasks bigint[], p_run bigint) returns setof longshore.runs
language plpgsql set plan_cache_mode = force_generic_plan set enable_seqscan = off set jit = off
as $$
declare
    v_runs bigint[] := p_run || array(select s.run_id from longshore.run_steps s where s.task_id = any (p_tasks));
begin
    perform 1 from longshore.runs r where r.id = any (v_runs) order by r.id for update;
    return query select * from longshore.runs r where r.id = any (v_runs);
end
$$;

-- As before; but planned once for all calls, of which a claim makes one for each step.
create or replace function longshore.run_part(p_task bigint, p_inputs boolean) returns text[]
language plpgsql stable as $$
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

drop function longshore.complete(integer[], bigint[], integer[], json[], text[], bigint, bigint);

-- As before; but a step of a run says so with LS004, unless what follows is seen to (p_steps).
create function longshore.complete(
    p_agents integer[], p_ids bigint[], p_epochs integer[], p_results json[], p_keys text[], p_now_us bigint,
    p_half_life_us bigint default 2592000000000, p_steps boolean default false)
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
    if v_flags & 8192 <> 0 and not p_steps then
        raise exception 'a task is a step of a run' using errcode = 'LS004';
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

-- Ends claims as done of which some are of steps, lets go what waited for those, and answers which tasks became ready.
-- It sees to what is usual: runs where nothing failed, without conditions, overlap, and compensations that are not
-- needed at the end. Where that is not so it raises LS001, and Workflows/RunAdvance.cs, which this follows, decides.
-- Everything is looked up by its key: a plan is made once, and what is a small table then may have grown since.
create function longshore.complete_steps(
    p_agents integer[], p_ids bigint[], p_epochs integer[], p_results json[], p_keys text[], p_now_us bigint,
    p_half_life_us bigint)
returns bigint[]
language plpgsql set plan_cache_mode = force_generic_plan set enable_seqscan = off set jit = off
as $$
declare
    v_now bigint;
    v_usual boolean;
    v_steps bigint[];
    v_over bigint[];
    v_ready bigint[];
begin
    select coalesce(bool_and(r.plain and r.state = 0 and r.failed = 0), true) into v_usual
    from longshore.lock_runs(p_ids, null) r;
    select coalesce(array_agg(s.task_id), '{}'), v_usual and coalesce(bool_and(s.role = 0 and s.outcome = 0), true)
    into v_steps, v_usual
    from longshore.run_steps s
    where s.task_id = any (p_ids);
    if not v_usual then
        raise exception 'a run is not as usual' using errcode = 'LS001';
    end if;
    perform longshore.complete(p_agents, p_ids, p_epochs, p_results, p_keys, p_now_us, p_half_life_us, true);
    v_now := longshore.instant(p_now_us);

    update longshore.run_steps s set outcome = 1 where s.task_id = any (v_steps);
    with led as (
        select d.task_id, count(*)::integer as steps
        from longshore.dependencies d
        where d.depends_on = any (v_steps)
        group by d.task_id
    ), next as (
        update longshore.run_steps s
        set open = s.open - case when s.role = 0 and s.outcome = 0 then l.steps else 0 end,
            led = s.led + case when s.role = 0 and s.outcome = 0 then l.steps else 0 end
        from led l
        where s.task_id = l.task_id
        returning s.task_id, s.open, s.role, s.outcome
    )
    select array_agg(n.task_id) filter (where n.open = 0 and n.role = 0 and n.outcome = 0) into v_ready from next n;
    with ended as (
        select s.run_id, count(*)::integer as steps
        from longshore.run_steps s
        where s.task_id = any (v_steps)
        group by s.run_id
    ), counted as (
        update longshore.runs r
        set open = r.open - e.steps, state = case when r.open = e.steps then 2 else 0 end,
            ended_us = case when r.open = e.steps then v_now end
        from ended e
        where r.id = e.run_id
        returning r.id, r.open
    )
    select array_agg(c.id) filter (where c.open = 0) into v_over from counted c;

    if v_over is not null then
        if exists (
            select 1 from longshore.run_steps s
            where s.run_id = any (v_over) and s.role = 2 and s.outcome = 0)
        then
            raise exception 'a compensation is not needed' using errcode = 'LS001';
        end if;
        v_ready := v_ready || array(
            select s.task_id from longshore.run_steps s
            where s.run_id = any (v_over) and s.role = 3 and s.outcome = 0);
    end if;
    with gone as (
        delete from longshore.parked p where p.id = any (v_ready) and p.state = 0 returning p.*
    ), again as (
        update longshore.relaxing x set due_us = v_now from gone g where g.flags & 1024 <> 0 and x.task_id = g.id
    ), moved as (
        insert into longshore.ready (id, rank, class_id, epoch, attempts, failures, priority, flags)
        select id, v_now - longshore.head_start_us(priority, failures, flags), class_id, epoch, attempts, failures,
               priority, flags
        from gone
        returning id
    )
    select coalesce(array_agg(m.id order by m.id), '{}') into v_ready from moved m;
    insert into longshore.events (seq, at_us, type, actor_type, actor, count, tasks)
    select nextval('longshore.event_seq'), v_now, 'task_ready', 1, 'longshore', cardinality(part.ids), part.ids
    from longshore.announce_events(),
         (select array_agg(r.id order by n) as ids
          from unnest(v_ready) with ordinality r (id, n) group by (n - 1) / 10000 order by min(n)) part;
    insert into longshore.events (seq, at_us, type, actor_type, actor, payload, correlation_id)
    select nextval('longshore.event_seq'), v_now, 'run_ended', 1, 'longshore',
           ('{"run":' || r.id || ',"code":' || to_json(r.code) || ',"state":"done"}')::json, r.correlation_id
    from (select * from longshore.runs o where o.id = any (v_over) order by o.id) r;
    return v_ready;
end
$$;
