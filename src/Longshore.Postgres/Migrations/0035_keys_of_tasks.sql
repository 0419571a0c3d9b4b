-- Tasks with limit keys come and go.

-- As before; and keys have room again.
create or replace function longshore.complete(
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
    if exists (select 1 from longshore.limits) then
        perform longshore.give_room(array(select f.class_id from longshore.finished f where f.id = any (p_ids)));
        if v_flags < 0 then
            perform longshore.give_keys(p_ids, v_now);
        end if;
    end if;
end
$$;

drop function longshore.insert_tasks(
    integer[], smallint[], bigint[], smallint[], json[], text[], text[], text[], double precision[], bigint[], bigint[],
    bigint[], integer[], smallint[], bigint[], bigint[], smallint[], bigint[], bigint[], text[], text[], json[], json[],
    text[], text[], text[], bytea[], text[], bigint, bigint);

-- As before; and the keys under which limits count tasks.
create function longshore.insert_tasks(
    p_classes integer[], p_priorities smallint[], p_credits bigint[], p_flags smallint[], p_payloads json[],
    p_codes text[], p_names text[], p_descriptions text[], p_thresholds double precision[], p_ready bigint[],
    p_deadlines bigint[], p_timeouts bigint[], p_attempts integer[], p_backoffs smallint[], p_delays bigint[],
    p_caps bigint[], p_lates smallint[], p_efforts bigint[], p_parents bigint[], p_workflows text[], p_cursors text[],
    p_tags json[], p_metadata json[], p_correlations text[], p_keys text[], p_namespaces text[], p_digests bytea[],
    p_groups text[], p_rules bigint, p_now_us bigint, p_limit_keys text[] default null) returns bigint[]
language plpgsql set plan_cache_mode = force_generic_plan as $$
declare
    v_now bigint := longshore.instant(p_now_us);
    v_first bigint;
    v_ids bigint[];
    v_groups bigint[];
begin
    if num_nonnulls(
        p_codes, p_names, p_descriptions, p_thresholds, p_ready, p_deadlines, p_timeouts, p_attempts, p_backoffs,
        p_lates, p_efforts, p_parents, p_workflows, p_cursors, p_tags, p_metadata, p_correlations, p_keys, p_groups,
        p_limit_keys) = 0
    then
        return longshore.insert_plain(p_classes, p_priorities, p_credits, p_flags, p_payloads, p_rules, v_now);
    end if;

    if p_rules <> (select s.version from longshore.rules_state s) then
        raise exception 'the rules are others' using errcode = 'LS003';
    end if;
    perform longshore.announce_events();
    -- What can be known before is looked up before, so that ids are not used up for nothing.
    if p_parents is not null and exists (
        select 1 from unnest(p_parents) with ordinality p (id, n),
                      lateral (select case when is_called then last_value else 0 end as last from longshore.task_ids) i
        where (p.id <= i.last or p.id >= i.last + p.n)
          and not exists (select 1 from longshore.tasks t where t.id = p.id))
    then
        raise exception 'a parent does not exist' using errcode = 'LS002';
    end if;
    if p_codes is not null and (
        exists (select 1 from unnest(p_namespaces, p_codes) as w (namespace, code)
                join longshore.codes c on c.namespace = w.namespace and c.code = w.code)
        or exists (select 1 from unnest(p_namespaces, p_codes) as w (namespace, code)
                   where w.code is not null group by w.namespace, w.code having count(*) > 1))
    then
        raise exception 'a code is taken' using errcode = 'LS002';
    end if;
    if p_keys is not null and (
        exists (select 1 from unnest(p_namespaces, p_keys) as w (namespace, key)
                join longshore.insert_keys k on k.namespace = w.namespace and k.key = w.key)
        or exists (select 1 from unnest(p_namespaces, p_keys) as w (namespace, key)
                   where w.key is not null group by w.namespace, w.key having count(*) > 1))
    then
        raise exception 'a key was used before' using errcode = 'LS002';
    end if;

    select array_agg(nextval('longshore.task_ids')) into v_ids from generate_series(1, cardinality(p_classes));
    if p_parents is not null and exists (
        select 1 from unnest(p_parents) with ordinality p (id, n)
        where p.id is not null and not exists (select 1 from longshore.tasks t where t.id = p.id)
          and not p.id = any (v_ids[:p.n - 1]))
    then
        raise exception 'a parent does not exist' using errcode = 'LS002';
    end if;
    if p_groups is not null then
        v_groups := longshore.intern_groups(p_namespaces, p_groups);
    end if;
    insert into longshore.tasks (
        id, created_us, class_id, priority, payload, code, name, description, confidence_threshold, ready_us,
        deadline_us, timeout_us, max_attempts, backoff, backoff_us, backoff_cap_us, late, effort_us, parent_id,
        workflow, workflow_cursor, tags, metadata, correlation_id, idempotency_key, group_id, limit_key)
    select id, v_now, class_id, priority, coalesce(payload, '{}'), code, name, description, coalesce(threshold, 0.7),
           ready_us, deadline_us, timeout_us, coalesce(max_attempts, 5), backoff, backoff_us, backoff_cap_us,
           coalesce(late, 0), effort_us, parent_id, workflow, cursor,
           case when tags is not null then array(select json_array_elements_text(tags)) end,
           metadata, correlation_id, key, group_id, limit_key
    from unnest(
        v_ids, p_classes, p_priorities, p_payloads, p_codes, p_names, p_descriptions, p_thresholds, p_ready,
        p_deadlines, p_timeouts, p_attempts, p_backoffs, p_delays, p_caps, p_lates, p_efforts, p_parents, p_workflows,
        p_cursors, p_tags, p_metadata, p_correlations, p_keys, v_groups, p_limit_keys) as t (
        id, class_id, priority, payload, code, name, description, threshold, ready_us, deadline_us, timeout_us,
        max_attempts, backoff, backoff_us, backoff_cap_us, late, effort_us, parent_id, workflow, cursor, tags,
        metadata, correlation_id, key, group_id, limit_key);
    insert into longshore.ready (id, rank, class_id, epoch, attempts, failures, priority, flags, limit_key)
    select id, v_now - credit, class_id, 0, 0, 0, priority, flags, limit_key
    from unnest(v_ids, p_classes, p_priorities, p_credits, p_flags, p_ready, p_limit_keys)
        as t (id, class_id, priority, credit, flags, ready_us, limit_key)
    where ready_us is null or ready_us <= v_now;
    if p_ready is not null then
        insert into longshore.deferred (id, rank, until_us, class_id, epoch, attempts, failures, priority, flags)
        select id, ready_us - credit, ready_us, class_id, 0, 0, 0, priority, flags
        from unnest(v_ids, p_classes, p_priorities, p_credits, p_flags, p_ready)
            as t (id, class_id, priority, credit, flags, ready_us)
        where ready_us > v_now;
    end if;
    if p_codes is not null then
        insert into longshore.codes (namespace, code, task_id)
        select namespace, code, id from unnest(p_namespaces, p_codes, v_ids) as t (namespace, code, id)
        where code is not null
        order by namespace, code;
    end if;
    if p_keys is not null then
        insert into longshore.insert_keys (namespace, key, task_id, digest)
        select namespace, key, id, digest from unnest(p_namespaces, p_keys, v_ids, p_digests)
            as t (namespace, key, id, digest)
        where key is not null
        order by namespace, key;
    end if;
    if p_deadlines is not null then
        insert into longshore.deadlines (task_id, deadline_us)
        select id, deadline_us from unnest(v_ids, p_deadlines) as t (id, deadline_us) where deadline_us is not null;
    end if;
    -- A row of the log tells as many events apart as a position has room for.
    for v_first in select generate_series(1, cardinality(v_ids), 16384) loop
        insert into longshore.events (seq, at_us, type, actor_type, actor, count, tasks)
        values (nextval('longshore.event_seq'), v_now, 'task_created', 2, 'api',
                least(16384, cardinality(v_ids) - v_first + 1), v_ids[v_first:v_first + 16383]);
    end loop;
    return v_ids;
end
$$;

-- As before; with the keys.
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
        insert into longshore.ready (id, rank, class_id, epoch, attempts, failures, priority, flags, limit_key)
        select id, rank, class_id, epoch, attempts, failures, priority, flags, longshore.limit_key_of(id, flags)
        from moved
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

-- As before; with the keys.
create or replace function longshore.complete_steps(
    p_agents integer[], p_ids bigint[], p_epochs integer[], p_results json[], p_keys text[], p_now_us bigint,
    p_half_life_us bigint)
returns bigint[]
language plpgsql set plan_cache_mode = force_generic_plan set enable_seqscan = off set jit = off as $$
declare
    v_now bigint;
    v_usual boolean;
    v_steps bigint[];
    v_over bigint[];
    v_ready bigint[];
begin
    select coalesce(bool_and(r.plain and r.state = 0 and (r.failed = 0 or r.batch > 0)), true) into v_usual
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
           or exists (select 1 from longshore.runs r where r.id = any (v_over) and r.batch > 0)
        then
            raise exception 'a compensation is not needed, or a batch ends' using errcode = 'LS001';
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
        insert into longshore.ready (id, rank, class_id, epoch, attempts, failures, priority, flags, limit_key)
        select id, v_now - longshore.head_start_us(priority, failures, flags), class_id, epoch, attempts, failures,
               priority, flags, longshore.limit_key_of(id, flags)
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
