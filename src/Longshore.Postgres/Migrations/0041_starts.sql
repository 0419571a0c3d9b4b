-- Runs begin in one call.

drop function longshore.insert_tasks(
    integer[], smallint[], bigint[], smallint[], json[], text[], text[], text[], double precision[], bigint[], bigint[],
    bigint[], integer[], smallint[], bigint[], bigint[], smallint[], bigint[], bigint[], text[], text[], json[], json[],
    text[], text[], text[], bytea[], text[], bigint, bigint, text[]);

-- As before; and some may have to wait for others.
create function longshore.insert_tasks(
    p_classes integer[], p_priorities smallint[], p_credits bigint[], p_flags smallint[], p_payloads json[],
    p_codes text[], p_names text[], p_descriptions text[], p_thresholds double precision[], p_ready bigint[],
    p_deadlines bigint[], p_timeouts bigint[], p_attempts integer[], p_backoffs smallint[], p_delays bigint[],
    p_caps bigint[], p_lates smallint[], p_efforts bigint[], p_parents bigint[], p_workflows text[], p_cursors text[],
    p_tags json[], p_metadata json[], p_correlations text[], p_keys text[], p_namespaces text[], p_digests bytea[],
    p_groups text[], p_rules bigint, p_now_us bigint, p_limit_keys text[] default null,
    p_waits boolean[] default null) returns bigint[]
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
        p_limit_keys, p_waits) = 0
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
    from unnest(v_ids, p_classes, p_priorities, p_credits, p_flags, p_ready, p_limit_keys, p_waits)
        as t (id, class_id, priority, credit, flags, ready_us, limit_key, waits)
    where (ready_us is null or ready_us <= v_now) and waits is not true;
    if p_waits is not null then
        insert into longshore.parked (id, class_id, rank, epoch, attempts, failures, priority, flags, state, until_us)
        select id, class_id, v_now - credit, 0, 0, 0, priority, flags, 0, null
        from unnest(v_ids, p_classes, p_priorities, p_credits, p_flags, p_waits)
            as t (id, class_id, priority, credit, flags, waits)
        where waits;
    end if;
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

-- Whether nobody has any of these codes of runs.
create function longshore.are_run_codes_free(p_namespaces text[], p_codes text[]) returns boolean
language plpgsql set plan_cache_mode = force_generic_plan set enable_seqscan = off set jit = off as $$
begin
    return not exists (
        select 1 from unnest(p_namespaces, p_codes) as n (namespace, code)
        join longshore.runs r on r.namespace = n.namespace and r.code = n.code);
end
$$;

-- Begins runs whose tasks were just stored. Steps name their run, each other and their tasks by places in the arrays,
-- from 1. Answers the runs; refused, with all that was stored, when a code is taken.
create function longshore.start_runs(
    p_tasks bigint[], p_namespaces text[], p_codes text[], p_workflows text[], p_versions integer[], p_inputs json[],
    p_on_failures smallint[], p_counts integer[], p_plain boolean[], p_correlations text[], p_runs integer[],
    p_places integer[], p_names text[], p_roles smallint[], p_open integer[], p_of integer[], p_asked integer[],
    p_terms json[], p_after integer[], p_before integer[], p_first integer[], p_now_us bigint) returns bigint[]
language plpgsql set plan_cache_mode = force_generic_plan set enable_seqscan = off set jit = off as $$
declare
    v_runs bigint[];
begin
    with new as (
        insert into longshore.runs (namespace, code, workflow, version, input, on_failure, state, steps, open, failed,
                                    plain, correlation_id, started_us)
        select namespace, code, workflow, version, input, on_failure, 0, count, count, 0, plain, correlation_id,
               p_now_us
        from unnest(
            p_namespaces, p_codes, p_workflows, p_versions, p_inputs, p_on_failures, p_counts, p_plain, p_correlations)
            as n (namespace, code, workflow, version, input, on_failure, count, plain, correlation_id)
        on conflict (namespace, code) do nothing
        returning id, namespace, code
    )
    select array_agg(r.id order by n.place) into v_runs
    from unnest(p_namespaces, p_codes) with ordinality as n (namespace, code, place)
    join new r on r.namespace = n.namespace and r.code = n.code;
    if cardinality(v_runs) is distinct from cardinality(p_codes) then
        raise exception 'a code is taken' using errcode = 'LS002';
    end if;

    insert into longshore.run_steps (task_id, run_id, place, name, role, outcome, open, led, of_id, asked, terms)
    select p_tasks[n.task], v_runs[n.run], n.place, n.name, n.role, 0, n.open, 0, p_tasks[n.whose], n.asked, n.terms
    from unnest(p_runs, p_places, p_names, p_roles, p_open, p_of, p_asked, p_terms) with ordinality
        as n (run, place, name, role, open, whose, asked, terms, task);
    insert into longshore.dependencies (task_id, depends_on)
    select p_tasks[n.after], p_tasks[n.before] from unnest(p_after, p_before) as n (after, before);
    insert into longshore.events (seq, at_us, type, actor_type, actor, payload, correlation_id)
    select nextval('longshore.event_seq'), p_now_us, 'run_started', 1, 'longshore',
           ('{"run":' || v_runs[n.place] || ',"code":' || to_json(n.code) || ',"state":"running"}')::json,
           n.correlation_id
    from longshore.announce_events(), unnest(p_codes, p_correlations) with ordinality
        as n (code, correlation_id, place)
    order by n.place;
    insert into longshore.events (seq, at_us, type, actor_type, actor, count, tasks)
    select nextval('longshore.event_seq'), p_now_us, 'task_ready', 1, 'longshore', cardinality(p_first),
           array(select p_tasks[f.place] from unnest(p_first) with ordinality as f (place, n) order by f.n)
    where cardinality(p_first) > 0;
    return v_runs;
end
$$;
