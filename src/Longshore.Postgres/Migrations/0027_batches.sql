-- Batches: runs whose steps depend on nothing, counted as they end.

alter table longshore.runs
    add column cancelled integer not null default 0,    -- tasks of a batch that were cancelled
    add column batch smallint not null default 0;       -- 0 a workflow's run, 1 open batch, 2 closed batch

-- Answers, compensations and what the end of a run enqueues, found without looking at every step.
create index run_steps_aside on longshore.run_steps (run_id, place) where role <> 0;

-- As before, and batches in parts: everything at once would keep everybody else waiting.
create or replace function longshore.prune_runs(
    p_namespaces text[], p_kinds text[], p_states smallint[], p_befores bigint[], p_limit integer,
    out pruned integer, out has_more boolean)
language plpgsql as $$
declare
    v_run record;
    v_tasks bigint[];
begin
    pruned := 0;
    for v_run in
        with recursive g as (
            (select r.namespace, r.state from longshore.runs r where r.ended_us is not null order by 1, 2 limit 1)
            union all
            select n.namespace, n.state
            from g, lateral (
                select r.namespace, r.state from longshore.runs r
                where r.ended_us is not null and (r.namespace, r.state) > (g.namespace, g.state)
                order by 1, 2 limit 1) n
        ), old as materialized (
            select o.id
            from g, lateral (
                select r.id from longshore.runs r
                where r.namespace = g.namespace and r.state = g.state
                  and r.ended_us < longshore.old_before_us(
                      g.namespace, null, (g.state + 6)::smallint, p_namespaces, p_kinds, p_states, p_befores)
                order by r.ended_us limit p_limit) o
            limit p_limit
        )
        select r.id, r.batch > 0 as in_parts
        from longshore.runs r where r.id in (select old.id from old) order by r.ended_us
        for update skip locked
    loop
        exit when pruned >= p_limit;
        continue when v_run.in_parts and exists (
            select 1 from longshore.run_steps s
            where s.run_id = v_run.id and s.role <> 0
              and not exists (select 1 from longshore.finished f where f.id = s.task_id));
        v_tasks := array(
            select s.task_id from longshore.run_steps s where s.run_id = v_run.id
            order by s.place limit case when v_run.in_parts then p_limit - pruned end);
        continue when not v_run.in_parts and exists (
            select 1 from unnest(v_tasks) as t (id)
            where not exists (select 1 from longshore.finished f where f.id = t.id));
        perform longshore.remove_tasks(v_tasks);
        delete from longshore.dependencies d where d.task_id = any (v_tasks);
        delete from longshore.run_steps s where s.task_id = any (v_tasks);
        if not exists (select 1 from longshore.run_steps s where s.run_id = v_run.id) then
            delete from longshore.runs r where r.id = v_run.id;
        end if;
        pruned := pruned + cardinality(v_tasks);
    end loop;
    has_more := pruned >= p_limit;
end
$$;

-- As before; the tasks of a batch are counted here, too, whatever failed of them. Its end, which tells its callbacks
-- what became of it, is decided elsewhere.
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
