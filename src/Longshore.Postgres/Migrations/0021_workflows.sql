-- Workflows and their runs.

-- flags of the stage tables, beside the former: 8192 it is a step of a run.

create table longshore.workflows (
    namespace   text not null,
    name        text not null,
    version     integer not null,
    body        json not null,                  -- see Workflows/WorkflowJson.cs
    created_us  bigint not null,
    primary key (namespace, name, version)
);

create table longshore.runs (
    id             bigint generated always as identity primary key,
    namespace      text not null,
    code           text not null,
    workflow       text not null,
    version        integer not null,
    input          json not null,
    on_failure     smallint not null,           -- 0 cancel_rest, 1 carry_on
    state          smallint not null,           -- 0 running, 1 compensating, 2 done, 3 failed, 4 cancelled
    reason         text,
    steps          integer not null,
    open           integer not null,            -- steps that have not ended
    failed         integer not null,
    plain          boolean not null,            -- no step has a condition or overlaps
    correlation_id text,
    started_us     bigint not null,
    ended_us       bigint
) with (fillfactor = 70);
create unique index runs_code on longshore.runs (namespace, code);
create index runs_ended on longshore.runs (ended_us) where ended_us is not null;

create table longshore.run_steps (
    task_id bigint primary key,
    run_id  bigint not null,
    place   integer not null,                   -- no step depends on a later one, save on those added later
    name    text not null,
    role    smallint not null,                  -- 0 step, 1 answer, 2 compensation, 3 end
    outcome smallint not null,                  -- 0 none, 1 done, 2 failed, 3 skipped, 4 cancelled
    open    integer not null,                   -- predecessors that have not ended
    led     integer not null,                   -- predecessors that ended and were not skipped
    of_id   bigint,                             -- answer, compensation: of which step
    asked   integer not null,                   -- overlapping: how many answers were asked for
    terms   json                                -- see Workflows/StepTerms.cs; null: the usual
) with (fillfactor = 70);
create index run_steps_run on longshore.run_steps (run_id, place);

create table longshore.dependencies (
    depends_on bigint not null,
    task_id    bigint not null,
    primary key (depends_on, task_id)
);
create index dependencies_task on longshore.dependencies (task_id, depends_on);

-- Of which run a task is a step, by which name, and what the steps before it handed on.
create function longshore.run_part(p_task bigint, p_inputs boolean) returns text[] language sql stable as $$
    select array[s.run_id::text, s.name, case when p_inputs then (
        select '{' || coalesce(
            string_agg(to_json(b.name)::text || ':' || coalesce(f.result::text, 'null'), ',' order by b.place), '')
            || '}'
        from longshore.dependencies d
        join longshore.run_steps b on b.task_id = d.depends_on and b.outcome = 1
        join longshore.finished f on f.id = d.depends_on
        where d.task_id = p_task) end]
    from longshore.run_steps s
    where s.task_id = p_task
$$;

-- Locks the runs that tasks belong to, in one order everywhere, and answers them.
create function longshore.lock_runs(p_tasks bigint[], p_run bigint) returns setof longshore.runs
language plpgsql as $$
declare
    v_runs bigint[] := array(
        select r.id from longshore.runs r
        where r.id = p_run
           or r.id in (select s.run_id from longshore.run_steps s where s.task_id = any (p_tasks))
        order by r.id
        for update);
begin
    return query select * from longshore.runs r where r.id = any (v_runs);
end
$$;

-- As before; but what the end of a step leads to is decided elsewhere.
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
    if v_ended < cardinality(p_ids) or v_flags & 8192 <> 0 then
        raise exception 'a claim does not hold, or is of a step' using errcode = 'LS001';
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

-- Deletes tasks that have ended, and all that is kept beside them.
create function longshore.remove_tasks(p_ids bigint[]) returns void language plpgsql as $$
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

-- Deletes tasks that ended before an instant, and the events of then; answers how many tasks. It walks the log from its
-- oldest end: the events there name the tasks that ended then, so no index over all ends is kept on the hot path.
create or replace function longshore.prune(p_before_us bigint, p_limit integer) returns integer
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
            select f.id from longshore.finished f
            where f.id = any (v_row.tasks) and f.ended_us < p_before_us and f.flags & 8192 = 0
            order by f.id limit p_limit - v_count for update);
        perform longshore.remove_tasks(v_over);
        v_count := v_count + cardinality(v_over);
        exit when v_count >= p_limit;
        delete from longshore.events where seq = v_row.seq;
    end loop;
    return v_count;
end
$$;

-- Deletes runs that ended before an instant and of which no task lives, with their tasks; answers how many tasks.
create function longshore.prune_runs(p_before_us bigint, p_limit integer) returns integer
language plpgsql as $$
declare
    v_run bigint;
    v_tasks bigint[];
    v_count integer := 0;
begin
    for v_run in
        select r.id from longshore.runs r where r.ended_us < p_before_us order by r.ended_us limit p_limit
        for update skip locked
    loop
        exit when v_count >= p_limit;
        v_tasks := array(select s.task_id from longshore.run_steps s where s.run_id = v_run);
        continue when exists (
            select 1 from unnest(v_tasks) as t (id)
            where not exists (select 1 from longshore.finished f where f.id = t.id));
        perform longshore.remove_tasks(v_tasks);
        delete from longshore.dependencies d where d.task_id = any (v_tasks);
        delete from longshore.run_steps s where s.run_id = v_run;
        delete from longshore.runs r where r.id = v_run;
        v_count := v_count + cardinality(v_tasks);
    end loop;
    return v_count;
end
$$;
